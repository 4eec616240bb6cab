// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// Signed notes, checkpoints and keys as in C2SP signed-note, tlog-checkpoint and tlog-cosignature.

import { sha256, verifyEd25519 } from './hashes.js';
import { equal, fromBase64, hex, joined, utf8 } from './bytes.js';

const ed25519 = 0x01;
const cosignature = 0x04;

/// A verifier key: `name+hash+base64(type ‖ key)`. Throws where it is none, or its hash is of another key.
export async function parseKey(text) {
  const [, name, id, data] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text.trim()) ?? [];
  if (!name) throw new Error('this is no verifier key: name+hash+key is one');
  const bytes = fromBase64(data);
  const hash = (await sha256(joined(utf8(name + '\n'), bytes))).subarray(0, 4);
  if (hex(hash) !== id) throw new Error(`the key of ${name} is not the one that its hash names`);
  if (bytes.length !== 33) throw new Error(`the key of ${name} has ${bytes.length} bytes`);
  return { name, id, type: bytes[0], key: bytes.subarray(1), text: text.trim(), hash };
}

/// What a person compares: SHA-256 of a key's text, in groups.
export async function fingerprint(key) {
  return hex(await sha256(utf8(key.text))).replace(/(.{8})(?=.)/g, '$1 ');
}

/// A note: its text with the last newline, and its signatures.
export function parseNote(note) {
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n')) throw new Error('this is no signed note');
  const lines = note.slice(split + 2, -1).split('\n');
  const signatures = lines.map((line) => {
    const [, name, data] = /^— (\S+) (\S+)$/.exec(line) ?? [];
    if (!name) throw new Error('a line of the note is no signature');
    const bytes = fromBase64(data);
    if (bytes.length < 5) throw new Error(`the signature of ${name} is too short`);
    return { name, id: hex(bytes.subarray(0, 4)), hash: bytes.subarray(0, 4), bytes: bytes.subarray(4) };
  });
  if (signatures.length > 100) throw new Error('the note has more than 100 signatures');
  return { text: note.slice(0, split + 1), signatures };
}

/// A checkpoint: origin, size, root, and the note that it stands in.
export function parseCheckpoint(note) {
  const parsed = parseNote(note);
  const [origin, size, root] = parsed.text.split('\n');
  if (!/^(0|[1-9][0-9]{0,19})$/.test(size ?? '')) throw new Error('the size of the checkpoint is no number');
  const hash = fromBase64(root ?? '');
  if (hash.length !== 32) throw new Error('the root of the checkpoint has not 32 bytes');
  return { ...parsed, note, origin, size: BigInt(size), root: hash };
}

/// The signature of a key on a note: `{ at }` where it is good, with the time in seconds that a witness adds; else null.
export async function signedBy(key, parsed) {
  for (const one of parsed.signatures) {
    if (one.name !== key.name || !equal(one.hash, key.hash)) continue;
    if (key.type === ed25519) {
      if (await verifyEd25519(key.key, one.bytes, utf8(parsed.text))) return { at: null };
    } else if (key.type === cosignature && one.bytes.length === 72) {
      const at = new DataView(one.bytes.buffer, one.bytes.byteOffset).getBigUint64(0);
      const message = utf8(`cosignature/v1\ntime ${at}\n${parsed.text}`);
      if (await verifyEd25519(key.key, one.bytes.subarray(8), message)) return { at: Number(at) };
    }
  }
  return null;
}
