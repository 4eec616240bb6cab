// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// Whether the log is whole: what was checked, by whom, and what is not proven by it.

import { counted, h, hash, number, put, trouble } from './dom.js';
import { get } from './api.js';
import { full } from './time.js';
import { known } from './known.js';

const facts = (pairs) => h('dl', { class: 'kv' }, pairs.filter(Boolean).flatMap(([name, one]) => [h('dt', {}, name), h('dd', {}, one)]));

function table(name, heads, rows) {
  return h('div', { class: 'xs', tabindex: '0' }, h('table', { class: 'tbl flush', 'aria-label': name },
    h('thead', {}, h('tr', {}, heads.map((head) => h('th', { scope: 'col' }, head)))),
    h('tbody', {}, rows.map((row) => h('tr', {}, row.map((cell) => h('td', {}, cell)))))));
}

/// Shows the page.
export async function show(main) {
  document.title = 'Integrity · Countersign';
  const page = h('div', { class: 'page' }, h('div', { class: 'head' }, h('h1', {}, 'Integrity')));
  put(main, page);
  try {
    const [now, producers, checkpoints] = await Promise.all([get('/api/v1/integrity'), get('/api/v1/producers'), get('/api/v1/checkpoints', { limit: 20 })]);
    const digest = h('code', {}, document.querySelector('meta[name="verifier"]')?.content ?? 'not known');
    const last = now.check?.last;
    const mine = known(now.origin);
    page.append(
      h('section', { class: 'sect', id: 'integrity', 'aria-labelledby': 'h-int' }, h('div', { class: 'top' }, h('h2', { id: 'h-int' }, now.integrity ?? 'Nothing was checked yet.')),
        h('p', { class: 'note' }, now.since),
        facts([
          ['Checkpoint', [`${counted(now.size, 'record')}, root `, hash(now.checkpoint.root, 'w28')]],
          last && ['Last check', `${full(last.began)}: ${counted(last.size, 'record')} and ${counted(last.checkpoints, 'checkpoint')} in ${(last.milliseconds / 1000).toFixed(1)} s, by this server`],
          ['Signed by', now.keys.map((key) => h('code', {}, key.vkey))],
          ['This browser', mine?.key ? `has known the log’s key since ${full(mine.since)}` : 'knows no key of this log yet; the proof of any record offers to keep it'],
          ['Elsewhere', [h('a', { href: '/console/verify.html', download: 'verify.html' }, 'verify.html'), ' checks packs and proofs on another machine, in a browser and without a network; its SHA-256, which stands in the release, is ', digest]],
          ['Witnesses', 'none: nobody else has seen that the log shows everybody the same'],
          ['Clock', now.clock.synchronised ? `synchronised, ±${(now.clock.error_us / 1000).toFixed(1)} ms` : `not synchronised (${now.clock.source})`],
        ])),
      h('section', { class: 'sect', id: 'completeness', 'aria-labelledby': 'h-com' }, h('div', { class: 'top' }, h('h2', { id: 'h-com' }, now.completeness ?? 'Nothing was checked yet.')),
        now.gaps.length ? table('Gaps', ['Start', 'Missing', 'Numbers', 'Why'], now.gaps.map((gap) => [h('code', {}, gap.boot), number(gap.count), `${number(gap.first_seq)} to ${number(gap.last_seq)}`, gap.reason ? `admitted by record ${number(gap.index)}: ${gap.reason}` : h('b', { class: 't-bad' }, 'no record explains it')])) : h('p', { class: 'note' }, 'Each producer numbers its records without a gap, and the log has all of them.'),
        producers.rows.length ? table('Producers', ['Producer', 'Start', 'State', 'Records', 'Missing'], producers.rows.map((row) => [row.producer, h('code', {}, row.boot), row.state, `${number(row.records)}, numbered ${number(row.first_seq)} to ${number(row.last_seq)}`, row.missing ? h('b', { class: 't-bad' }, number(row.missing)) : 'none'])) : h('p', { class: 'note' }, producers.note)),
      h('section', { class: 'sect', 'aria-labelledby': 'h-cps' }, h('div', { class: 'top' }, h('h2', { id: 'h-cps' }, 'Newest checkpoints'), h('span', { class: 'end dim' }, `of ${number(checkpoints.total)}`)),
        table('Checkpoints', ['Records', 'Root', 'Signed by'], checkpoints.rows.map((row) => [number(row.size ?? 0), row.root ? hash(row.root, 'full') : 'cannot be read', (row.signatures ?? []).map((one) => one.key_id).join(', ')]))));
  } catch (problem) {
    page.append(trouble(problem));
  }
}
