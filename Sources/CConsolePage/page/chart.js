// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// Decisions over time: refused above, allowed below, each to a scale of its own, since with one scale refusals vanish.

import { h, number, put, s } from './dom.js';
import { clock, full, shortDay, zoneName } from './time.js';

const refused = ['challenge', 'limit', 'error', 'deny'];
const name = ({ ms }) => ({ s: `${ms / 1000} s`, m: `${ms / 60_000} min`, h: `${ms / 3_600_000} h` })[ms < 60_000 ? 's' : ms < 3_600_000 ? 'm' : 'h'];

/// Bars by their start: `{ from, counts: { allow: 3, … } }`.
export function bars(rows) {
  const found = new Map();
  for (const row of rows) {
    if (!found.has(row.from)) found.set(row.from, { from: row.from, counts: {} });
    const word = row.value ?? 'none';
    found.get(row.from).counts[word] = (found.get(row.from).counts[word] ?? 0) + row.accesses;
  }
  return [...found.values()];
}

/// A legend, two bands and an axis, of a histogram as /api/v1/records gives it.
///
/// - onZoom: is given the ends of what was drawn over, in milliseconds.
export function chart({ rows, from, to, every_seconds: seconds }, { total, isTall = false, onZoom } = {}) {
  const begin = Date.parse(from);
  const range = { from: begin, to: Math.max(Date.parse(to), begin + 1000) };
  const length = { ms: seconds * 1000 };
  const all = bars(rows);
  const sums = {};
  for (const bar of all) for (const [word, count] of Object.entries(bar.counts)) sums[word] = (sums[word] ?? 0) + count;
  const up = (bar) => refused.reduce((sum, word) => sum + (bar.counts[word] ?? 0), 0);
  const down = (bar) => (bar.counts.allow ?? 0) + (bar.counts.none ?? 0);
  const tops = { up: Math.max(1, ...all.map(up)), down: Math.max(1, ...all.map(down)) };
  const most = { up: Math.max(0, ...all.map(up)), down: Math.max(0, ...all.map(down)) };
  const [height, low] = isTall ? [96, 36] : [64, 26];
  const width = 1000;
  const scale = width / (range.to - range.from);
  const x = (bar) => (Date.parse(bar.from) - range.from) * scale;
  const wide = Math.max(1.5, length.ms * scale * 0.8);
  const paths = Object.fromEntries([...refused, 'allow'].map((word) => [word, '']));
  for (const bar of all) {
    const left = Math.max(0, x(bar));
    const w = Math.min(wide, width - left);
    if (w <= 0) continue;
    let at = height;
    for (const word of refused) {
      const count = bar.counts[word] ?? 0;
      if (!count) continue;
      const size = Math.max(1.2, (count / tops.up) * (height - 4));
      paths[word] += `M${left.toFixed(1)} ${at.toFixed(1)}h${w.toFixed(1)}v${(-size).toFixed(1)}h${(-w).toFixed(1)}z`;
      at -= size;
    }
    const count = down(bar);
    if (count) {
      const size = Math.max(1.2, (count / tops.down) * (low - 3));
      paths.allow += `M${left.toFixed(1)} ${low}h${w.toFixed(1)}v${(-size).toFixed(1)}h${(-w).toFixed(1)}z`;
    }
  }
  const band = (words, size) => s('svg', { class: 'bars', viewBox: `0 0 ${width} ${size}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    words.map((word) => s('path', { class: `a-${word}`, d: paths[word] })));
  const brush = s('rect', { class: 'brush', y: '0', height: '100%', width: '0' });
  const plot = h('div', { class: `chart bands${isTall ? ' tall' : ''}` },
    h('div', { class: 'band up' }, band(refused, height)), h('div', { class: 'band dn' }, band(['allow'], low)),
    s('svg', { class: 'over', 'aria-hidden': 'true' }, brush));
  if (onZoom) drag(plot, brush, range, onZoom);
  return h('div', {},
    h('div', { class: 'legend' },
      h('span', {}, h('b', {}, number(total ?? 0)), total === 1 ? ' access' : ' accesses'),
      ['allow', 'deny', 'limit', 'challenge', 'error'].filter((word) => sums[word]).map((word) => h('span', { class: 'key' },
        s('svg', { 'aria-hidden': 'true', class: `f-${word}` }, s('rect', { width: '10', height: '10', rx: '2' })), word, ' ', h('b', {}, number(sums[word])))),
      h('span', { class: 'end' }, `refused above, at most ${number(most.up)} in ${name(length)}; allowed below, at most ${number(most.down)}`)),
    plot, axis(range), table(all));
}

function axis({ from, to }) {
  const count = to - from < 600_000 ? 4 : 6;
  const isLong = to - from > 2 * 86_400_000;
  const label = (at, withZone) => `${isLong ? shortDay(new Date(at)) : clock(new Date(at), to - from < 600_000)}${withZone ? ` ${zoneName()}` : ''}`;
  return s('svg', { class: 'axis', 'aria-hidden': 'true' }, Array.from({ length: count + 1 }, (_, i) => s('text', {
    x: `${(100 * i) / count}%`, y: '13', 'text-anchor': i === 0 ? 'start' : i === count ? 'end' : 'middle',
  }, label(from + ((to - from) * i) / count, i === count))));
}

/// The same as numbers, for whoever does not see the bars.
function table(all) {
  return h('details', { class: 'twin' }, h('summary', {}, 'As a table'),
    h('div', { class: 'xs', tabindex: '0' }, h('table', { class: 'tbl flush' },
      h('thead', {}, h('tr', {}, ['From', 'allow', ...refused].map((word, i) => h('th', { scope: 'col', class: i ? 'r' : null }, word)))),
      h('tbody', {}, all.map((bar) => h('tr', {}, h('th', { scope: 'row' }, full(bar.from)),
        ['allow', ...refused].map((word) => h('td', { class: 'r' }, number(bar.counts[word] ?? 0)))))))));
}

function drag(plot, brush, { from, to }, onZoom) {
  let start = null;
  const share = (event) => {
    const box = plot.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  };
  plot.addEventListener('pointerdown', (event) => {
    start = share(event);
    plot.setPointerCapture(event.pointerId);
  });
  plot.addEventListener('pointermove', (event) => {
    if (start === null) return;
    const [a, b] = [start, share(event)].sort((p, q) => p - q);
    brush.setAttribute('x', `${100 * a}%`);
    brush.setAttribute('width', `${100 * (b - a)}%`);
  });
  plot.addEventListener('pointerup', (event) => {
    const [a, b] = [start, share(event)].sort((p, q) => p - q);
    start = null;
    brush.setAttribute('width', '0');
    if (b - a > 0.01) onZoom(Math.floor(from + a * (to - from)), Math.ceil(from + b * (to - from)));
  });
}
