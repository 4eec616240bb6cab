// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// Canonical JSON (RFC 8785) within the limits of records: whole numbers between ±(2^53−1), no null, no member twice.
//
// A value has one spelling only, so most texts are checked by writing again what JSON.parse has made of them. What
// that cannot see (numbers that are rounded alike, the order of members, lone surrogates) is looked for besides; and
// where the two differ, a parser of our own decides, as JSON.stringify puts members first that look like numbers.

/// Without ignoreBOM, a mark at the beginning would be taken for nothing.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/// The text of bytes, each of them; throws where they are not UTF-8.
export const exactText = (bytes) => decoder.decode(bytes);

const fault = (what) => new Error(`no canonical JSON: ${what}`);

/// How deep a value is, having seen that everything in it is of a form that is taken here.
function depthOf(value) {
  switch (typeof value) {
    case 'string':
    case 'boolean': return 0;
    case 'number':
      if (!Number.isSafeInteger(value)) throw fault('a number is too large, or not whole');
      return 0;
    default:
  }
  if (value === null) throw fault('null');
  let deepest = 0;
  if (Array.isArray(value)) {
    for (const item of value) deepest = Math.max(deepest, depthOf(item));
    return deepest + 1;
  }
  let before = null;
  for (const name of Object.keys(value)) {
    // Texts are compared by their UTF-16 units, as RFC 8785 §3.2.3 orders members.
    if (before !== null && before >= name) throw fault('members are out of order');
    before = name;
    deepest = Math.max(deepest, depthOf(value[name]));
  }
  return deepest + 1;
}

/// Whether brackets are nested deeper; JSON.parse itself has no bound.
function isDeeper(text, most) {
  let [depth, isInText] = [0, false];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isInText) {
      if (code === 0x5c) at++;
      else if (code === 0x22) isInText = false;
    } else if (code === 0x22) isInText = true;
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > most) return true;
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  return false;
}

/// Reads a text that has to be canonical; throws where it is not, or deeper than it may be.
export function parseCanonical(text, deepest = 16) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw fault('it is malformed');
  }
  if (typeof value === 'object' && isDeeper(text, deepest)) throw fault('it is too deep');
  // An escaped surrogate stands for half a character, or for one that needs no escape.
  if (!/\\ud[89a-f]/i.test(text) && JSON.stringify(value) === text) {
    let isOrdered = true;
    try {
      depthOf(value);
    } catch (error) {
      // Members that look like numbers are shown in another order than they stand in.
      if (!error.message.endsWith('order')) throw error;
      isOrdered = false;
    }
    if (isOrdered) return value;
  }
  return new Slow(text).whole();
}

/// Reads bytes that have to be canonical JSON.
export function parseBytes(bytes, deepest = 16) {
  let text;
  try {
    text = exactText(bytes);
  } catch {
    throw fault('it is not UTF-8');
  }
  return parseCanonical(text, deepest);
}

/// Takes exactly the one spelling, character by character. Depth was bounded before.
class Slow {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  whole() {
    const value = this.value();
    if (this.at !== this.text.length) throw fault('something follows it');
    return value;
  }

  take(word) {
    if (!this.text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  need(word) {
    if (!this.take(word)) throw fault(`${word} is expected`);
  }

  value() {
    if (this.take('{')) return this.members();
    if (this.take('[')) return this.items();
    if (this.text[this.at] === '"') return this.string();
    if (this.take('true')) return true;
    if (this.take('false')) return false;
    const [digits] = /^(?:0|-?[1-9][0-9]{0,15})(?![0-9.eE])/.exec(this.text.slice(this.at, this.at + 18)) ?? [];
    if (digits === undefined) throw fault('a value is expected, or a number is not whole');
    this.at += digits.length;
    const number = Number(digits);
    if (!Number.isSafeInteger(number)) throw fault('a number is too large');
    return number;
  }

  members() {
    // Without a prototype: a member may be called __proto__.
    const found = Object.create(null);
    let before = null;
    if (this.take('}')) return found;
    do {
      const name = this.string();
      if (before !== null && before >= name) throw fault('members are out of order, or one is there twice');
      before = name;
      this.need(':');
      found[name] = this.value();
    } while (this.take(','));
    this.need('}');
    return found;
  }

  items() {
    const found = [];
    if (this.take(']')) return found;
    do found.push(this.value()); while (this.take(','));
    this.need(']');
    return found;
  }

  string() {
    if (this.text[this.at] !== '"') throw fault('a text is expected');
    let end = this.at + 1;
    while (end < this.text.length && this.text[end] !== '"') end += this.text[end] === '\\' ? 2 : 1;
    const spelled = this.text.slice(this.at, end + 1);
    let content;
    try {
      content = JSON.parse(spelled);
    } catch {
      throw fault('a text is malformed');
    }
    if (JSON.stringify(content) !== spelled || !content.isWellFormed()) throw fault('a text has another spelling');
    this.at = end + 1;
    return content;
  }
}

/// The canonical text of a value that was read here.
export function canonical(value) {
  if (typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
}

/// What stands at a path of members, and nothing that an object only inherits.
export function member(value, ...path) {
  let found = value;
  for (const name of path) {
    if (found === null || typeof found !== 'object' || Array.isArray(found) || !Object.hasOwn(found, name)) return undefined;
    found = found[name];
  }
  return found;
}

/// A text at a path, or undefined.
export function textAt(value, ...path) {
  const found = member(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/// A whole number that is not negative at a path, or undefined.
export function countAt(value, ...path) {
  const found = member(value, ...path);
  return Number.isSafeInteger(found) && found >= 0 ? found : undefined;
}
