// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// What the log helps to show of a framework's controls, and what it leaves open.

import { button, h, hash, icon, number, put, toast, trouble, value } from './dom.js';
import { get } from './api.js';
import { full, zone, zoneName } from './time.js';
import { facts, loading, page, section, select } from './layout.js';

const signs = { evidence: 'allow', gap: 'gap', 'no evidence in this log': 'minus', 'cannot be shown by a log': 'none' };

/// Periods that auditors ask for, as of today.
function periods() {
  const now = new Date();
  const [year, month] = [now.getUTCFullYear(), now.getUTCMonth()];
  const quarter = Math.floor(month / 3) + 1;
  const before = quarter === 1 ? [year - 1, 4] : [year, quarter - 1];
  const last = month === 0 ? [year - 1, 12] : [year, month];
  const two = (one) => String(one).padStart(2, '0');
  return [['90d', 'Last 90 days'], ['30d', 'Last 30 days'], [`${year}-Q${quarter}`, `This quarter, ${year}-Q${quarter}`], [`${before[0]}-Q${before[1]}`, `${before[0]}-Q${before[1]}`],
    [`${year}-${two(month + 1)}`, `This month, ${year}-${two(month + 1)}`], [`${last[0]}-${two(last[1])}`, `${last[0]}-${two(last[1])}`], [String(year), `This year, ${year}`], [String(year - 1), String(year - 1)]];
}

function row(report, line) {
  const times = { since: report.period_from, until: report.period_to };
  const item = (one) => h('li', {}, one.word === 'gap' ? h('b', { class: 't-bad' }, 'Gap: ') : null,
    one.query ? h('a', { href: `/console/explore?${new URLSearchParams({ q: one.query, ...times })}` }, value(one.text)) : h('a', { href: '/console/integrity' }, value(one.text)),
    h('div', { class: 'cmd small' }, h('code', {}, value(one.command)), button(null, async () => { await navigator.clipboard.writeText(one.command); toast('The command was copied.'); }, { kind: 'ghost square', sign: 'copy', label: 'Copy the command' })));
  return h('tr', { class: line.word === 'gap' ? 'gap-row' : null },
    h('th', { scope: 'row', class: 'wrap' }, value(line.control)), h('td', { class: 'wrap' }, value(line.asks)),
    h('td', { class: 'wrap' }, h('p', { class: `word ${line.word === 'gap' ? 't-bad' : line.word === 'evidence' ? '' : 'dim'}` }, icon(signs[line.word] ?? 'none'), ' ', line.word), line.evidence.length ? h('ul', { class: 'evid' }, line.evidence.map(item)) : null),
    h('td', { class: 'wrap dim' }, value(line.leaves)));
}

/// Shows the page.
export async function show(main) {
  const place = h('div', {}, h('p', { class: 'dim' }, 'Choose a framework and a period.'));
  const { rows } = await get('/api/v1/reports');
  const form = h('form', { class: 'chooser', on: { submit: (event) => { event.preventDefault(); make(); } } },
    select('framework', 'Framework', rows.map((one) => [one.framework, one.title]), 'soc2'), select('period', `Period, ${zoneName()}`, periods(), '90d'),
    h('button', { class: 'btn primary' }, icon('reports'), h('span', {}, 'Make the report')));
  page(main, 'Reports', 'What the log helps to show, and what it leaves open', form, place);
  async function make() {
    const { framework, period } = Object.fromEntries(new FormData(form));
    put(place, loading('Counting…'));
    try {
      const report = await get(`/api/v1/reports/${framework}`, { period, zone: zone() });
      const words = {};
      for (const line of report.rows) words[line.word] = (words[line.word] ?? 0) + 1;
      put(place, section('rep', `What the log helps to show of ${report.title}`, { end: [
        h('a', { class: 'btn', href: `/api/v1/reports/${framework}?${new URLSearchParams({ period, zone: zone(), format: 'html' })}`, target: '_blank', rel: 'noopener' }, icon('file'), h('span', {}, 'As a page to print')),
      ] },
      h('p', { class: 'note' }, 'Each line names what a control asks, what this log has for it, and what it leaves open. Whether a control is met, people judge.'),
      facts([['Log', value(report.origin)], ['Period', `${full(report.period_from)} to ${full(report.period_to)}, days of ${report.zone}${Date.parse(report.period_to) > Date.parse(report.made) ? '; it is not over yet' : ''}`], ['Accesses', `${report.accesses_at_least ? 'at least ' : ''}${number(report.accesses)}`],
        ['Signed size', [`${number(report.size)} records, root `, hash(report.root, 'w28')]], ['Made', `${full(report.made)}, for ${report.printer}`],
        ['Of these', Object.keys(signs).filter((word) => words[word]).map((word, i) => [i ? ', ' : '', `${words[word]} ${words[word] === 1 ? 'control' : 'controls'}: ${word}`])]]),
      h('div', { class: 'xs', tabindex: '0' }, h('table', { class: 'tbl flush report', 'aria-label': report.title },
        h('thead', {}, h('tr', {}, ['Control', 'What it asks', 'Evidence in this log', 'What it leaves open'].map((head) => h('th', { scope: 'col' }, head)))),
        h('tbody', {}, report.rows.map((line) => row(report, line)))))));
    } catch (problem) {
      put(place, trouble(problem));
    }
  }
}
