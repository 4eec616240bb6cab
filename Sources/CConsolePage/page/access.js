// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// Who used what, what is new in that, what is not used, and who read the log.

import { button, counted, decision, h, icon, number, put, trouble, value } from './dom.js';
import { get, may, post } from './api.js';
import { clock, full, shortDay, zone, zoneName } from './time.js';
import { askPurpose, choice, loading, page, section, table } from './layout.js';
import { accountNames, reader } from './people.js';
import { signOff } from './reviews.js';

const spans = [['24h', '24 h'], ['7d', '7 d'], ['30d', '30 d'], ['90d', '90 d']];
const mostActors = 20;

/// What stands in a cell: exact to four digits, then in thousands.
const brief = (count) => (count < 10_000 ? number(count) : count < 1_000_000 ? `${(count / 1000).toFixed(count < 100_000 ? 1 : 0)}k` : `${(count / 1_000_000).toFixed(1)}M`);
const link = (q, since) => `/console/explore?${new URLSearchParams({ q, since })}`;
const quoted = (word) => (/^[A-Za-z0-9_./-]+$/.test(word) ? word : `"${word.replace(/(["\\*])/g, '\\$1')}"`);
const term = (field, word) => (word === undefined || word === null ? `-${field}:*` : `${field}:${quoted(word)}`);
const signs = { user: 'user', service: 'bolt', agent: 'star', system: 'bolt', anonymous: 'ring' };

/// The grid of actors and services.
function matrix(answer, fresh, names, kinds, since) {
  const actors = new Map();
  const services = new Map();
  for (const row of answer.rows) {
    const actor = row.actor ?? 'anonymous';
    const service = row.value ?? '–';
    if (!actors.has(actor)) actors.set(actor, { total: 0, cells: new Map() });
    const one = actors.get(actor);
    one.total += row.accesses;
    one.cells.set(service, row);
    services.set(service, (services.get(service) ?? 0) + row.accesses);
  }
  const columns = [...services].sort((a, b) => b[1] - a[1]).map(([name]) => name).slice(0, 12);
  const rows = [...actors].sort((a, b) => b[1].total - a[1].total);
  const isNew = (actor, service) => fresh?.some((row) => (row.actor ?? 'anonymous') === actor && (row.value ?? '–') === service);
  const name = (actor) => names.get(actor) ?? null;
  const called = (actor) => (name(actor) ? value(name(actor)) : ['anonymous', 'system'].includes(actor) ? actor : actor === 'uid:0' ? 'root, on the host' : actor.startsWith('uid:') ? `user ${actor.slice(4)}, on the host` : h('code', {}, value(actor)));
  const sign = (actor) => signs[kinds.get(actor) ?? actor] ?? (/^(acc_|uid:)/.test(actor) ? 'user' : 'dot');
  const cell = (actor, service, row) => {
    if (!row) return h('td', {});
    const allowed = row.accesses - row.refused;
    const heat = allowed === 0 ? 0 : Math.min(5, Math.floor(Math.log10(allowed)) + 1);
    const words = `${name(actor) ?? actor} and ${service}: ${number(allowed)} not refused, ${number(row.refused)} refused`;
    return h('td', {}, h('a', {
      class: `k${heat}${isNew(actor, service) ? ' new' : ''}`, href: link(`${actor === 'anonymous' ? 'is:anonymous' : term('actor', actor)} ${term('service', row.value)}`, since),
      'aria-label': isNew(actor, service) ? `${words}, not seen before` : words, title: `${number(row.accesses)} accesses`,
    }, allowed ? brief(allowed) : null, row.refused ? h('span', { class: 'dn' }, icon('deny'), brief(row.refused)) : null));
  };
  const shown = rows.slice(0, mostActors);
  return [h('div', { class: 'xs', tabindex: '0' }, h('table', { class: 'matrix', 'aria-label': 'Who used what' },
    h('colgroup', {}, h('col', { class: 'c-a' }), columns.map(() => h('col', {})), h('col', { class: 'c-t' })),
    h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Actor'), columns.map((one) => h('th', { scope: 'col', title: one }, value(one))), h('th', { scope: 'col', class: 'r' }, 'All'))),
    h('tbody', {}, shown.map(([actor, one]) => h('tr', {},
      h('th', { scope: 'row' }, icon(sign(actor)), h('a', { href: link(actor === 'anonymous' ? 'is:anonymous' : term('actor', actor), since) }, called(actor))),
      columns.map((service) => cell(actor, service, one.cells.get(service))), h('td', { class: 'tot' }, number(one.total))))))),
  rows.length > mostActors || answer.others ? h('p', { class: 'note' }, rows.length > mostActors ? `${number(rows.length - mostActors)} more actors are not in this table. ` : '', answer.others ? `${number(answer.others)} rarer pairs are not counted here.` : '') : null];
}

const deeds = { 'log.query': 'Searched', 'log.export': 'Exported', 'log.tail': 'Followed' };

/// Who looked at the log, the newest first.
function readers(answer, names) {
  if (answer.rows.length === 0) return h('p', { class: 'dim' }, 'Nobody read the log in this time.');
  return table('Who read the log', [[`Time, ${zoneName()}`, 'a-t'], ['Reader', 'a-w'], ['Did what', 'a-d'], ['Looked at', null], ['Records', 'r a-n'], ['Purpose', 'a-p']], answer.rows.map((row) => ({
    style: row.outcome === 'failure' ? 'deny' : null,
    cells: [
      h('time', { datetime: row.time, title: full(row.time) }, `${shortDay(new Date(row.time))} ${clock(new Date(row.time))}`),
      [reader(row.reader, names), row.roles?.length ? h('span', { class: 'faint' }, ` ${row.roles.join(', ')}`) : null],
      [row.ended ? 'Ceased to follow' : deeds[row.action] ?? row.action],
      [row.range ? h('code', {}, row.range) : '', h('span', { class: 'faint' }, row.hash ? ` ${row.hash.slice(7, 19)}` : '')],
      row.rows === null || row.rows === undefined ? '–' : number(row.rows),
      row.purpose ? value(row.purpose) : row.purpose_sealed ? h('span', { class: 'gone' }, icon('lock'), 'sealed') : h('span', { class: 'faint' }, 'none given'),
    ],
  })), { kind: 'flush readers' });
}

/// Rules that are in force and have decided about nothing for 90 days.
async function dormant(place) {
  const [now, used] = await Promise.all([get('/api/v1/settings'), post('/api/v1/facets', { since: '90d', zone: zone(), fields: 'rule,service', top: 1000 })]);
  const rules = new Set(used.facets.find((one) => one.field === 'rule')?.rows.map((row) => row.value));
  const services = new Set(used.facets.find((one) => one.field === 'service')?.rows.map((row) => row.value));
  const idle = (now.settings.services ?? []).flatMap((service) => [
    ...(services.has(service.name) ? [] : [[service.name, 'the whole service']]),
    ...(services.has(service.name) ? (service.rules ?? []).filter((rule) => rule.id && !rules.has(rule.id)).map((rule) => [service.name, `rule ${rule.id}: ${rule.effect ?? (rule.allow ? 'allow' : rule.deny ? 'deny' : '')}`]) : []),
  ]);
  put(place, idle.length === 0 ? h('p', { class: 'dim' }, 'Every service and every rule was used in the last 90 days.')
    : table('Not used in the last 90 days', ['Service', 'Grant'], idle.map(([service, grant]) => [value(service), h('span', { class: 'dim' }, value(grant))]), { kind: 'flush dorm' }),
  h('p', { class: 'note' }, 'By the rules in force and the accesses of 90 days. A rule that was never asked is a grant that nobody would miss.'));
}

/// Shows the page.
export async function show(main) {
  let since = '7d';
  const accounts = await accountNames();
  const names = new Map(accounts);
  const kinds = new Map();
  let areShown = false;
  const grid = h('div', { class: 'fixed' }, loading('Counting pairs…'));
  const news = h('div', {}, loading('Comparing with before…'));
  const asked = h('div', {}, loading('Reading…'));
  const idle = h('div', {}, loading('Counting…'));
  const opened = h('span', {});
  let pairs = null;
  let fresh = null;
  let begins = null;
  const draw = () => put(grid, pairs.rows.length === 0 ? h('p', { class: 'dim' }, 'There was no access in this time.') : matrix(pairs, fresh, names, kinds, since));
  const showNames = () => put(opened, !may('personal.read') || !pairs?.rows.length ? null : areShown
    ? button('Hide names', () => { areShown = false; names.clear(); for (const [id, one] of accounts) names.set(id, one); draw(); drawNews(); showNames(); }, { kind: 'ghost', sign: 'lock' })
    : button('Show names', () => askPurpose('The names of the actors in this table are opened.', async (purpose) => {
      const firsts = new Map(pairs.rows.filter((row) => row.actor).map((row) => [row.actor, row.index]));
      const indexes = [...firsts.values()].filter((index) => index !== undefined).slice(0, 60);
      const found = await post('/api/v1/records', { q: `index:(${indexes.join(' OR ')})`, unit: 'record', since: null, disclose: 'who', purpose, limit: 100 });
      for (const row of found.rows) {
        const called = row.values?.['actor.name'] ?? row.values?.['actor.email'] ?? row.values?.['actor.subject'];
        if (called && row.record?.actor?.uid) names.set(row.record.actor.uid, called);
        if (row.record?.actor?.uid) kinds.set(row.record.actor.uid, row.record.actor.type);
      }
      areShown = true;
      draw();
      drawNews();
      showNames();
    }), { kind: 'ghost', sign: 'eye' }));
  const drawNews = () => fresh && put(news, begins ? h('p', { class: 'dim' }, `The log begins on ${full(begins)}, within this range: what is new in it cannot be told.`) : fresh.length === 0 ? h('p', { class: 'dim' }, 'Nobody used a service that they had not used before.')
    : table('First seen', ['Actor', 'Service', 'Since then', ['First', 'r']], fresh.slice(0, 12).map((row) => [
      names.get(row.actor) ? value(names.get(row.actor)) : row.actor ? h('code', {}, value(row.actor)) : 'anonymous', value(row.value ?? '–'),
      h('span', { class: 'dim' }, counted(row.accesses, 'access', 'accesses')), h('a', { href: link(`uid:${row.uid}`, 'all') }, `${shortDay(new Date(row.time))} ${clock(new Date(row.time), false)}`),
    ]), { kind: 'flush dorm' }));
  const load = async () => {
    const mine = since;
    fresh = null;
    try {
      pairs = await post('/api/v1/pairs', { since, zone: zone(), of: 'service', top: 400 });
      if (mine !== since) return;
      draw();
      showNames();
      const first = await post('/api/v1/first-seen', { since, zone: zone(), of: 'service', top: 200 });
      if (mine !== since) return;
      // Where the log begins within the range, nothing in it was seen before.
      begins = first.oldest && Date.parse(first.oldest) >= Date.parse(first.from) ? first.oldest : null;
      fresh = begins ? [] : first.rows;
      draw();
      drawNews();
    } catch (problem) {
      put(grid, trouble(problem));
      put(news);
    }
    if (!may('audit.read')) return;
    try {
      put(asked, readers(await post('/api/v1/audit', { since: mine, zone: zone(), limit: 25 }), accounts));
    } catch (problem) {
      put(asked, trouble(problem));
    }
  };
  const { end } = page(main, 'Access', 'Who used what, and who looked at it',
    section('a-what', 'Who used what', { kind: 'first', end: [
      h('span', { class: 'scale' }, 'fewer ', [1, 2, 3, 4, 5].map((k) => h('i', { class: `k${k}` })), ' more'),
      h('span', { class: 'scale' }, icon('deny', 'bad'), 'refused'), h('span', { class: 'scale' }, h('i', { class: 'new' }), ' not seen before'), opened] }, grid),
    may('audit.read') ? section('a-read', 'Who read the log', { about: 'Every search, page and export is itself a record.', end: h('a', { href: link('action:log.*', '7d') }, 'All of them') }, asked) : null,
    h('div', { class: 'cols even' }, section('a-new', 'First seen', {}, news), section('a-idle', 'Not used', { end: h('span', { class: 'dim' }, '90 days and longer') }, idle)));
  put(end, choice('Time range', spans, since, (key) => { since = key; load(); }),
    may('log.review') ? button('Sign off this review', () => signOff({ q: '', since }), { kind: 'primary', sign: 'star' }) : null);
  dormant(idle).catch((problem) => put(idle, trouble(problem)));
  await load();
}
