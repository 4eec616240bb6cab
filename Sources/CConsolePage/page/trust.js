// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// Whom the reader trusts: keys of logs, one a line, or a policy (C2SP tlog-policy) with witnesses and a quorum.

import { cosignature, ed25519, parseKey } from './notes.js';
import { fromBase64 } from './bytes.js';

const words = new Set(['log', 'witness', 'group', 'quorum']);
const lineFault = (line, what) => new Error(`line ${line}: ${what}`);

/// No two keys may share name and id: a signature could be either's.
function checkClashes(keys) {
  for (const [at, key] of keys.entries()) {
    const other = keys.slice(0, at).find((one) => one.name === key.name && one.id === key.id);
    if (other && other.text !== key.text) throw new Error(`two different keys are called ${key.name}+${key.id}`);
  }
}

/// Nobody yet.
export const nobody = { logs: [], witnesses: [], isQuorum: () => true };

/// Reads what a reader trusts; throws with the line that is wrong. Keys of other types than Ed25519 are left out, as
/// nothing here can check what they sign.
export async function parseTrust(text) {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  const isPolicy = lines.some((line) => words.has(line.trim().split(/[ \t]+/)[0]));
  return isPolicy ? parsePolicy(lines) : parseKeys(lines);
}

async function parseKeys(lines) {
  const logs = [];
  for (const [at, line] of lines.entries()) {
    const one = line.trim();
    if (one === '' || one.startsWith('#')) continue;
    try {
      const key = await parseKey(one);
      if (!logs.some((other) => other.text === key.text)) logs.push(key);
    } catch (error) {
      throw lines.length > 1 ? lineFault(at + 1, error.message) : error;
    }
  }
  checkClashes(logs);
  return { ...nobody, logs };
}

/// Reads a policy strictly. A quorum says of a set of witnesses' keys, by their texts, whether they are enough.
export async function parsePolicy(lines) {
  const logs = [];
  const witnesses = [];
  const defined = new Map([['none', () => true]]);
  const members = new Set();
  let quorum = null;
  const define = (name, meaning) => {
    if (defined.has(name)) throw new Error(`${name} is defined already`);
    defined.set(name, meaning);
  };
  const known = (name) => {
    if (!defined.has(name)) throw new Error(`${name} is not defined above`);
    return defined.get(name);
  };
  const isOther = (text) => {
    const data = /^[^\s+]+\+[^\s+]+\+([A-Za-z0-9+/=]+)$/.exec(text)?.[1];
    return data !== undefined && ![ed25519, cosignature].includes(fromBase64(data)[0]);
  };
  const keyOf = async (text, list, isWitness) => {
    if (isOther(text)) return null;
    const key = await parseKey(text);
    if (isWitness && key.type !== cosignature) throw new Error('witnesses sign with keys of type 4');
    if (list.some((one) => one.text === key.text)) throw new Error(`the key of ${key.name} is there twice`);
    list.push(key);
    return key;
  };
  const rules = {
    async log(items) {
      if (items.length < 1 || items.length > 2) throw new Error('a log has a key, and perhaps an address');
      await keyOf(items[0], logs, false);
    },
    async witness(items) {
      if (items.length < 2 || items.length > 3) throw new Error('a witness has a name and a key');
      const key = await keyOf(items[1], witnesses, true);
      define(items[0], (good) => key !== null && good.has(key.text));
    },
    async group([name, threshold, ...names]) {
      if (names.length === 0) throw new Error('a group has a name, how many, and members');
      const parts = names.map((one) => {
        const meaning = known(one);
        if (one === 'none' || members.has(one)) throw new Error(`${one} cannot be a member`);
        members.add(one);
        return meaning;
      });
      const needed = threshold === 'any' ? 1 : threshold === 'all' ? parts.length : /^[1-9][0-9]{0,3}$/.test(threshold) ? Number(threshold) : 0;
      if (needed < 1 || needed > parts.length) throw new Error(`${threshold} is not how many of its members`);
      define(name, (good) => parts.filter((meets) => meets(good)).length >= needed);
    },
    async quorum(items) {
      if (items.length !== 1 || quorum) throw new Error('a policy has one quorum');
      quorum = known(items[0]);
    },
  };
  for (const [at, line] of lines.entries()) {
    try {
      if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(line)) throw new Error('it has a control character');
      const [word, ...items] = line.split(/[ \t]+/).filter(Boolean);
      if (word === undefined || word.startsWith('#')) continue;
      if (!words.has(word)) throw new Error('it begins with none of log, witness, group and quorum');
      await rules[word](items);
    } catch (error) {
      throw lineFault(at + 1, error.message);
    }
  }
  if (!quorum) throw new Error('it has no quorum');
  checkClashes([...logs, ...witnesses]);
  return { logs, witnesses, isQuorum: quorum };
}
