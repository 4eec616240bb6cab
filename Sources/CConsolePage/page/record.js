// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// One record beside the list: what it says, its own bytes, its proof, and what belongs to it.

import { button, decision, h, icon, number, put, save, toast, trouble, value } from './dom.js';
import { ladder, shown } from './steps.js';
import { get } from './api.js';
import { full } from './time.js';
import { sentence } from './words.js';
import { fromBase64, text as decoded } from './bytes.js';
import { engine } from './hashes.js';
import { parseKey } from './notes.js';
import { parseProof, prove } from './proof.js';
import { known, pin, remember } from './known.js';
import { decision as why, ocsf, timeline } from './recordparts.js';

const tabs = [['summary', 'Summary'], ['raw', 'Raw'], ['decision', 'Decision'], ['timeline', 'Timeline'], ['proof', 'Proof'], ['related', 'Related'], ['ocsf', 'OCSF']];
let chosen = 'summary';

/// Shows a row in the drawer.
export function drawer(place, row, sight, { close, next, before }) {
  const { record = {}, values, groups } = row;
  const panel = h('div', { class: 'panel', role: 'tabpanel', id: 'panel', tabindex: '0' });
  const strip = h('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Parts of the record' }, tabs.map(([key, name]) => h('a', {
    role: 'tab', href: `#${key}`, 'data-tab': key, 'aria-controls': 'panel', 'aria-selected': String(key === chosen), tabindex: key === chosen ? '0' : '-1',
    on: { click: (event) => { event.preventDefault(); choose(key); }, keydown: (event) => {
      const at = tabs.findIndex(([one]) => one === key) + ({ ArrowRight: 1, ArrowLeft: -1 }[event.key] ?? 0);
      if (['ArrowRight', 'ArrowLeft'].includes(event.key)) {
        event.stopPropagation();
        choose(tabs[(at + tabs.length) % tabs.length][0]);
        strip.querySelector('[aria-selected="true"]').focus();
      }
    } },
  }, name)));
  function choose(key) {
    chosen = key;
    for (const tab of strip.children) {
      const isIt = tab.dataset.tab === key;
      tab.setAttribute('aria-selected', String(isIt));
      tab.tabIndex = isIt ? 0 : -1;
    }
    ({ summary, raw, decision: why, timeline, proof, related, ocsf })[key](panel, row, sight);
  }
  const lead = h('p', { class: 'sentence', tabindex: '-1' }, row.changed ? ['What stands here is ', h('b', {}, 'not what was signed'), '.'] : sentence(record, values, groups));
  put(place,
    h('div', { class: 'bar' }, h('span', {}, 'Record ', h('b', {}, number(row.index))), h('span', { class: 'end' },
      button(null, before, { kind: 'ghost square', sign: 'up', label: 'Newer (k)' }), button(null, next, { kind: 'ghost square', sign: 'down', label: 'Older (j)' }),
      button(null, close, { kind: 'ghost square', sign: 'x', label: 'Close (Esc)' }))),
    h('div', { class: 'lead' }, lead, h('div', { class: 'meta' }, decision(record.decision?.effect), h('span', {}, full(row.time)),
      record.duration_us === undefined ? null : h('span', {}, `${(record.duration_us / 1000).toFixed(1)} ms`),
      record.http?.status ? h('span', {}, record.http.status) : null, record.event?.message ? h('span', {}, record.event.message) : null,
      (record.data_tags ?? []).map((tag) => h('span', { class: 'chip' }, tag)))),
    strip, panel);
  choose(chosen);
}

function state(group, groups) {
  const known_ = groups?.[group];
  if (known_ === undefined) return null;
  if (known_ === 'opened') return 'shown below';
  if (known_ === 'withheld') return h('span', { class: 'gone' }, icon('lock'), 'sealed');
  if (known_ === 'unreadable') return h('span', { class: 'gone miss' }, icon('none'), 'missing, and no record explains it');
  if (known_?.erased !== undefined) return h('span', { class: 'gone' }, icon('erase'), `erased${known_.at ? ` on ${full(known_.at)}` : ''}, record ${number(known_.erased ?? 0)}`);
  return String(known_);
}

/// Members as rows of a name and a value, in the record's own words.
function rows(object, path = '') {
  return Object.entries(object ?? {}).flatMap(([name, one]) => {
    const full_ = path ? `${path}.${name}` : name;
    if (one !== null && typeof one === 'object' && !Array.isArray(one)) return rows(one, full_);
    return [[full_, Array.isArray(one) && one.every((x) => typeof x !== 'object') ? one.join(', ') : typeof one === 'object' ? JSON.stringify(one) : one]];
  });
}

const list = (pairs) => h('dl', { class: 'kv' }, pairs.flatMap(([name, one]) => [h('dt', {}, h('code', {}, name)), h('dd', {}, one instanceof Node ? one : value(String(one)))]));

function summary(panel, { record = {}, values, groups }) {
  const { commit, ...facts } = record;
  put(panel,
    Object.keys(groups ?? {}).length ? [h('h3', {}, 'Personal values'), list(Object.keys(groups).map((group) => [group, state(group, groups)]))] : null,
    Object.keys(values ?? {}).length ? [h('h3', {}, 'Opened for you'), list(rows(values))] : null,
    h('h3', {}, 'What the leaf says'), list(rows(facts)));
}

async function raw(panel, row) {
  put(panel, h('p', { class: 'dim' }, 'Reading the record’s bytes…'));
  try {
    const leaf = await get(`/api/v1/records/${row.index}/leaf`, {}, { as: 'bytes' });
    const words = decoded(leaf);
    put(panel, h('p', { class: 'note' }, `${number(leaf.length)} bytes, as they were signed. Nothing here was parsed and written again.`),
      h('pre', {}, value(words)), h('p', { class: 'btns2' },
        button('Copy', async () => { await navigator.clipboard.writeText(words); toast('The record’s bytes were copied.'); }, { sign: 'copy' }),
        button('Save', () => save(`${row.index}.json`, leaf, 'application/json'), { sign: 'download' })));
  } catch (problem) {
    put(panel, trouble(problem));
  }
}

function related(panel, { record = {}, time }) {
  const around = [new Date(Date.parse(time) - 300_000).toISOString(), new Date(Date.parse(time) + 300_000).toISOString()];
  const link = (q, range, words) => h('li', {}, h('a', { href: `/console/explore?${new URLSearchParams({ q, ...range })}` }, words), h('code', { class: 'faint' }, q));
  const ends = { since: around[0], until: around[1] };
  put(panel, h('ul', { class: 'rel' },
    record.session ? link(`session:${record.session.uid ?? record.session}`, { since: 'all' }, 'The same session') : null,
    record.actor?.uid && record.actor.type !== 'system' ? link(`actor:${record.actor.uid}`, ends, 'The same actor, five minutes around it') : null,
    record.trace?.id ? link(`trace:${record.trace.id}`, { since: 'all' }, 'The same trace') : null,
    record.http?.route ? link(`route:"${record.http.route}"`, ends, 'The same route, five minutes around it') : null,
    record.dst?.service ? link(`service:${record.dst.service}`, ends, 'The same service, five minutes around it') : null,
    link(`uid:${record.uid}`, { since: 'all' }, 'All records of this access')));
}

// MARK: The proof

/// What opened values are proven by, where they are shown: their salts and their bytes.
async function opened(row, sight) {
  if (!sight?.disclose) return [];
  const { records } = await get(`/api/v1/records/${row.index}`, sight);
  return (records[0]?.opened ?? []).map((one) => ({ group: one.group, salt: fromBase64(one.salt), value: fromBase64(one.value) }));
}

async function proof(panel, row, sight) {
  const head = h('div', { class: 'proofhead' });
  const drawing = h('div', {});
  const steps = h('ol', { class: 'steps' });
  const after = h('div', {});
  put(panel, head, drawing, steps, after);
  put(head, h('span', {}), h('div', {}, h('h3', {}, 'Checking in this browser'), h('p', {}, 'Reading the record, its path and the newest checkpoint.')));
  try {
    const [leaf, file, keyText, disclosures] = await Promise.all([
      get(`/api/v1/records/${row.index}/leaf`, {}, { as: 'bytes' }), get(`/api/v1/records/${row.index}/proof`, {}, { as: 'text' }), get('/tlog/log.vkey', {}, { as: 'text' }),
      opened(row, sight),
    ]);
    const origin = parseProof(file).note.split('\n')[0];
    const offered = keyText.trim().split('\n').at(-1);
    const before = known(origin);
    const key = before?.key ? await parseKey(before.key) : null;
    const began = performance.now();
    const result = await prove({
      leaf, proof: file, key, disclosures, remembered: before?.checkpoint ?? null,
      consistency: async (from, to) => {
        const answer = await get('/api/v1/checkpoints/consistency', { from: String(from), to: String(to) });
        return answer.path.map((one) => Uint8Array.from(atob(one), (c) => c.charCodeAt(0)));
      },
    }, (all) => put(steps, all.map(shown)));
    const ms = performance.now() - began;
    const holds = result.verdict !== 'failed';
    const path = result.steps.find((one) => one.id === 'path');
    if (path.siblings) put(drawing, ladder(path.siblings, result.verdict));
    const done = result.steps.filter((one) => one.state === 'passed').length;
    const words = { proven: 'Proven in this browser', unproven: 'The sums are right; whose they are is not known yet', failed: 'This proof does not hold' }[result.verdict];
    put(head, h('i', { class: `i i-${holds ? (result.verdict === 'proven' ? 'allow' : 'ring') : 'x'} st ${holds ? (result.verdict === 'proven' ? 'good' : 'idle') : 'bad'}`, 'aria-hidden': 'true' }),
      h('div', { role: 'status' }, h('h3', {}, words), h('p', {}, result.verdict === 'unproven' ? `${result.steps.filter((one) => one.state === 'computed').length} of ${result.steps.length} steps computed, in ${ms.toFixed(0)} ms` : `${done} of ${result.steps.length} steps hold, in ${ms.toFixed(0)} ms`,
        before?.key ? `, against the key known here since ${full(before.since)}` : '', `. SHA-256 by ${engine.sha256}${engine.ed25519 ? `, Ed25519 by ${engine.ed25519}` : ''}${globalThis.isSecureContext ? '' : ', as WebCrypto is for pages over TLS only'}.`)),
      button('Run again', () => proof(panel, row, sight), { sign: 'redo' }));
    if (result.verdict === 'proven') remember(origin, result.checkpoint.note);
    const parsed = await parseKey(offered);
    const isOther = before?.key && before.key !== offered;
    put(after,
      isOther ? h('div', { class: 'banner', role: 'alert' }, icon('error'), h('div', {}, h('b', {}, 'This server shows another key than this browser knows. '), 'Ask whoever runs the log whether it was changed, before you believe it.')) : null,
      before?.key ? null : h('div', { class: 'trust' }, h('p', {}, 'This browser knows no key of this log yet. Compare this one with what you were given by somebody else than this server, then keep it.'),
        h('p', { class: 'fp' }, h('code', {}, parsed.text)), h('p', { class: 'btns' }, button('I compared it: keep this key', () => { pin(origin, offered); proof(panel, row, sight); }, { kind: 'primary', sign: 'key' }))),
      h('div', { class: 'trust' }, h('p', {}, 'This page came from the same server as the log. For a check that does not trust it, run the command with your own copy of the key, or open the standalone verifier from a disk.'),
        h('p', { class: 'cmd' }, h('code', {}, `countersign-verify ${row.index}.tlog-proof --key log.vkey`)),
        h('p', { class: 'btns' }, button('Save the proof', () => save(`${row.index}.tlog-proof`, file), { sign: 'download' }), h('a', { class: 'btn', href: '/console/verify.html', download: 'verify.html' }, icon('file'), h('span', {}, 'Standalone verifier')), button('Save the key', () => save('log.vkey', keyText), { kind: 'ghost', sign: 'key' }))));
  } catch (problem) {
    put(head, h('i', { class: 'i i-x st bad', 'aria-hidden': 'true' }), h('div', { role: 'status' }, h('h3', {}, 'This proof does not hold'), h('p', {}, problem.detail ?? problem.message)), button('Run again', () => proof(panel, row, sight), { sign: 'redo' }));
  }
}
