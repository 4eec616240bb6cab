// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// What can be written next in a query, below the query. The grammar is asked for words; values come from the counts that
// the page has anyway, so that nothing of the log is read while somebody types.

import { h, number, put, value } from './dom.js';
import { post } from './api.js';

const most = 8;
const encoder = new TextEncoder();
const quoted = (word) => (/^[^\s()"\\*:<>]+$/.test(word) && !word.includes('..') ? word : `"${word.replace(/(["\\*])/g, '\\$1')}"`);

/// The place in a text, in its own units, of so many bytes of its UTF-8.
function place(text, bytes) {
  let [at, size] = [0, 0];
  for (const letter of text) {
    if (size >= bytes) break;
    size += encoder.encode(letter).length;
    at += letter.length;
  }
  return at;
}

/// Proposes below `input`, in `box`, what can stand where its cursor is.
///
/// - values: is given a field's name, and gives `[value, count]` that are known of it.
/// - changed: is called once something was put into the input.
export function completing(input, box, { values, changed }) {
  let rows = [];
  let chosen = -1;
  let span = { from: 0, to: 0 };
  let asked = 0;
  const isOpen = () => rows.length > 0;

  function show(name) {
    input.setAttribute('aria-expanded', String(isOpen()));
    if (chosen >= 0) input.setAttribute('aria-activedescendant', `opt-${chosen}`);
    else input.removeAttribute('aria-activedescendant');
    box.hidden = !isOpen();
    // Below the word that it is about, as far as there is room.
    box.style.left = `min(${place(input.value, span.from)}ch, max(0px, 100% - 28rem))`;
    put(box, !isOpen() ? null : [
      h('p', { class: 'sh' }, h('span', {}, name ? `Values of ${name}` : 'Fields and words'), rows.some((row) => row.count !== undefined) ? h('span', {}, 'in this list') : null),
      h('div', { id: 'suggest', role: 'listbox', 'aria-label': name ? `Values of ${name}` : 'Fields and words' }, rows.map((row, i) => h('div', {
        class: 'opt', role: 'option', id: `opt-${i}`, 'aria-selected': String(i === chosen),
        // Before the input loses the focus, and with it the list.
        on: { mousedown: (event) => { event.preventDefault(); take(i); } },
      }, h('code', {}, value(row.text)), h('span', {}, row.meaning ?? ''), h('span', {}, row.count === undefined ? '' : number(row.count))))),
      h('footer', { 'aria-hidden': 'true' }, [['↑ ↓', 'choose'], ['Tab', 'complete'], ['Enter', 'search'], ['Esc', 'close']].map(([key, what]) => h('span', {}, h('kbd', {}, key), ` ${what}`))),
    ]);
  }

  function close() {
    asked += 1;
    rows = [];
    chosen = -1;
    show();
  }

  function take(at) {
    const { text } = rows[at];
    const [from, to] = [place(input.value, span.from), place(input.value, span.to)];
    const isWhole = !text.endsWith(':');
    const rest = input.value.slice(to);
    const put_ = isWhole && !rest.startsWith(' ') ? `${text} ` : text;
    input.value = input.value.slice(0, from) + put_ + rest;
    const cursor = from + put_.length;
    input.setSelectionRange(cursor, cursor);
    close();
    changed();
    if (!isWhole) propose();
  }

  async function propose() {
    const mine = ++asked;
    const q = input.value;
    const at = encoder.encode(q.slice(0, input.selectionStart ?? q.length)).length;
    let answer;
    try {
      answer = await post('/api/v1/complete', q === '' ? {} : { q, at });
    } catch {
      // A proposal that does not come is none; whatever is wrong is said when the query is asked.
      return;
    }
    if (mine !== asked || document.activeElement !== input) return;
    const written = new TextDecoder().decode(encoder.encode(q).slice(answer.from, at)).replace(/^"/, '').toLowerCase();
    const known = answer.field && !answer.personal ? values(answer.field).filter(([word]) => word.toLowerCase().startsWith(written)).map(([word, count]) => ({ text: quoted(word), count })) : [];
    rows = [...known, ...answer.rows.filter((row) => !known.some((one) => one.text === row.text))].slice(0, most);
    // What is already written needs no proposal.
    if (rows.length === 1 && rows[0].text.toLowerCase() === written) rows = [];
    span = answer;
    chosen = -1;
    show(answer.field);
  }

  let timer = null;
  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(propose, 60);
  });
  input.addEventListener('blur', close);
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' && !isOpen()) {
      propose();
    } else if (isOpen() && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      chosen = event.key === 'ArrowDown' ? (chosen + 1) % rows.length : (chosen <= 0 ? rows.length : chosen) - 1;
      for (const option of box.querySelectorAll('[role="option"]')) option.setAttribute('aria-selected', String(option.id === `opt-${chosen}`));
      input.setAttribute('aria-activedescendant', `opt-${chosen}`);
    } else if (isOpen() && event.key === 'Tab' && !event.shiftKey) {
      take(Math.max(0, chosen));
    } else if (isOpen() && event.key === 'Enter' && chosen >= 0) {
      take(chosen);
    } else if (isOpen() && event.key === 'Escape') {
      close();
      event.stopImmediatePropagation();
    } else {
      if (event.key === 'Enter') close();
      return;
    }
    event.preventDefault();
  });
  Object.entries({ role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': 'suggest' }).forEach(([name, word]) => input.setAttribute(name, word));
  return { close };
}
