// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// How a query is coloured while it is typed. What it means is the server's to say.

import { h } from './dom.js';

const words = /(\s+)|("(?:\\.|[^"\\])*"?)|(-?)([a-z][a-z0-9_.-]*:)|([()]|\bOR\b|\bAND\b|\bNOT\b)|([^\s()"]+)/g;

/// The text in pieces; `position` underlines bytes `from` to `to` of its UTF-8.
export function highlighted(text, position) {
  const pieces = [];
  for (const [piece, space, quoted, minus, field, operator] of text.matchAll(words)) {
    if (field) {
      if (minus) pieces.push(['op', minus]);
      pieces.push(['f', field]);
    } else {
      pieces.push([operator ? 'op' : space || quoted ? '' : '', piece]);
    }
  }
  if (!position) return pieces.map(([kind, piece]) => (kind ? h('span', { class: kind }, piece) : piece));
  const encoder = new TextEncoder();
  let at = 0;
  const shown = [];
  for (const [kind, piece] of pieces) {
    for (const letter of piece) {
      const size = encoder.encode(letter).length;
      const isBad = at < position.to && at + size > position.from;
      const style = isBad ? `${kind} bad`.trim() : kind;
      if (shown.length && shown[shown.length - 1][0] === style) shown[shown.length - 1][1] += letter;
      else shown.push([style, letter]);
      at += size;
    }
  }
  return shown.map(([kind, piece]) => (kind ? h('span', { class: kind }, piece) : piece));
}
