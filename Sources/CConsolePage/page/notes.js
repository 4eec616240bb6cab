// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// Signed notes, checkpoints and keys as in C2SP signed-note, tlog-checkpoint and tlog-cosignature.

import { isPublicKey, sha256, verifyEd25519 } from './hashes.js';
import { equal, fromBase64, hex, joined, utf8 } from './bytes.js';

export const ed25519 = 0x01;
export const cosignature = 0x04;

const mostBytes = 1_000_000;
const mostSignatures = 100;

/// A verifier key: `name+hash+base64(type ‖ key)`. Throws where it is none, or its hash is of another key.
export async function parseKey(text) {
  const [, name, id, data] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text.trim()) ?? [];
  if (!name) throw new Error('this is no verifier key: name+hash+key is one');
  const bytes = fromBase64(data);
  const hash = (await sha256(joined(utf8(name + '\n'), bytes))).subarray(0, 4);
  if (hex(hash) !== id) throw new Error(`the key of ${name} is not the one that its hash names`);
  if (bytes.length !== 33) throw new Error(`the key of ${name} has ${bytes.length} bytes`);
  if (bytes[0] !== ed25519 && bytes[0] !== cosignature) throw new Error(`the key of ${name} is of a type that is not known here`);
  if (!isPublicKey(bytes.subarray(1))) throw new Error(`under the key of ${name}, anybody or nobody can sign`);
  return { name, id, type: bytes[0], key: bytes.subarray(1), text: text.trim(), hash };
}

/// What a person compares: SHA-256 of a key's text, in groups.
export async function fingerprint(key) {
  return hex(await sha256(utf8(key.text))).replace(/(.{8})(?=.)/g, '$1 ');
}

/// A note: its text with the last newline, and its signatures.
export function parseNote(note) {
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n') || /[\u0000-\u0009\u000b-\u001f]/.test(note)) throw new Error('this is no signed note');
  if (note.length > mostBytes) throw new Error('the note is too long');
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > mostSignatures) throw new Error(`the note has more than ${mostSignatures} signatures`);
  const signatures = lines.map((line) => {
    const [, name, data] = /^— ([^\s+]+) (\S+)$/.exec(line) ?? [];
    if (!name) throw new Error('a line of the note is no signature');
    const bytes = fromBase64(data);
    if (bytes.length < 5) throw new Error(`the signature of ${name} is too short`);
    return { name, id: hex(bytes.subarray(0, 4)), hash: bytes.subarray(0, 4), bytes: bytes.subarray(4) };
  });
  return { text: note.slice(0, split + 1), signatures };
}

/// SHA-256 of nothing.
const emptyRoot = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/// A checkpoint: origin, size, root, and the note that it stands in.
export function parseCheckpoint(note) {
  const parsed = parseNote(note);
  const [origin, size, root, ...more] = parsed.text.split('\n');
  if (!origin) throw new Error('the checkpoint names no log');
  if (!/^(0|[1-9][0-9]{0,19})$/.test(size ?? '') || BigInt(size) >= 1n << 64n) throw new Error('the size of the checkpoint is no number');
  const hash = fromBase64(root ?? '');
  if (hash.length !== 32) throw new Error('the root of the checkpoint has not 32 bytes');
  if (more.pop() !== '' || more.includes('')) throw new Error('the checkpoint has an empty line');
  if (size === '0' && hex(hash) !== emptyRoot) throw new Error('the root of an empty log is that of no record');
  return { ...parsed, note, origin, size: BigInt(size), root: hash };
}

/// Whether one signature is good, and when a witness says that it signed.
async function judge(key, one, parsed) {
  if (key.type === ed25519) return { isGood: await verifyEd25519(key.key, one.bytes, utf8(parsed.text)), at: null };
  if (one.bytes.length !== 72) return { isGood: false, at: null };
  const at = new DataView(one.bytes.buffer, one.bytes.byteOffset).getBigUint64(0);
  const message = utf8(`cosignature/v1\ntime ${at}\n${parsed.text}`);
  return { isGood: await verifyEd25519(key.key, one.bytes.subarray(8), message), at: Number(at) };
}

/// The signature of a key on a note: `{ at }` where it is good, with the time in seconds that a witness adds; else null.
///
/// A wrong signature of the key makes the note worth nothing, also beside a good one.
export async function signedBy(key, parsed) {
  let found = null;
  for (const one of parsed.signatures) {
    if (one.name !== key.name || !equal(one.hash, key.hash)) continue;
    const { isGood, at } = await judge(key, one, parsed);
    if (!isGood) return null;
    found ??= { at };
  }
  return found;
}

/// Which of the keys signed a note, and of which a signature stands there that is wrong.
export async function signers(keys, parsed) {
  const [good, bad] = [[], []];
  for (const key of keys) {
    if (!parsed.signatures.some((one) => one.name === key.name && equal(one.hash, key.hash))) continue;
    (await signedBy(key, parsed) ? good : bad).push(key);
  }
  return { good, bad };
}
