// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// The first records of a pack as a table. Any of them may say anything: each part is looked at for its form, and shown
// as text.

import { decision, h, icon, number, value } from './dom.js';
import { isInstant, stamp } from './time.js';
import { member, textAt } from './strict.js';
import { hashLeaf } from './digest.js';
import { toBase64, utf8 } from './bytes.js';

const batch = 20;
const mostCell = 200;
const titles = ['Record', 'Decision', 'Time, UTC', 'Actor', 'Request', 'Status', 'Values'];
const decisions = new Set(['allow', 'deny', 'limit', 'challenge', 'error']);

/// A part of a record as text, whatever it is; null where there is none.
function shown(...path) {
  const found = member(...path);
  if (found === undefined) return null;
  return value(typeof found === 'string' ? found : JSON.stringify(found), mostCell);
}

const none = () => h('span', { class: 'faint' }, '–');

function effect(record) {
  const word = textAt(record, 'decision', 'effect');
  return decisions.has(word) ? decision(word) : shown(record, 'decision', 'effect') ?? none();
}

function time(record) {
  const text = textAt(record, 'time') ?? textAt(record, 'written', 'time');
  if (text === undefined || !isInstant(text)) return text === undefined ? none() : value(text, mostCell);
  return stamp(text, { withDay: true });
}

/// A member of a group that was opened, or undefined.
const opened = (row, group, name) => textAt(row.values.get(group)?.value, name);

function actor(row) {
  const name = ['actor.name', 'actor.email', 'actor.subject'].map((one) => opened(row, 'who', one)).find((one) => one !== undefined);
  return name === undefined ? shown(row.record, 'actor', 'uid') ?? none() : value(name, mostCell);
}

function request({ record, values }) {
  const method = shown(record, 'http', 'method');
  const path = textAt(values.get('what')?.value, 'http.path');
  const place = path === undefined ? shown(record, 'http', 'route') : value(path, mostCell);
  return method || place ? [method && h('small', {}, method), ' ', place] : shown(record, 'event', 'action') ?? none();
}

const states = {
  match: ['allow', 'good', 'match'], withheld: ['lock', '', 'withheld'], erased: ['erase', '', 'erased'],
  missing: ['none', 'miss', 'missing, and no record explains it'], wrong: ['x', 'miss', 'does not hold'],
};

/// What became of a group's values: sign and words.
function fate(group, { state, record, text }) {
  const [sign, tone, word] = states[state];
  const words = state === 'erased' ? `${word}, record ${number(record)}` : state === 'wrong' ? text : word;
  return h('span', { class: `gone ${tone}` }, icon(sign, tone === 'good' ? 'good' : ''), value(words));
}

/// Signs of all groups in one cell, with their words.
function fates(row) {
  return [...row.values].sort(([a], [b]) => (a < b ? -1 : 1)).map(([group, one]) => {
    const [sign, tone, word] = states[one.state];
    return h('span', { class: `fate ${tone}`, title: `${group}: ${word}` }, icon(sign), group, h('span', { class: 'vh' }, `: ${word};`));
  });
}

function details(row) {
  const groups = [...row.values].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([group, one]) => [
    h('dt', {}, h('code', {}, group)),
    h('dd', {}, fate(group, one), one.value ? h('dl', { class: 'opened' }, Object.entries(one.value).flatMap(([name, said]) => [
      h('dt', {}, value(name)), h('dd', {}, value(typeof said === 'string' ? said : JSON.stringify(said)))])) : null),
  ]);
  const leaf = row.text === null ? [h('p', { class: 'note' }, `${number(row.size)} bytes, which are no text.`)]
    : [h('pre', {}, value(row.text)), h('p', { class: 'hint' }, 'Leaf hash ', h('code', {}, toBase64(hashLeaf(utf8(row.text)))))];
  return [
    groups.length ? [h('h4', {}, 'Values'), h('dl', { class: 'kv' }, groups)] : h('p', { class: 'note' }, 'It commits to no values.'),
    h('h4', {}, `The leaf: ${number(row.size)} bytes, as they were hashed`), leaf,
  ];
}

/// The table; `isProven` is whether a known key has signed where these lead to.
export function table(rows, { isProven, total, name }) {
  const heads = h('tr', {}, titles.map((title) => h('th', { scope: 'col' }, title)));
  const body = h('tbody', {});
  // A narrow table leaves columns out: what is opened spans those that are there.
  const span = (more) => { more.firstChild.colSpan = [...heads.cells].filter((head) => head.offsetWidth > 0).length || titles.length; };
  const line = (row, place) => {
    const id = `leaf-${place}`;
    const more = h('tr', { class: 'leafmore', id, hidden: true }, h('td', {}));
    const open = h('button', { type: 'button', class: 'open', 'aria-expanded': 'false', 'aria-controls': id, on: { click: () => {
      const isOpen = more.hidden;
      // Only what is looked at is made.
      if (isOpen) {
        span(more);
        more.firstChild.replaceChildren(h('div', {}, details(row)));
      }
      more.hidden = !isOpen;
      open.setAttribute('aria-expanded', String(isOpen));
    } } }, h('span', { class: 'vh' }, 'Record '), number(row.index), icon('right'));
    const word = textAt(row.record, 'decision', 'effect');
    return [h('tr', { class: decisions.has(word) ? word : '' },
      h('th', { scope: 'row' }, open), h('td', {}, row.record ? effect(row.record) : h('span', { class: 'gone' }, 'no record')),
      h('td', {}, time(row.record)), h('td', {}, actor(row)), h('td', {}, request(row)),
      h('td', {}, shown(row.record, 'http', 'status') ?? none()), h('td', {}, fates(row))), more];
  };
  // A few rows at a time, so that the page goes on.
  const fill = (from) => {
    body.append(...rows.slice(from, from + batch).flatMap((row, at) => line(row, from + at)));
    if (from + batch < rows.length) setTimeout(() => fill(from + batch));
  };
  fill(0);
  new ResizeObserver(() => body.querySelectorAll('.leafmore:not([hidden])').forEach(span)).observe(body);
  return [
    h('div', { class: 'cq leafbox', tabindex: '0', role: 'region', 'aria-label': name }, h('table', { class: `tbl flush leaves${isProven ? '' : ' unproven'}`, 'aria-label': name },
      h('thead', {}, heads), body)),
    total > rows.length ? h('p', { class: 'note' }, `${number(total - rows.length)} more are in the pack. They were judged, and are not shown.`) : null,
  ];
}
