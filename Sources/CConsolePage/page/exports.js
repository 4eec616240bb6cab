// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// Records handed over: what was ordered, how it stands, and a form for more.

import { button, bytes, counted, h, hash, icon, number, put, toast, trouble, value } from './dom.js';
import { get, may, post, remove } from './api.js';
import { full, zone, zoneName } from './time.js';
import { facts, field, form, loading, page, section, select } from './layout.js';

const formats = [['pack', 'Evidence pack'], ['csv', 'CSV'], ['ndjson', 'NDJSON'], ['ocsf', 'OCSF 1.8.0'], ['cef', 'CEF']];
const groups = [['who', 'names'], ['where', 'addresses and devices'], ['what', 'paths and queries'], ['payload', 'purposes and content']];
const ranges = [['1h', 'Last hour'], ['24h', 'Last 24 hours'], ['7d', 'Last 7 days'], ['30d', 'Last 30 days'], ['90d', 'Last 90 days'], ['', 'All of the log']];
const states = { waiting: 'waits', running: 'is being made', done: 'ready', failed: 'failed', erased: 'erased', account_removed: 'its account was removed' };

/// What an order says, as the API takes it.
function order(values, disclosed) {
  const { q, since, until, format, unit, purpose } = values;
  return { q, since, until, zone: zone(), format, unit, purpose, disclose: disclosed.join(',') };
}

/// One job as a part of the list.
function job(one, again) {
  const isOver = ['done', 'failed', 'erased', 'account_removed'].includes(one.state);
  const share = one.total ? Math.min(100, Math.floor((100 * (one.read ?? 0)) / one.total)) : null;
  return h('li', { class: `job ${one.state}` },
    h('div', { class: 'job-head' },
      h('h3', {}, formats.find(([key]) => key === one.format)?.[1] ?? one.format),
      h('span', { class: one.state === 'failed' ? 't-bad' : 'dim' }, states[one.state] ?? one.state, share !== null && !isOver ? ` ${share} %` : ''),
      h('span', { class: 'end' }, full(one.ordered))),
    one.state === 'running' && share !== null ? h('progress', { max: '100', value: share, 'aria-label': 'Read so far' }) : null,
    facts([
      ['Query', one.query === null ? h('span', { class: 'gone' }, icon('lock'), 'not kept') : one.query === '*' ? 'everything' : h('code', {}, value(one.query))],
      one.records !== null ? ['Records', `${number(one.matches ?? one.records)} found${one.records !== one.matches && one.matches !== null ? `, ${number(one.records)} in it` : ''}, up to record ${number(Math.max(0, one.size - 1))}`] : ['Of the log', counted(one.size, 'record')],
      one.disclose.length ? ['Opened', one.disclose.join(', ')] : null,
      one.purpose ? ['Purpose', value(one.purpose)] : null,
      one.problem ? ['Problem', h('span', { class: 't-bad' }, value(one.problem))] : null,
      one.erased ? ['Erased', `by record ${number(one.erased.erased)}: somebody in it was erased; ordered again, it holds what is left`] : null,
      one.until ? ['Kept until', full(one.until)] : null,
      ...one.files.map((file) => ['File', [h('a', { href: `/api/v1/exports/${one.id}/content?part=${file.part}`, download: file.name }, file.name), ` ${bytes(file.bytes)}, SHA-256 `, hash(file.sha256, 'w28')]]),
      one.state === 'done' && one.format === 'pack' ? ['Check it', h('code', {}, `countersign-verify pack ${one.files[0]?.name ?? 'PACK'} --key log.vkey`)] : null,
    ]),
    h('p', { class: 'btns2' },
      one.state === 'done' && one.files[0] ? h('a', { class: 'btn primary', href: `/api/v1/exports/${one.id}/content`, download: one.files[0].name }, icon('download'), h('span', {}, `Download ${bytes(one.files[0].bytes)}`)) : null,
      button(isOver ? 'Remove' : 'Stop', async () => {
        try {
          await remove(`/api/v1/exports/${one.id}`);
        } catch (problem) {
          toast(problem.detail ?? problem.message);
        }
        again();
      }, { sign: 'x' })));
}

/// Shows the page; with what another page asked for, which may name somebody and goes by no address.
export async function show(main, asked = {}) {
  const list = h('div', {}, loading('Reading…'));
  const counted_ = h('div', { role: 'status' });
  const boxes = groups.map(([key, what]) => h('label', { class: 'ck' }, h('input', { type: 'checkbox', name: 'group', value: key }), h('span', {}, h('code', {}, key), ` ${what}`)));
  const disclosed = () => boxes.map((box) => box.firstChild).filter((box) => box.checked).map((box) => box.value);
  const range = asked.until ? [[asked.since, `${asked.since} to ${asked.until}`], ...ranges] : ranges;
  const since = asked.since === 'all' ? '' : asked.since ?? '24h';
  let wanted = asked.until;
  const own = form([
    field('q', 'Query', { value: asked.q ?? '', autocomplete: 'off', spellcheck: 'false', placeholder: 'everything', hint: 'As in Explore. A pack proves itself offline; the other forms are for other programs, and prove nothing.' }),
    h('div', { class: 'two' }, select('since', `Time, ${zoneName()}`, range.some(([key]) => key === since) ? range : [[since, `since ${since}`], ...range], since), select('format', 'As', formats, 'pack')),
    h('div', { class: 'two' }, select('unit', 'What', [['record', 'Every record'], ['access', 'Each access once']], 'record'), field('purpose', 'Purpose', { maxlength: '256', autocomplete: 'off', required: false, hint: 'Stands in the record of the order; needed where values are opened.' })),
    may('personal.read') ? h('fieldset', { class: 'grp' }, h('legend', {}, 'Personal values that are opened in it'), boxes) : null,
    counted_,
  ], 'Order the export', async (values) => {
    const made = await post('/api/v1/exports', order({ ...values, until: values.since === since ? wanted : null }, disclosed()));
    toast(`The export was ordered, and stands as record ${made.id} in the log.`);
    await load();
  }, { sign: 'exports', kind: 'order' });
  own.lastChild.append(button('Count first', async () => {
    const { q, since: from, purpose } = Object.fromEntries(new FormData(own));
    try {
      const answer = await post('/api/v1/stats', { q, since: from, until: from === since ? wanted : null, zone: zone(), purpose });
      put(counted_, h('p', { class: 'note' }, `${counted(answer.accesses, 'access', 'accesses')} in ${counted(answer.records, 'record')}${answer.relation === 'exact' ? '' : ' at least'}; records of the proxy itself come besides.`));
    } catch (problem) {
      put(counted_, trouble(problem));
    }
  }));
  page(main, 'Exports', 'Records handed over, with what proves them',
    h('div', { class: 'cols' }, section('e-all', 'Yours', { kind: 'first' }, list), section('e-new', 'A new one', { kind: 'first' }, own)));
  let timer = null;
  async function load() {
    clearTimeout(timer);
    try {
      const { rows } = await get('/api/v1/exports');
      put(list, rows.length === 0 ? h('div', { class: 'empty' }, h('h3', {}, 'None is here'), h('p', {}, 'An evidence pack holds records, their proofs, and a page for people. Whoever gets it needs the log’s public key, and nothing else of ours.'))
        : h('ul', { class: 'jobs' }, rows.reverse().map((one) => job(one, load))));
      if (rows.some((one) => ['waiting', 'running'].includes(one.state))) timer = setTimeout(() => !document.hidden && list.isConnected && load(), 1000);
    } catch (problem) {
      put(list, trouble(problem));
    }
  }
  await load();
}
