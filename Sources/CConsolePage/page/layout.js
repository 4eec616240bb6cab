// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// What several pages are made of.

import { button, h, icon, put, trouble } from './dom.js';

/// A page under its title.
export function page(main, title, about, ...rest) {
  document.title = `${title} · Countersign`;
  const end = h('span', { class: 'end' });
  const body = h('div', { class: 'page' }, h('div', { class: 'head' }, h('h1', {}, title), about && h('p', {}, about), end), rest);
  put(main, body);
  return { body, end };
}

/// A part of a page under a heading.
export function section(id, title, { about = null, end = null, kind = '' } = {}, ...rest) {
  return h('section', { class: `sect ${kind}`, 'aria-labelledby': id },
    h('div', { class: 'top' }, h('h2', { id }, title), about && h('span', { class: 'dim' }, about), end && h('span', { class: 'end' }, end)), rest);
}

/// A table that scrolls in itself. A head is a text, or a text and its class; a row is cells, or cells and a class.
export function table(name, heads, rows, { kind = 'flush' } = {}) {
  const columns = heads.map((head) => (Array.isArray(head) ? head : [head, null]));
  return h('div', { class: 'xs', tabindex: '0' }, h('table', { class: `tbl ${kind}`, 'aria-label': name },
    h('thead', {}, h('tr', {}, columns.map(([text, style]) => h('th', { scope: 'col', class: style }, text)))),
    h('tbody', {}, rows.map((row) => {
      const { cells, style } = Array.isArray(row) ? { cells: row } : row;
      return h('tr', { class: style }, cells.map((cell, i) => h('td', { class: columns[i][1] }, cell)));
    }))));
}

/// Names and what they are, in two columns.
export const facts = (pairs) => h('dl', { class: 'kv' }, pairs.filter(Boolean).flatMap(([name, one]) => [h('dt', {}, name), h('dd', {}, one)]));

/// Some choices, of which one is made.
export function choice(label, options, chosen, act) {
  const place = h('span', { class: 'seg', role: 'group', 'aria-label': label });
  const show = (now) => put(place, options.map(([key, words]) => h('button', {
    type: 'button', class: 'btn', 'aria-pressed': String(key === now), on: { click: () => { show(key); act(key); } },
  }, words)));
  show(chosen);
  return place;
}

/// A labelled field.
export function field(name, label, { hint = null, ...attributes } = {}) {
  const id = `f-${name}`;
  return h('p', { class: 'fld' }, h('label', { for: id }, label),
    h('input', { class: 'input', id, name, 'aria-describedby': hint && `${id}-h`, ...attributes }), hint && h('span', { class: 'hint', id: `${id}-h` }, hint));
}

/// A labelled choice of words.
export function select(name, label, options, chosen) {
  const id = `f-${name}`;
  return h('p', { class: 'fld' }, h('label', { for: id }, label),
    h('select', { class: 'input', id, name }, options.map(([key, words]) => h('option', { value: key, selected: key === chosen }, words))));
}

/// A small window over the page. `build` makes its content and is given what closes it.
export function dialog(title, build) {
  const one = h('dialog', { class: 'ask-for', 'aria-labelledby': 'dialog-title' });
  const close = () => one.close();
  put(one, h('h2', { id: 'dialog-title' }, title), build(close));
  one.addEventListener('close', () => one.remove());
  document.body.append(one);
  one.showModal();
  return one;
}

/// A form that does something, and says in its own place what kept it from that.
export function form(parts, words, act, { sign = null, cancel = null, kind = '' } = {}) {
  const said = h('div', { role: 'status' });
  const submit = h('button', { class: 'btn primary' }, sign && icon(sign), h('span', {}, words));
  const own = h('form', { class: kind, on: { submit: async (event) => {
    event.preventDefault();
    put(said);
    submit.disabled = true;
    try {
      await act(Object.fromEntries(new FormData(own)), said);
    } catch (problem) {
      put(said, trouble(problem));
    } finally {
      submit.disabled = false;
    }
  } } }, parts, said, h('p', { class: 'btns2' }, submit, cancel && button('Cancel', cancel)));
  return own;
}

/// Asks for what somebody reads personal values, which stands in the record of that.
export const askPurpose = (about, act) => dialog('Show personal values', (close) => form(
  [h('p', { class: 'note' }, about), field('purpose', 'What do you read them for?', { required: true, maxlength: '256', autocomplete: 'off', hint: 'The purpose stands in the record of this reading.' })],
  'Show them', async ({ purpose }) => { await act(purpose); close(); }, { sign: 'eye', cancel: close }));

/// What is shown while something is read.
export const loading = (words) => h('p', { class: 'dim' }, words);
