// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// What a pack says of itself: manifest.json, read and not yet believed.

import { Unreadable } from './lines.js';
import { isName } from './archive.js';
import { hexDigest } from './digest.js';
import { countAt, member, parseBytes, textAt } from './strict.js';
import { fromBase64 } from './bytes.js';

/// The rules for judging packs that this page knows.
export const rules = 1;
export const format = 'countersign.pack/1';
export const groups = ['payload', 'what', 'where', 'who'];

/// No larger file is read as a whole.
export const mostWhole = 16 << 20;
const most = 4096;

/// Whether a file is read in pieces, and so may be of any size.
export const isLarge = (name) => /^(?:[^/]*\.ndjson|records[^/]*\.csv|proofs\/shared\.txt)$/.test(name);

/// Files that differ between two requests of one order.
const ofTheRequest = new Set(['README.txt', 'manifest.json', 'manifest.sig']);

/// What every pack has, by what was selected.
export const required = (selection) => [
  'checkpoint', 'completeness.json', 'disclosures.ndjson', 'erasures.ndjson', 'policies.ndjson', 'policy.txt',
  'README.txt', 'records.ndjson', selection === 'all' ? 'range.json' : 'proofs/shared.txt',
];

/// Only a newer verifier can judge this.
export class Later extends Error {}

/// 32 bytes in base64.
export function hashOf(text) {
  if (typeof text !== 'string') throw new Unreadable('a hash is expected');
  let bytes;
  try {
    bytes = fromBase64(text);
  } catch {
    throw new Unreadable('a hash is no base64');
  }
  if (bytes.length !== 32) throw new Unreadable('a hash has 32 bytes');
  return bytes;
}

/// Reads a manifest. What it asks of its reader comes first, as a later form may differ in everything else.
export function parseManifest(bytes) {
  const value = parse(bytes);
  const [form, asked] = [member(value, 'format'), member(value, 'verifier')];
  if (typeof form !== 'string' || !Number.isInteger(asked)) throw new Unreadable('it has no format and verifier');
  if (asked > rules) throw new Later(`It takes a verifier that knows rules ${asked}; this page knows ${rules}.`);
  if (form !== format) throw new Later(`It is of the form ${form}; this page knows ${format}.`);
  const selection = text(value, '6_proof', 'selection');
  if (selection !== 'all' && selection !== 'matches') throw new Later(`Its records are selected as ${selection}, which this page does not know.`);
  const [first, end, size] = ['first', 'end', 'size'].map((name) => count(value, '6_proof', name));
  if (first > end || end > size) throw new Unreadable('the range of 6_proof does not lie in the log');
  const disclosed = member(value, '4_query', 'groups');
  if (!Array.isArray(disclosed)) throw new Unreadable('it does not say 4_query.groups');
  const root = text(value, '6_proof', 'root');
  hashOf(root);
  return {
    value, selection, first, end, size, root, groups: new Set(disclosed), origin: text(value, '1_system', 'origin'),
    content: text(value, 'content'), files: listed(value),
  };
}

function parse(bytes) {
  try {
    return parseBytes(bytes);
  } catch (error) {
    throw new Unreadable(`it is ${error.message}`);
  }
}

function text(value, ...path) {
  const found = textAt(value, ...path);
  if (found === undefined) throw new Unreadable(`it does not say ${path.join('.')}`);
  return found;
}

function count(value, ...path) {
  const found = countAt(value, ...path);
  if (found === undefined) throw new Unreadable(`it does not say ${path.join('.')}`);
  return found;
}

/// The files that it names, sorted, none twice.
function listed(value) {
  const items = member(value, 'files');
  if (!Array.isArray(items)) throw new Unreadable('it does not list the files');
  if (items.length > most) throw new Unreadable(`it lists more than ${most} files`);
  const files = items.map((item) => ({
    name: text(item, 'name'), bytes: count(item, 'bytes'), digest: text(item, 'sha256'), role: text(item, 'role'),
  }));
  files.forEach((file, at) => {
    if (at > 0 && files[at - 1].name >= file.name) throw new Unreadable('its files are not in order');
  });
  return files;
}

/// What `content` has to be: the digest of all files whose bytes do not depend on the request.
export const contentOf = (files) => hexDigest(files.filter((file) => !ofTheRequest.has(file.name))
  .map((file) => `${file.digest}  ${file.name}\n`).join(''));

/// What records call the query by; null where what is given as its salt is none.
export function queryHash(query) {
  let salt = new Uint8Array(0);
  const said = member(query, 'salt');
  if (said !== undefined) {
    try {
      salt = fromBase64(typeof said === 'string' ? said : '');
    } catch {
      return null;
    }
    if (salt.length !== 16) return null;
  }
  return `sha256:${hexDigest(salt, `countersign/query/v1\n${textAt(query, 'text')}`)}`;
}

/// A file that a manifest names by a name that no pack has.
export const isStrange = (file) => !isName(file.name);
