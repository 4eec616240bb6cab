// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// The first page: is the log whole, what is going on, who was refused and why.

import { bytes, counted, decision, h, icon, number, put, s, trouble, value } from './dom.js';
import { may, post } from './api.js';
import { chart } from './chart.js';
import { zone } from './time.js';
import { leadTo, onStatus, verdicts } from './shell.js';

function tree(tone) {
  return s('svg', { class: `big ${tone}`, viewBox: '0 0 56 56', 'aria-hidden': 'true' },
    s('path', { class: 'e', d: 'M28 12L16 27M28 12L40 27M16 27L9 43M16 27L23 43M40 27L33 43M40 27L47 43' }),
    s('g', { class: 'n' }, s('circle', { cx: 28, cy: 10, r: 5 }), s('circle', { cx: 16, cy: 27, r: 4.5 }), s('circle', { cx: 40, cy: 27, r: 4.5 })),
    s('g', { class: 'fill' }, [9, 23, 33, 47].map((x) => s('circle', { cx: x, cy: 44, r: 4 }))),
    tone === 'bad' ? s('path', { class: 'e', d: 'M5 40l8 8m0-8l-8 8' }) : null);
}

function ring(tone) {
  const whole = s('circle', { class: 'ok', cx: 28, cy: 28, r: 21, fill: 'none' });
  return s('svg', { class: `big ${tone}`, viewBox: '0 0 56 56', 'aria-hidden': 'true' },
    tone === 'bad' ? [s('path', { class: 'ok', d: 'M28 7A21 21 0 1 1 13 42.700', fill: 'none' }), s('path', { class: 'lost', d: 'M11.500 40.500A21 21 0 0 1 8 33l4-1a17 17 0 0 0 3 6z' })] : whole);
}

const verdictSection = (name, mark, { word, tone, say, why }) => h('section', { 'aria-labelledby': `v-${name}` }, mark(tone),
  h('p', { class: 'kind' }, name, h('b', { class: tone }, word)), h('h2', { class: 'say', id: `v-${name}` }, say), h('p', { class: 'why' }, why),
  h('p', { class: 'acts' }, h('a', { class: 'btn', href: `/console/integrity#${name.toLowerCase()}` }, icon(name === 'Integrity' ? 'tree' : 'ring'), h('span', {}, 'Show the evidence'))));

const spans = [['1h', '1 h', 3_600_000], ['24h', '24 h', 86_400_000], ['7d', '7 d', 604_800_000], ['30d', '30 d', 2_592_000_000]];

/// What was not let through, by whatever it was.
const refusals = 'decision:(challenge OR deny OR error OR limit)';

/// Shows the page.
export async function show(main) {
  document.title = 'Overview · Countersign';
  const verdictPlace = h('div', { class: 'verdicts' });
  const decisions = h('div', { class: 'fixed' });
  const refused = h('div', {});
  const choice = h('span', { class: 'seg', role: 'group', 'aria-label': 'Time range' });
  const keeping = h('dl', { class: 'facts f0' });
  put(main, h('div', { class: 'page' },
    h('div', { class: 'head' }, h('h1', {}, 'Overview')), verdictPlace,
    h('div', { class: 'ask' }, h('form', { role: 'search', on: { submit: (event) => { event.preventDefault(); leadTo(main, '/console/explore?since=24h', event.target.q.value); } } }, icon('search'), h('input', { name: 'q', 'aria-label': 'Search the log', placeholder: 'Search the log: is:denied, service:…, reason:…', autocomplete: 'off' })),
      h('ul', {}, h('li', {}, h('a', { href: '/console/explore?q=is%3Adenied&since=1h' }, 'Refused in the last hour')), h('li', {}, h('a', { href: '/console/explore?since=24h' }, 'Everything of a day')), h('li', {}, h('a', { href: '/console/integrity' }, 'What is missing')))),
    may('log.read') ? [
      h('section', { class: 'sect', 'aria-labelledby': 's-dec' }, h('div', { class: 'top' }, h('h2', { id: 's-dec' }, 'Decisions'), h('span', { class: 'end' }, choice)), decisions),
      h('div', { class: 'cols' },
        h('section', { class: 'sect', 'aria-labelledby': 's-ref' }, h('div', { class: 'top' }, h('h2', { id: 's-ref' }, 'Refused in the last hour, and why'), h('span', { class: 'end' }, h('a', { href: '/console/explore?q=is%3Adenied&since=1h' }, 'Show them'))), refused),
        h('section', { class: 'sect', 'aria-labelledby': 's-kept' }, h('div', { class: 'top' }, h('h2', { id: 's-kept' }, 'Log')), keeping))] : null));
  onStatus((status) => {
    const { integrity, completeness } = verdicts(status);
    put(verdictPlace, verdictSection('Integrity', tree, integrity), verdictSection('Completeness', ring, completeness));
    put(keeping, [
      ['Records', number(status.size)], ['Durability', status.durability === 'synced' ? 'every record on the disk before its access goes on' : status.durability],
      ['Search', status.catalog ? (status.catalog.lag_records ? `${counted(status.catalog.lag_records, 'record')} behind` : `complete, ${bytes(status.catalog.bytes)}`) : 'off'],
      ['Configuration', h('code', {}, status.config.slice(0, 19))], ['Version', status.version],
    ].flatMap(([name, fact]) => [h('dt', {}, name), h('dd', {}, fact)]));
  });
  if (!may('log.read')) return;
  const draw = async (key, length) => {
    put(choice, spans.map(([one, name, ms]) => h('button', { type: 'button', class: 'btn', 'aria-pressed': String(one === key), on: { click: () => draw(one, ms) } }, name)));
    try {
      const page = await post('/api/v1/records', { since: new Date(Date.now() - length).toISOString(), zone: zone(), limit: 1, bars: 48, by: 'decision' });
      put(decisions, !page.histogram ? h('p', { class: 'dim' }, 'There was no access.') : chart(page.histogram, {
        total: page.total.accesses, isTall: true,
        onZoom: (from, until) => location.assign(`/console/explore?since=${new Date(from).toISOString()}&until=${new Date(until).toISOString()}`),
      }));
    } catch (problem) {
      put(decisions, trouble(problem));
    }
  };
  const reasons = async () => {
    try {
      const why = await post('/api/v1/facets', { q: refusals, since: '1h', zone: zone(), fields: 'reason,service,actor,decision', top: 8 });
      const facet = (answer, field) => answer.facets.find((one) => one.field === field)?.rows ?? [];
      const rows = facet(why, 'reason').map((row) => [refusals, row]);
      const cell = (field) => h('p', { class: 'dim under' }, `${field}: `, facet(why, field).map((row, i) => [i ? ', ' : '', field === 'decision' ? decision(row.value) : value(row.value ?? 'none'), ` ${number(row.accesses)}`]));
      put(refused, rows.length === 0 ? h('p', { class: 'dim' }, 'Nothing was refused.') : [
        h('div', { class: 'xs', tabindex: '0' }, h('table', { class: 'tbl flush ref', 'aria-label': 'Refused in the last hour, by reason' },
          h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Why'), h('th', { scope: 'col', class: 'r c-n' }, 'Times'))),
          h('tbody', {}, rows.map(([q, row]) => h('tr', {}, h('td', {}, h('a', { href: `/console/explore?${new URLSearchParams({ q: `${q} reason:${row.value}`, since: '1h' })}` }, h('code', {}, row.value ?? 'none'))), h('td', { class: 'r' }, number(row.accesses))))))),
        cell('decision'), cell('service'), cell('actor')]);
    } catch (problem) {
      put(refused, trouble(problem));
    }
  };
  await Promise.all([draw('24h', 86_400_000), reasons()]);
}
