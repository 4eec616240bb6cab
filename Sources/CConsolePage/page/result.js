// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// A verdict as it is shown: what was checked, what is not proven, what was found, and how it came to that.

import { button, bytes, counted, h, hash, icon, number, put, s, save, value } from './dom.js';
import { ladder, shown } from './steps.js';
import { full, isInstant } from './time.js';
import { member, textAt } from './strict.js';
import { toBase64 } from './bytes.js';
import { codes, covered, kindWords, remedies, report, words } from './verdict.js';
import { table } from './leaves.js';

const signs = {
  good: 'M9.5 16.5l4.5 4.5L23 11', bad: 'M11 11l10 10M21 11l-10 10', warn: 'M16 9.500v8M16 22v.5', idle: 'M10.500 16h11',
};

/// A verdict's mark; its shape says what its tone says.
const mark = (tone) => s('svg', { class: `sealmark ${tone}`, viewBox: '0 0 32 32', 'aria-hidden': 'true' },
  s('circle', { class: 'g', cx: '16', cy: '16', r: '14' }), s('path', { d: signs[tone] }));

/// A text with words between backticks, as the product writes them.
const ticked = (text) => text.slice(0, 4096).split('`').map((part, at) => (at % 2 ? h('code', {}, value(part)) : value(part)));

const section = (title, ...content) => h('section', { class: 'part' }, h('h3', {}, title), content);

const wide = (title, ...content) => h('section', { class: 'part wide' }, h('h3', {}, title), content);

/// The head of a verdict.
function head(id, tone, sentence, line, verdict, code) {
  return h('div', { class: 'rh' }, mark(tone), h('div', {}, h('h2', { id, tabindex: '-1' }, sentence), h('p', {}, line)),
    h('span', { class: 'code' }, h('code', {}, verdict), h('br', {}), `exit ${code}`));
}

function notProven(list) {
  return list.length ? section('What this does not prove', h('ul', { class: 'limits' }, list.map(({ code, text }) => h('li', {},
    icon('minus'), h('span', {}, value(`${text[0].toUpperCase()}${text.slice(1)}.`), ' ', h('code', { class: 'faint' }, code)))))) : null;
}

function findings({ findings: list, more }) {
  if (list.length === 0) return null;
  const kinds = [...new Set(list.filter((one) => !one.remedy).map((one) => one.kind))];
  const own = [...new Set(list.map((one) => one.remedy).filter(Boolean))];
  return section('What was found',
    h('ul', { class: 'found' }, list.map((one) => h('li', {}, icon(one.kind === 'not_covered' ? 'minus' : one.kind === 'cannot_judge' ? 'help' : 'x', one.kind === 'not_covered' ? 'warn' : one.kind === 'cannot_judge' ? '' : 'bad'),
      h('span', {}, h('b', {}, kindWords[one.kind]), ' ', h('code', {}, value(one.file, 200)), one.index === undefined ? null : `, record ${number(one.index)}`, ': ', value(one.text, 1000), '.')))),
    more ? h('p', { class: 'note' }, `And ${counted(more, 'more finding')}.`) : null,
    h('p', { class: 'kinds' }, h('b', {}, 'What to do')),
    [...kinds.map((kind) => [kindWords[kind], remedies[kind]]), ...own.map((text) => [null, text])].map(([kind, text]) => h('p', { class: 'note' },
      kind ? [h('b', {}, kind), ': '] : null, ticked(text))));
}

/// Keys that come with the pack are shown, and trusted only once somebody says so.
function offered(list, given, trust) {
  const isKnown = (key) => given.logs.some((one) => one.text === key.text);
  const unknown = list.filter((key) => !isKnown(key));
  if (unknown.length === 0) return null;
  const isOther = given.logs.length > 0;
  return h('div', { class: 'trust' },
    h('p', {}, isOther ? h('b', {}, 'The pack names another key than you gave. ') : null,
      'The pack names ', unknown.length === 1 ? 'this key' : 'these keys', ' itself. It came from the same hand as the pack, and so proves nothing by itself. Compare the fingerprint with what the log’s owner published elsewhere.'),
    unknown.map((key) => h('div', { class: 'offer' },
      h('p', { class: 'fp' }, value(key.name), ', key ', h('code', {}, key.id)),
      h('p', { class: 'fp' }, h('span', { class: 'dim' }, 'SHA-256 '), h('code', {}, key.fingerprint)),
      h('p', { class: 'btns' }, button('I compared it: use this key', () => trust(key.text), { sign: 'key' })))));
}

function quad(result) {
  const { counts, manifest, steps, isProven, checkpoint } = result;
  const step = (id) => steps.find((one) => one.id === id);
  const isAll = member(manifest, '6_proof', 'selection') === 'all';
  const wrong = ['records', 'checkpoint', 'files', 'manifest'].some((id) => step(id).state === 'failed');
  const whole = step('completeness').state;
  const values = step('values').state;
  const good = (text) => h('dd', {}, h('span', { class: 't-good' }, text));
  const bad = (text) => h('dd', {}, h('span', { class: 't-bad' }, text));
  const plain = (text) => h('dd', {}, text);
  const hasGaps = result.notProven.some((one) => one.code === 'gaps');
  const signers = result.signedBy.length;
  return h('dl', { class: 'quad' },
    h('div', {}, h('dt', {}, 'Integrity'), wrong ? bad('Does not hold') : isProven ? good('Verified') : plain('Not proven'),
      h('dd', {}, `${counted(counts.records, 'record')}${step('records').state === 'passed' ? (counts.records === 1 ? ' leads' : ' lead') : step('records').state === 'computed' ? ' compute' : ', not led'} to root `, hash(textAt(manifest, '6_proof', 'root') ?? '', 'w16'))),
    h('div', {}, h('dt', {}, 'Completeness'),
      !isAll ? plain('Not claimed') : whole === 'failed' ? bad('Does not hold') : !isProven ? plain('Not proven') : hasGaps ? plain('Gaps') : good('Complete'),
      h('dd', {}, !isAll ? 'The pack answers a query. It proves its rows, not that no row was left out.' : hasGaps ? 'Every record of the range is here. Something did not reach the log.' : 'Every record of the range is here, and no number of a producer is missing.')),
    h('div', {}, h('dt', {}, 'Values'),
      values === 'failed' ? bad('Do not hold') : counts.disclosed === 0 ? plain('None opened') : values === 'passed' ? good(`${number(counts.disclosed)} match`) : plain(`${number(counts.disclosed)} compared`),
      h('dd', {}, [counts.withheld && `${number(counts.withheld)} withheld`, counts.erased && `${number(counts.erased)} erased`, counts.missing && `${number(counts.missing)} missing`].filter(Boolean).join(', ') || 'None is withheld or erased.')),
    h('div', {}, h('dt', {}, 'Signed'), signers ? good('By your key') : plain('Not by a key you gave'),
      h('dd', {}, checkpoint ? `at ${counted(checkpoint.size, 'record')}` : 'there is no checkpoint', `; ${step('witnesses').state === 'passed' ? step('witnesses').output : 'no'} witness${step('witnesses').output === '1 of 1' ? '' : 'es'}`)));
}

const instant = (text) => (text !== undefined && isInstant(text) ? h('time', { datetime: text }, full(text)) : text === undefined ? null : value(text));

/// What the manifest says, in the order in which auditors ask.
function facts({ manifest, steps }) {
  if (!manifest) return null;
  const at = (...path) => {
    const found = member(manifest, ...path);
    return found === undefined ? null : value(typeof found === 'string' ? found : JSON.stringify(found));
  };
  const time = (...path) => instant(textAt(manifest, ...path));
  const between = (from, to, joint) => (from || to ? [from ?? 'the beginning', joint, to ?? 'the end'] : null);
  const groups = member(manifest, '4_query', 'groups');
  const pairs = [
    ['Log', at('1_system', 'origin')], ['Made by', at('1_system', 'software')],
    ['Asked by', at('2_request', 'by')], ['Purpose', at('2_request', 'purpose')], ['Asked at', time('2_request', 'time')],
    ['Export', at('2_request', 'uid')],
    ['Query', at('4_query', 'text') && h('code', {}, at('4_query', 'text'))], ['In words', textAt(manifest, '4_query', 'sentence') === undefined ? null : ticked(textAt(manifest, '4_query', 'sentence'))], ['Besides', at('4_query', 'besides')],
    ['Asked about', between(time('3_times', 'from'), time('3_times', 'to'), ' to ')],
    ['Records of', between(time('3_times', 'first'), time('3_times', 'last'), ' to ')],
    ['Groups', Array.isArray(groups) ? (groups.length ? value(groups.filter((group) => typeof group === 'string').join(', ')) : 'none opened') : null],
    ['Rows', [at('5_rows', 'records'), ' records, ', at('5_rows', 'matches'), ' match']],
    ['Range', ['indices ', at('6_proof', 'first'), ' up to, not including, ', at('6_proof', 'end'), ' of ', at('6_proof', 'size')]],
    ['Why so many', at('6_proof', 'why')], ['Do it again', at('7_repeat') && h('code', {}, at('7_repeat'))],
  ].filter(([, one]) => one !== null && !(Array.isArray(one) && one.every((part) => part === null)));
  const isSigned = steps.find((one) => one.id === 'signature').state === 'passed';
  return section('What the manifest says',
    isSigned ? null : h('p', { class: 'note' }, 'No key that you trust vouches for this: it is what the pack says of itself.'),
    h('dl', { class: 'kv' }, pairs.flatMap(([name, one]) => [h('dt', {}, name), h('dd', {}, one)])));
}

/// The verdict as lines for people.
function asText(result, given, source) {
  const { word } = words.get(result.verdict);
  return [
    `${word}: ${covered(result)}`, `pack: ${source.name}, judged by verify.html at ${new Date().toISOString()}, exit code ${result.code}`,
    ...given.logs.map((key) => `key ${key.name}+${key.id}  sha256:${key.fingerprint}`),
    ...result.notProven.map((one) => `NOT proven: ${one.text}`),
    ...result.findings.map((one) => `${kindWords[one.kind]}: ${one.file}${one.index === undefined ? '' : `, record ${one.index}`}: ${one.text}`),
    ...(result.more ? [`and ${result.more} more findings`] : []), '',
  ].join('\n');
}

/// Shows what judging a pack came to.
export function showPack(place, result, { source, given, ms, trust }) {
  const { tone, word, sentence } = words.get(result.verdict);
  const name = source.name.replace(/[^A-Za-z0-9._-]/g, '_').replace(/\.tar$/, '');
  const line = [value(source.name), `, ${counted(result.counts.records, 'record')}, ${bytes(source.size)}, in ${ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`}`];
  Object.assign(place.dataset, { verdict: result.verdict, code: String(result.code) });
  put(place, head('r-pack', tone, sentence, line, result.verdict, result.code),
    h('div', { class: 'in' },
      h('p', { class: 'checked' }, h('b', {}, word), '. ', value(covered(result)), '.'),
      findings(result), result.verdict === 'cannot_judge' ? null : notProven(result.notProven), offered(result.offeredKeys, given, trust),
      result.manifest && result.verdict !== 'cannot_judge' ? quad(result) : null,
      h('p', { class: 'acts3' }, button('Save as text', () => save(`${name}-verdict.txt`, asText(result, given, source)), { sign: 'download' }),
        button('Save as JSON', () => save(`${name}-verdict.json`, `${JSON.stringify(report(result, given, source.name), null, 2)}\n`, 'application/json'), { sign: 'download' }),
        result.verdict === 'verified' ? button('Save the checkpoint, to compare later packs with', () => save('seen.checkpoint', result.checkpoint.note), { sign: 'flag' }) : null,
        button('Print', () => print(), { kind: 'ghost' })),
      facts(result),
      section('How it was judged', h('ol', { class: 'steps' }, result.steps.map(shown))),
      result.rows.length ? wide('Records', result.isProven ? null : h('p', { class: 'note' }, 'Nothing here is proven to be in the log.'),
        table(result.rows, { isProven: result.isProven && result.verdict === 'verified', total: result.counts.records, name: 'Records of the pack' })) : null));
}

const proofWords = {
  proven: ['good', 'This record is in the log.', 'verified'], unproven: ['warn', 'The sums are right; whose they are is not known yet.', 'not_covered'],
  failed: ['bad', 'This proof does not hold.', 'changed'],
};

/// Shows what checking a proof came to.
export function showProof(place, result, { source, given, ms, row }) {
  const [tone, sentence, verdict] = proofWords[result.verdict];
  const code = codes.get(verdict);
  const path = result.steps.find((one) => one.id === 'path');
  const line = [value(source.name), row ? `, record ${number(row.index)}` : null, result.checkpoint ? [' of ', value(result.checkpoint.origin), `, at ${counted(result.checkpoint.size, 'record')}`] : null, `, in ${ms.toFixed(0)} ms`];
  Object.assign(place.dataset, { verdict, code: String(code) });
  const done = result.steps.filter((one) => one.state === 'passed').length;
  const asked = result.steps.filter((one) => one.state === 'unchecked').map((one) => ({ code: one.id, text: one.why ?? one.title }));
  put(place, head('r-proof', tone, sentence, line, verdict, code),
    h('div', { class: 'in' },
      path.siblings ? ladder(path.siblings, result.verdict) : null,
      h('p', { class: 'checked' }, result.verdict === 'unproven' ? 'Give the log’s key, from somewhere else than the proof: then it is known whose record this is.' : `${done} of ${result.steps.length} steps hold.`),
      h('ol', { class: 'steps' }, result.steps.map(shown)),
      h('p', { class: 'acts3' }, button('Save as JSON', () => save('proof-verdict.json', `${JSON.stringify({
        verdict, exit_code: code, file: source.name, index: row?.index ?? null, origin: result.checkpoint?.origin ?? null,
        root: result.checkpoint ? toBase64(result.checkpoint.root) : null, not_checked: asked, keys: given.logs.map((key) => ({ name: key.name, sha256: key.fingerprint })),
        steps: result.steps.map(({ id, state, why }) => ({ id, state, why })),
      }, null, 2)}\n`, 'application/json'), { sign: 'download' }), button('Print', () => print(), { kind: 'ghost' })),
      row ? wide('The record', result.verdict === 'proven' ? null : h('p', { class: 'note' }, 'It is not proven to be in the log.'),
        table([row], { isProven: result.verdict === 'proven', total: 1, name: 'The record of the proof' })) : null));
}
