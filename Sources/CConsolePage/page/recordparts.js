// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// Parts of a record besides its own bytes: why it was decided so, when what happened, and how other programs read it.

import { button, counted, h, icon, number, put, s, save, toast, trouble, value } from './dom.js';
import { get } from './api.js';
import { hex } from './bytes.js';
import { sha256 } from './hashes.js';
import { full } from './time.js';
import { facts } from './layout.js';

const effects = { allow: 'The rules allowed it', deny: 'The rules refused it', challenge: 'The rules asked for a credential', limit: 'A limit refused it', error: 'Nobody decided: something failed' };

/// A text of several lines, each of which may be hostile.
const lines = (text) => text.split('\n').map((line) => [value(line), '\n']);

/// A service's rules as text, the one that decided set apart.
function rulesText(service, ruleID) {
  const lines = [];
  const add = (text, isHit = false) => lines.push(isHit ? h('span', { class: 'hit' }, value(text)) : [value(text), '\n']);
  const brief = (one) => JSON.stringify(one);
  add(`service ${service.name}: host ${service.host}, path ${service.path}`);
  for (const rule of service.rules ?? []) {
    const conditions = Object.entries(rule.conditions ?? {}).filter(([, one]) => one !== false).map(([name, one]) => `${name} ${Array.isArray(one) ? one.join(', ') : one === true ? 'yes' : brief(one)}`);
    add(`  ${rule.id}: ${rule.effect}${conditions.length ? ` where ${conditions.join('; ')}` : ''}${rule.tags?.length ? `, tags ${rule.tags.join(', ')}` : ''}`, rule.id === ruleID);
  }
  add('  default: deny', ruleID === 'default');
  if (service.limit) add(`  limit: ${service.limit.rate} per ${service.limit.per}, at most ${service.limit.burst} at once`);
  return lines;
}

/// Why it was decided so: the text of the rules of then, whose digest is computed here.
export async function decision(panel, { record = {} }) {
  const made = record.decision ?? {};
  const limit = record.limit;
  put(panel, h('h3', {}, effects[made.effect] ?? 'Nothing was decided'), facts([
    ['Effect', h('code', {}, made.effect ?? '–')], made.rule && ['Rule', h('code', {}, value(made.rule))], made.policy && ['Rules of', h('code', {}, value(made.policy))],
    made.reason && ['Reason', h('code', {}, value(made.reason))], record.event?.reason && record.event.reason !== made.reason && ['Ended with', h('code', {}, value(record.event.reason))],
    record.event?.detail && ['Detail', value(record.event.detail)], made.reading && ['Read as', value(made.reading)],
    limit && ['Limit', `${limit.remaining} of ${limit.limit} left for this ${limit.bucket}, whole again in ${limit.reset_s} s`],
    record.actor?.roles?.length && ['Roles', value(record.actor.roles.join(', '))], record.http?.method && ['Method', record.http.method], record.http?.route && ['Route', h('code', {}, value(record.http.route))],
  ]));
  const version = made.policy_version;
  if (!/^sha256:[0-9a-f]{64}$/.test(version ?? '')) {
    panel.append(h('p', { class: 'note' }, made.effect === 'error' ? 'No rule was asked.' : 'This is the proxy’s own doing: it follows no configured rule.'));
    return;
  }
  const text = h('div', {}, h('p', { class: 'dim' }, 'Reading the rules of then…'));
  panel.append(h('h3', {}, 'The rules that decided'), text);
  try {
    const bytes = await get(`/api/v1/rules/${version.slice(7)}`, {}, { as: 'bytes' });
    const computed = `sha256:${hex(await sha256(bytes))}`;
    const rules = JSON.parse(new TextDecoder().decode(bytes));
    const service = rules.find((one) => one.name === made.policy);
    put(text, computed === version
      ? h('p', { class: 'note' }, icon('allow', 'good'), ' This is the very text: its digest, computed in this browser, is the one that the record has, ', h('code', {}, version.slice(0, 19)), '….')
      : h('p', { class: 'err', role: 'alert' }, icon('error'), `This is not the text that the record names: its digest is ${computed}.`),
    service ? h('pre', {}, rulesText(service, made.rule)) : h('p', { class: 'note' }, `No service of it is called ${made.policy}: the request came to none.`),
    h('details', { class: 'pf' }, h('summary', {}, `All ${counted(rules.length, 'service')} of that version, as they were hashed`), h('pre', {}, value(new TextDecoder().decode(bytes)))),
    h('p', { class: 'btns2' }, button('Save', () => save(`rules-${version.slice(7, 19)}.json`, bytes, 'application/json'), { sign: 'download' })));
  } catch (problem) {
    put(text, problem.status === 404 ? h('p', { class: 'note' }, `${problem.detail} The record has its digest: `, h('code', {}, version), '.') : trouble(problem));
  }
}

const stages = { started: 'written before it went on', complete: 'written with the outcome', unknown: 'written: the outcome is not known', refused: 'written: refused before it was understood' };

/// When what happened, by the records of the access.
export async function timeline(panel, row) {
  put(panel, h('p', { class: 'dim' }, 'Reading the records of this access…'));
  try {
    const { records } = await get(`/api/v1/records/${row.uid ?? row.index}`);
    const known = records.filter((one) => one.record);
    const begin = Date.parse(known[0]?.record.time) * 1000 + micros(known[0]?.record.time);
    const at = (text) => Date.parse(text) * 1000 + micros(text) - begin;
    const events = [[0, 'accepted', known[0]?.record.time]];
    for (const { record, index } of known) {
      if (record.duration_us !== undefined && record.stage !== 'started') events.push([record.duration_us, 'its answer ended', null]);
      if (record.written?.time) events.push([at(record.written.time), `record ${number(index)}: ${stages[record.stage] ?? record.stage}`, record.written.time]);
      for (const attempt of record.upstream?.attempts ?? []) events.push([attempt.duration_us, `tried ${attempt.address}${attempt.reason ? `: ${attempt.reason}` : ''}`, null]);
    }
    events.sort((a, b) => a[0] - b[0]);
    const longest = Math.max(1, ...events.map(([us]) => us));
    const height = 26;
    put(panel, s('svg', { class: 'fig', viewBox: `0 0 616 ${events.length * height + 8}`, role: 'img', 'aria-label': 'When what happened, from accepted on' },
      events.map(([us, what], i) => {
        const x = 250 + (270 * us) / longest;
        return [s('path', { class: 'thin2', d: `M250 ${i * height + 14}H520` }), s('rect', { class: 'c1', x: x - 1.5, y: i * height + 6, width: 4, height: 16, rx: 1.5 }),
          s('text', { x: 0, y: i * height + 18 }, what.length > 44 ? `${what.slice(0, 43)}…` : what), s('text', { x: 612, y: i * height + 18, 'text-anchor': 'end' }, `${(us / 1000).toFixed(3)} ms`)];
      })),
    h('table', { class: 'tbl flush' }, h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'What'), h('th', { scope: 'col', class: 'r' }, 'After'), h('th', { scope: 'col' }, 'At'))),
      h('tbody', {}, events.map(([us, what, time]) => h('tr', {}, h('td', {}, value(what)), h('td', { class: 'r' }, `${(us / 1000).toFixed(3)} ms`), h('td', {}, time ? full(time) : h('span', { class: 'faint' }, '–')))))),
    h('p', { class: 'note sp' }, 'Times are the proxy’s own. No byte of an answer leaves before its record, or the one that the access was begun with, is on the disk and signed.'));
  } catch (problem) {
    put(panel, trouble(problem));
  }
}

/// Microseconds that a time has beyond its milliseconds.
const micros = (text) => Number((/\.\d{3}(\d{1,3})/.exec(text ?? '')?.[1] ?? '0').padEnd(3, '0'));

/// The record as other programs read it.
export async function ocsf(panel, row, sight) {
  put(panel, h('p', { class: 'dim' }, 'Reading…'));
  try {
    const text = await get(`/api/v1/records/${row.index}/ocsf`, sight.disclose ? sight : {}, { as: 'text' });
    const pretty = JSON.stringify(JSON.parse(text), null, 2);
    put(panel, h('p', { class: 'note' }, 'As the Open Cybersecurity Schema Framework has it, version 1.8.0. This is made of the record, and proves nothing: ', h('code', {}, 'raw_data_hash'), ' leads back to it.'),
      h('pre', {}, lines(pretty)), h('p', { class: 'btns2' },
        button('Copy', async () => { await navigator.clipboard.writeText(pretty); toast('The event was copied.'); }, { sign: 'copy' }),
        button('Save', () => save(`${row.index}.ocsf.json`, text, 'application/json'), { sign: 'download' })));
  } catch (problem) {
    put(panel, trouble(problem));
  }
}
