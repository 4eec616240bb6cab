// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// Elements, made without any HTML text: whatever a record holds becomes text nodes.

const svgSpace = 'http://www.w3.org/2000/svg';

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'on') {
      for (const [event, act] of Object.entries(value)) element.addEventListener(event, act);
    } else {
      element.setAttribute(name, value === true ? '' : value);
    }
  }
  for (const child of children.flat(Infinity)) if (child !== null && child !== undefined && child !== false) element.append(child);
  return element;
}

/// An HTML element. Attributes may have `on`, listeners by event.
export const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);

/// An SVG element.
export const s = (tag, attributes, ...children) => fill(document.createElementNS(svgSpace, tag), attributes, children);

/// Puts other children into an element.
export const put = (element, ...children) => {
  element.replaceChildren();
  return fill(element, {}, children);
};

export const icon = (name, tone) => h('i', { class: `i i-${name}${tone ? ` t-${tone}` : ''}`, 'aria-hidden': 'true' });

const spelled = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\0': '\\0' };
// Controls, what turns the direction of text, and what has no width.
const hostile = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/// A value of a record as text: what would hide or turn text is spelled out, and no text is long enough to stop the page.
export function value(said, most = 1 << 15) {
  const whole = String(said);
  const text = whole.slice(0, most);
  const parts = h('bdi', {});
  let end = 0;
  for (const match of text.matchAll(hostile)) {
    parts.append(text.slice(end, match.index));
    const code = match[0].codePointAt(0).toString(16).toUpperCase();
    parts.append(h('span', { class: 'esc' }, spelled[match[0]] ?? `\\u{${code}}`));
    end = match.index + match[0].length;
  }
  parts.append(text.slice(end));
  if (whole.length > most) parts.append(h('span', { class: 'faint' }, ` … and ${number(whole.length - most)} more characters`));
  return parts;
}

/// A hash: its middle gives way, its end stays, and copying gives all of it.
export const hash = (text, kind = 'w20') => h('code', { class: `hash ${kind}`, title: text },
  h('b', {}, text.slice(0, -7)), h('i', {}, text.slice(-7)));

/// A decision with its sign and word.
export const decision = (word) => h('span', { class: `dec ${known.has(word) ? word : 'error'}` }, word ?? 'none');
const known = new Set(['allow', 'deny', 'limit', 'challenge', 'error']);

export const number = (count) => Number(count).toLocaleString('en-US');

/// `1 record`, `2 records`.
export const counted = (count, one, many = `${one}s`) => `${number(count)} ${Number(count) === 1 ? one : many}`;

export function bytes(count) {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let [size, unit] = [count, 0];
  while (size >= 1024 && unit < units.length - 1) [size, unit] = [size / 1024, unit + 1];
  return `${unit === 0 ? number(size) : size.toFixed(1)} ${units[unit]}`;
}

/// The file that a text becomes.
export function save(name, text, type = 'text/plain') {
  const address = URL.createObjectURL(new Blob([text], { type }));
  h('a', { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/// A button that does something.
export const button = (words, act, { kind = '', sign = null, label = null, pressed = null } = {}) =>
  h('button', {
    type: 'button', class: `btn ${kind}`, 'aria-label': label, title: label,
    'aria-pressed': pressed === null ? null : String(pressed), on: { click: act },
  }, sign && icon(sign), words && h('span', {}, words));

let toasts = null;

/// Says something for six seconds.
export function toast(words) {
  toasts ??= h('div', { class: 'toasts', role: 'status' });
  if (!toasts.isConnected) document.body.append(toasts);
  const one = h('p', { class: 'toast' }, words);
  toasts.append(one);
  while (toasts.children.length > 3) toasts.firstChild.remove();
  const end = () => (one.matches(':hover') ? setTimeout(end, 1000) : one.remove());
  setTimeout(end, 6000);
}

/// A problem in the place of what it kept from coming.
export const trouble = (problem) => h('div', { class: 'banner', role: 'alert' }, icon('error'),
  h('div', {}, h('b', {}, problem.detail ?? problem.message), ' ', problem.remedy ?? '',
    problem.code && h('small', { class: 'faint' }, ` ${problem.code}`)));
