// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// The list of accesses: what is asked, when, how much there is, by what, and the rows.

import { button, counted, decision, h, icon, number, put, s, trouble, value } from './dom.js';
import { Problem, may, post } from './api.js';
import { chart } from './chart.js';
import { clock, shortDay, stamp, zone, zoneName } from './time.js';
import { actor, actorKind, request } from './words.js';
import { leadTo, onKey } from './shell.js';
import { drawer } from './record.js';
import { highlighted } from './query.js';
import { completing } from './complete.js';
import { signOff } from './reviews.js';
import { follow } from './tail.js';

const ranges = [['15m', 'Last 15 min'], ['1h', 'Last hour'], ['24h', 'Last 24 hours'], ['7d', 'Last 7 days'], ['30d', 'Last 30 days'], ['all', 'All of the log']];
const facetFields = ['decision', 'reason', 'service', 'method', 'status', 'route', 'rule'];
// These are counted row by row, which takes a second for a million: only when somebody wants them.
const slowFields = ['actor', 'session', 'zone'];
const pageSize = 100;
const kept = 5000;

/// What is asked; personal words are here and nowhere else.
const asked = { q: '', since: '24h', until: '', purpose: '', disclose: '' };
let found = { rows: [], next: null, total: null, complete: null };
let parts = {};
let running = null;
let open = null;

function fromAddress() {
  const address = new URLSearchParams(location.search);
  asked.q = address.get('q') ?? '';
  asked.since = address.get('since') ?? '24h';
  asked.until = address.get('until') ?? '';
}

/// Puts into the address what may stand there: a query that names somebody does not.
function toAddress(isPersonal) {
  const address = new URLSearchParams();
  if (asked.q && !isPersonal) address.set('q', asked.q);
  if (asked.since) address.set('since', asked.since);
  if (asked.until) address.set('until', asked.until);
  const text = `${location.pathname}?${address}`;
  if (text !== location.pathname + location.search) history.pushState(null, '', text);
}

const question = () => ({
  q: asked.q, since: asked.since === 'all' ? null : asked.since, until: asked.until, zone: zone(),
  purpose: asked.purpose, disclose: asked.disclose,
});

/// Asks once for everything that the page shows: one reading, and one record of it.
async function run() {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  const q = question();
  parts.query.classList.remove('fault');
  parts.grid.setAttribute('aria-busy', 'true');
  try {
    const page = await post('/api/v1/records', {
      ...q, limit: pageSize, bars: 60, by: 'decision', fields: facetFields.join(','), top: 6,
    }, { signal });
    found = { rows: page.rows, next: page.next ?? null, total: page.total, complete: page.complete_to, answer: page };
    current = 0;
    parts.grid.scrollTop = 0;
    toAddress(page.personal);
    showRows();
    say(page);
    put(parts.histogram, page.histogram && chart(page.histogram, { total: page.total.accesses, onZoom: zoom }));
    showFacets(page);
    if (isWanted) setLive(true);
  } catch (problem) {
    if (problem.name === 'AbortError') return;
    fault(problem);
  } finally {
    if (running?.signal === signal) parts.grid.removeAttribute('aria-busy');
  }
}

/// What is wrong with the query; what the last good one found stays.
function fault(problem) {
  if (!(problem instanceof Problem)) throw problem;
  if (problem.code === 'bad_query') {
    parts.query.classList.add('fault');
    put(parts.under, h('span', { class: 'err', role: 'alert' }, icon('error'), `${problem.detail} ${problem.remedy ?? ''}`));
    highlight(problem.position);
  } else if (problem.code === 'purpose_missing') {
    askPurpose(problem);
  } else {
    put(parts.under, h('span', { class: 'err', role: 'alert' }, icon('error'), `${problem.detail} ${problem.remedy ?? ''}`));
  }
}

function askPurpose(problem) {
  const field = h('input', { class: 'input', name: 'purpose', required: true, maxlength: '256', 'aria-describedby': 'why' });
  const form = h('form', { class: 'purpose', on: { submit: (event) => {
    event.preventDefault();
    asked.purpose = field.value;
    put(parts.asking);
    run();
  } } }, h('label', {}, 'What do you read this for?', field),
  h('p', { id: 'why', class: 'hint' }, `${problem.detail} The purpose stands in the record of this reading.`),
  h('button', { class: 'btn primary' }, 'Search with this purpose'));
  put(parts.asking, form);
  field.focus();
}

function say(page) {
  const left = page.left_out?.length ? [' Left out: ', h('code', {}, page.left_out.join(', ')), '.'] : null;
  put(parts.under,
    h('span', {}, `${counted(page.total.accesses, 'access', 'accesses')}${page.total.relation === 'exact' ? '' : ' at least'}, complete to record ${number(page.complete_to)}.`, left),
    page.behind ? h('span', { class: 't-warn' }, `${counted(page.behind, 'newer record is', 'newer records are')} signed and not in this list yet.`) : null,
    page.undecided ? h('span', {}, icon('lock'), ` ${counted(page.undecided, 'more could not be judged', 'more could not be judged')}: ${number(page.withheld)} withheld, ${number(page.erased)} erased.`) : null);
}

const zoom = (from, to) => {
  asked.since = new Date(from).toISOString();
  asked.until = new Date(to).toISOString();
  showRange();
  run();
};

function showRange() {
  const words = ranges.find(([key]) => key === asked.since && !asked.until)?.[1];
  const ends = [asked.since, asked.until].map((text) => (/^\d{4}-/.test(text) ? `${shortDay(new Date(text))} ${clock(new Date(text))}` : text));
  put(parts.range, h('select', { 'aria-label': `Time range, ${zoneName()}`, class: 'input', on: { change: (event) => {
    asked.since = event.target.value;
    asked.until = '';
    run();
    showRange();
  } } }, words ? null : h('option', { selected: true }, `${ends[0]} – ${ends[1] || 'now'} ${zoneName()}`),
  ranges.map(([key, text]) => h('option', { value: key, selected: key === asked.since && !asked.until }, text))));
}

/// Takes a condition into the query, or out of it.
function filter(field, word, isOut) {
  const text = word === null ? `${field}:*` : `${field}:${/^[A-Za-z0-9_./-]+$/.test(word) ? word : `"${word.replace(/(["\\*])/g, '\\$1')}"`}`;
  const term = (isOut !== (word === null)) ? `-${text}` : text;
  asked.q = asked.q.split(' ').includes(term) ? asked.q.split(' ').filter((one) => one !== term).join(' ') : `${asked.q} ${term}`.trim();
  parts.input.value = asked.q;
  highlight();
  run();
}

function showFacets(answer) {
  put(parts.facets, answer.facets.map(facetSection), slowFields.map((field) => {
    const place = h('section', { class: 'facet', 'aria-label': field }, h('h2', {}, field, button('Count', async () => {
      try {
        const q = question();
        const more = await post('/api/v1/facets', { q: q.q, since: q.since, until: q.until, zone: q.zone, purpose: q.purpose, fields: field, top: 6 });
        place.replaceWith(facetSection(more.facets[0]) ?? h('p', { class: 'exact' }, `${field}: none`));
      } catch (problem) {
        fault(problem);
      }
    }, { kind: 'ghost count', label: `Count by ${field}` })));
    return place;
  }));
}

function facetSection(facet) {
  if (facet.rows.length === 0) return null;
  const most = Math.max(1, ...facet.rows.map((row) => row.accesses), facet.others ?? 0);
  return h('section', { class: 'facet', 'aria-label': facet.field },
    h('h2', {}, facet.field, facet.state === 'exact' ? null : h('span', {}, facet.state === 'gte' ? 'at least' : 'took too long')),
    h('ul', {}, facet.rows.map((row) => {
      const shown = row.value === null ? h('span', { class: 'faint' }, 'none') : facet.field === 'decision' ? decision(row.value) : value(row.value);
      return h('li', {},
        h('button', { type: 'button', title: row.value ?? 'none', on: { click: (event) => filter(facet.field, row.value, event.altKey) } }, shown),
        h('span', { class: 'num' }, facet.state === 'exact' ? number(row.accesses) : `≥ ${number(row.accesses)}`),
        h('button', { type: 'button', class: 'not', 'aria-label': `without ${facet.field} ${row.value ?? 'none'}`, on: { click: () => filter(facet.field, row.value, true) } }, icon('minus')),
        s('svg', { class: 'share', 'aria-hidden': 'true', preserveAspectRatio: 'none' }, s('rect', { width: `${(100 * row.accesses) / most}%`, height: '100%', rx: '3' })));
    }), facet.others ? h('li', { class: 'more' }, `${number(facet.others)} with other values`) : null));
}

// MARK: Live

let stop = null;
let isWanted = false;
let waiting = [];
let live = { state: 'off', why: '', came: 0, skipped: 0, dropped: 0 };

/// Nothing that is being read is moved: the tail pauses by itself.
const isReading = () => open !== null || parts.grid.scrollTop > 4 || document.activeElement?.closest('tr[data-place]') || !getSelection().isCollapsed;

function begin() {
  stop?.();
  stop = follow({ ...question(), since: null, until: null, zone: null, max: 500 }, Number(found.complete) - 1, (news) => {
    if (news.row) waiting.push(news.row);
    if (news.skipped) live.skipped += news.skipped.count;
    if (news.state) [live.state, live.why] = [news.state, news.why ?? ''];
  });
}

function setLive(wanted) {
  isWanted = wanted;
  stop?.();
  stop = null;
  waiting = [];
  live = { state: wanted ? 'waiting' : 'off', why: '', came: 0, skipped: 0, dropped: 0 };
  if (wanted) begin();
  showLive();
}

/// Puts what waits into the list, at most ten times a second.
function take() {
  const known_ = new Map(found.rows.slice(0, 2000).map((row, place) => [row.uid, place]));
  const fresh = [];
  for (const row of waiting) {
    const place = known_.get(row.uid);
    const other = fresh.findIndex((one) => one.uid === row.uid);
    // A later stage of an access takes the place of the earlier.
    if (other >= 0) fresh[other] = row;
    else if (place !== undefined) found.rows[place] = row;
    else fresh.push(row);
  }
  waiting = [];
  live.came += fresh.length;
  found.rows.unshift(...fresh.reverse());
  const over = found.rows.length - kept;
  if (over > 0) {
    found.rows.length = kept;
    found.next = null;
    live.dropped += over;
  }
  current = 0;
  showRows();
}

function showLive() {
  const words = { off: 'Live is off', live: 'Live', waiting: 'Live, waiting', over: 'Live has ended' }[live.state];
  const canFollow = !asked.until;
  put(parts.tail,
    h('span', {}, h('span', { class: `livedot ${live.state === 'live' ? '' : 'off'}` }), h('b', {}, live.state === 'live' && waiting.length && isReading() ? 'Live, paused' : words), live.state === 'live' && isReading() && waiting.length ? ' while you read' : ''),
    waiting.length ? h('span', {}, h('b', {}, number(waiting.length)), ` newer ${waiting.length === 1 ? 'access waits' : 'accesses wait'}`) : null,
    live.came ? h('span', {}, `${number(live.came)} came`) : null,
    live.skipped ? h('span', { class: 't-warn' }, `${number(live.skipped)} were left out, as more than 500 came in a second`) : null,
    live.dropped ? h('span', {}, `${number(live.dropped)} older ones are not kept here`) : null,
    live.why ? h('span', {}, live.why) : null,
    h('span', { class: 'end' },
      waiting.length && isReading() ? button(`Show ${number(waiting.length)} newer`, () => { shutIfOpen(); parts.grid.scrollTop = 0; document.activeElement?.blur(); take(); showLive(); }, { sign: 'up' }) : null,
      canFollow ? button(isWanted ? 'Stop' : 'Follow', () => setLive(!isWanted), { kind: isWanted ? '' : 'primary', sign: isWanted ? 'pause' : 'play' }) : h('span', {}, 'A range that has ended gets nothing new.')));
}

const shutIfOpen = () => { if (open) shut(); };

let said = '';
function tick() {
  if (!parts.page.isConnected) return stop?.();
  if (waiting.length && !isReading()) take();
  const now = JSON.stringify([live, waiting.length, Boolean(isReading()), isWanted, asked.until]);
  if (now !== said) {
    said = now;
    showLive();
  }
}

// MARK: The rows

const heads = [['Time', 'c-time'], ['Decision', 'c-dec'], ['Actor', 'c-act'], ['Service', 'c-svc'], ['Request', ''], ['Status', 'c-st r'], ['Reason', 'c-why'], ['Took', 'c-dur r'], ['Index', 'c-ix r']];

function cells(row) {
  const { record = {}, values, groups } = row;
  const ms = record.duration_us === undefined ? null : record.duration_us / 1000;
  return [
    stamp(row.time, { withDay: hasDays }), row.changed ? h('span', { class: 'gone miss' }, icon('error'), 'changed') : decision(record.decision?.effect),
    [actor(record, values, groups), actorKind(record) && h('small', { class: 'faint' }, ` ${actorKind(record)}`)],
    record.dst?.service ?? h('span', { class: 'faint' }, '–'), request(record, values),
    record.http?.status ?? (row.open ? h('span', { class: 'faint' }, 'open') : ''), record.event?.reason ?? record.decision?.reason ?? '',
    ms === null ? '' : ms < 1000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(1)} s`, number(row.index),
  ];
}

function element(row, place) {
  const effect = row.record?.decision?.effect;
  return h('tr', {
    role: 'row', tabindex: place === current ? '0' : '-1', 'aria-rowindex': place + 2, 'data-place': place,
    class: effect && effect !== 'allow' ? effect : null, 'aria-selected': open?.index === row.index ? 'true' : null,
  }, cells(row).map((cell) => h('td', { role: 'gridcell' }, cell)));
}

/// Whether the rows are of more days than today, so that each says its own.
let hasDays = false;
let current = 0;
let shown = { first: 0, last: 0 };
const rowHeight = () => parts.body.querySelector('tr[data-place]')?.offsetHeight || 28;

/// Rows are made for what is seen, and a screen above and below it.
function showRows({ force = true } = {}) {
  hasDays = found.rows.length > 0 && shortDay(new Date(found.rows.at(-1).time)) !== shortDay(new Date());
  parts.table.classList.toggle('days', hasDays);
  const height = rowHeight();
  const seen = Math.ceil(parts.grid.clientHeight / height) || 40;
  const first = Math.max(0, Math.floor(parts.grid.scrollTop / height) - seen);
  const last = Math.min(found.rows.length, first + 3 * seen);
  if (!force && first === shown.first && last === shown.last) return;
  shown = { first, last };
  const focused = document.activeElement?.closest('tr[data-place]');
  const spacer = (count) => {
    const row = h('tr', { 'aria-hidden': 'true', class: 'spacer' });
    row.style.height = `${count * height}px`;
    return count > 0 ? row : null;
  };
  put(parts.body, spacer(first), found.rows.slice(first, last).map((row, i) => element(row, first + i)), spacer(found.rows.length - last));
  parts.table.setAttribute('aria-rowcount', String((found.total?.relation === 'exact' ? found.total.accesses : -2) + 1));
  if (focused) parts.body.querySelector(`tr[data-place="${focused.dataset.place}"]`)?.focus({ preventScroll: true });
  put(parts.empty, !found.rows.length ? nothing() : found.next && found.rows.length >= kept && last === found.rows.length
    ? h('p', { class: 'note more-rows' }, `The list ends here: ${number(found.rows.length)} of ${number(found.total?.accesses ?? 0)} are shown. Narrow the time or the query, or export all of them.`) : null);
  if (found.next && found.rows.length < kept && last > found.rows.length - seen) more();
}

let isLoading = false;
async function more() {
  if (isLoading) return;
  isLoading = true;
  try {
    const page = await post('/api/v1/records', { ...question(), limit: pageSize, cursor: found.next });
    found.rows.push(...page.rows);
    found.next = page.next ?? null;
    showRows();
  } catch (problem) {
    fault(problem);
  } finally {
    isLoading = false;
  }
}

/// Why there is nothing.
function nothing() {
  const reasons = found.answer?.reasons;
  if (!reasons) return null;
  return h('div', { class: 'empty' }, h('h3', {}, 'No access is such a one'),
    h('p', {}, reasons.held ? `The log has accesses from ${reasons.held.from.slice(0, 19)}Z to ${reasons.held.to.slice(0, 19)}Z.` : 'The log has no accesses yet.'),
    h('ul', {},
      reasons.unknown.map((one) => h('li', {}, `${one.field} has no such value here.`, one.nearest && h('span', { class: 'end' }, `Did you mean ${one.nearest}?`))),
      reasons.meant.map((one) => h('li', {}, `${one.field}:${one.nearest} has ${number(one.count)}.`)),
      reasons.without.map((one) => h('li', {}, h('span', {}, 'Without ', h('code', {}, one.condition), ` there ${one.count === 1 ? 'is' : 'are'} ${number(one.count)}.`))),
      asked.since !== 'all' ? h('li', {}, 'Only part of the log was searched.', h('span', { class: 'end' }, button('Search all of it', () => {
        asked.since = 'all';
        asked.until = '';
        showRange();
        run();
      }))) : null));
}

function go(place) {
  current = Math.max(0, Math.min(found.rows.length - 1, place));
  const height = rowHeight();
  const [top, bottom] = [current * height, (current + 1) * height];
  const head = 28;
  if (top < parts.grid.scrollTop) parts.grid.scrollTop = top;
  if (bottom > parts.grid.scrollTop + parts.grid.clientHeight - head) parts.grid.scrollTop = bottom - parts.grid.clientHeight + head;
  showRows();
  parts.body.querySelector(`tr[data-place="${current}"]`)?.focus({ preventScroll: true });
}

function show_(place) {
  const row = found.rows[place];
  if (!row) return;
  current = place;
  open = row;
  parts.page.classList.add('with-record');
  parts.drawer.hidden = false;
  drawer(parts.drawer, row, { disclose: asked.disclose, purpose: asked.purpose }, {
    close: shut, next: () => show_(Math.min(found.rows.length - 1, current + 1)), before: () => show_(Math.max(0, current - 1)),
  });
  showRows();
}

function shut() {
  open = null;
  parts.page.classList.remove('with-record');
  parts.drawer.hidden = true;
  go(current);
}

function highlight(position) {
  put(parts.mirror, highlighted(parts.input.value, position));
}

/// What the counts beside the list know of a field's values.
const knownValues = (field) => (found.answer?.facets?.find((one) => one.field === field)?.rows ?? []).filter((row) => row.value !== null).map((row) => [row.value, row.accesses]);

/// The bar over the rows that says under which purpose values are shown.
function showDisclosing() {
  if (!may('personal.read')) return;
  put(parts.disclosing, asked.disclose
    ? [icon('eye'), h('span', {}, 'Names and addresses are shown, for ', h('b', {}, asked.purpose), '. Each list is a record.'),
      h('span', { class: 'end' }, button('Hide them', () => { asked.disclose = ''; asked.purpose = ''; showDisclosing(); run(); }, { kind: 'ghost' }))]
    : [icon('lock'), h('span', {}, 'Names, addresses and paths are sealed.'), h('span', { class: 'end' }, button('Show them', () => {
      asked.disclose = 'who,where,what';
      askPurpose({ detail: 'Personal values are opened for this list.' });
      showDisclosing();
    }, { kind: 'ghost' }))]);
}

/// Shows the page; with a query that another page was asked for, which may name somebody and goes by no address.
export async function show(main, query = null) {
  document.title = 'Explore · Countersign';
  fromAddress();
  if (query !== null) asked.q = query;
  parts.input = h('input', { name: 'q', value: asked.q, 'aria-label': 'Query', autocomplete: 'off', spellcheck: 'false', placeholder: 'is:denied service:billing-api status:5xx', on: { input: () => highlight() } });
  parts.mirror = h('div', { class: 'hl', 'aria-hidden': 'true' });
  parts.suggest = h('div', { class: 'suggest', hidden: true });
  completing(parts.input, parts.suggest, { values: knownValues, changed: () => highlight() });
  parts.query = h('form', { class: 'q', role: 'search', on: { submit: (event) => {
    event.preventDefault();
    asked.q = parts.input.value.trim();
    run();
  } } }, icon('search'), h('div', { class: 'field' }, parts.mirror, parts.input, parts.suggest), h('kbd', {}, '/'));
  parts.range = h('div', { class: 'range' });
  parts.acts = h('span', { class: 'acts' },
    may('log.export') ? button('Export', () => leadTo(main, '/console/exports', { q: asked.q, since: asked.since, until: asked.until }), { kind: 'ghost', sign: 'exports' }) : null,
    may('log.review') ? button('Sign off', () => signOff({ q: asked.q, since: asked.since, until: asked.until }), { kind: 'ghost', sign: 'star' }) : null);
  parts.under = h('div', { class: 'parse', 'aria-live': 'polite' });
  parts.asking = h('div', { class: 'asking' });
  parts.histogram = h('div', { class: 'histo' });
  parts.facets = h('aside', { class: 'facets', 'aria-label': 'Counts by field', tabindex: '0' });
  parts.body = h('tbody', { role: 'rowgroup' });
  parts.table = h('table', { class: 'tbl records', role: 'grid', 'aria-label': 'Accesses' },
    h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, heads.map(([name, kind]) => h('th', {
      scope: 'col', role: 'columnheader', class: kind, 'aria-sort': name === 'Time' ? 'descending' : null,
    }, name === 'Time' ? `Time, ${zoneName()}` : name)))), parts.body);
  parts.empty = h('div', {});
  parts.disclosing = h('div', { class: 'disclosing' });
  parts.grid = h('div', { class: 'grid', tabindex: '-1', on: {
    scroll: () => showRows({ force: false }),
    click: (event) => {
      const row = event.target.closest('tr[data-place]');
      if (row && !getSelection().toString()) show_(Number(row.dataset.place));
    },
  } }, parts.disclosing, parts.table, parts.empty);
  parts.drawer = h('section', { class: 'drawer', hidden: true, 'aria-label': 'Record' });
  parts.tail = h('div', { class: 'tail', role: 'region', 'aria-label': 'Live' });
  parts.page = h('div', { class: 'explore' },
    h('div', { class: 'askbar' }, parts.query, parts.range, parts.acts, parts.under, parts.asking), parts.histogram, parts.facets, parts.grid, parts.tail, parts.drawer);
  put(main, parts.page);
  highlight();
  showRange();
  showDisclosing();
  addEventListener('popstate', () => {
    if (!parts.page.isConnected) return;
    fromAddress();
    parts.input.value = asked.q;
    highlight();
    showRange();
    run();
  });
  addEventListener('resize', () => parts.page.isConnected && showRows());
  setInterval(tick, 100);
  // What nobody sees is not followed; it goes on where it was.
  document.addEventListener('visibilitychange', () => {
    if (!isWanted || !parts.page.isConnected) return;
    if (document.hidden) {
      stop?.();
      stop = null;
    } else if (!stop) {
      run();
    }
  });
  onKey((key, event) => {
    if (!parts.page.isConnected) return;
    const steps = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1, PageDown: 20, PageUp: -20 };
    if (key === '/') parts.input.focus();
    else if (key in steps && !event.target.closest('summary, button, a')) open ? show_(Math.max(0, Math.min(found.rows.length - 1, current + steps[key]))) : go(current + steps[key]);
    else if (key === 'Home' || key === 'G') go(0);
    else if (key === 'L') setLive(!isWanted);
    else if (key === 'Enter' && event.target.closest('tr[data-place]')) show_(current);
    else if (key === 'Escape' && open) shut();
    else if (key === 'p' && open) parts.drawer.querySelector('[data-tab="proof"]')?.click();
    else return;
    event.preventDefault();
  });
  parts.input.addEventListener('keydown', (event) => { if (event.key === 'Escape') parts.input.blur(); });
  await run();
}
