// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// Proves that one record is in the log, step by step. No page, no network: the console and verify.html give it what it
// needs, and show what it says.
//
// A step is `computed` as long as nothing later has confirmed it: any bytes have a hash and any hashes a root. It has
// `passed` once that root is the one of a checkpoint which is signed.

import { climb, isConsistent, leafHash } from './merkle.js';
import { fingerprint, parseCheckpoint, signedBy } from './notes.js';
import { sha256 } from './hashes.js';
import { equal, fromBase64, joined, text, toBase64, utf8 } from './bytes.js';

/// What can come of a step.
export const states = ['waiting', 'running', 'computed', 'passed', 'failed', 'unchecked'];

/// The parts of a proof file, C2SP tlog-proof.
export function parseProof(file) {
  const split = file.indexOf('\n\n');
  if (split < 0) throw new Error('the proof has no empty line');
  const lines = file.slice(0, split).split('\n');
  if (lines.shift() !== 'c2sp.org/tlog-proof@v1') throw new Error('this is no proof of version 1');
  const extra = lines[0]?.startsWith('extra ') ? fromBase64(lines.shift().slice(6)) : null;
  const [, index] = /^index (0|[1-9][0-9]{0,19})$/.exec(lines.shift() ?? '') ?? [];
  if (index === undefined) throw new Error('the proof has no index');
  const path = lines.map((line) => {
    const hash = fromBase64(line);
    if (hash.length !== 32) throw new Error('a hash of the path has not 32 bytes');
    return hash;
  });
  if (path.length > 63) throw new Error('the path has more than 63 hashes');
  return { leaf: extra, index: BigInt(index), path, note: file.slice(split + 2) };
}

/// A whole number of a leaf as it is written there: JSON's own numbers end at 2^53.
function written(leaf, name) {
  const found = [...leaf.matchAll(new RegExp(`"${name}":("?)([^",}]*)\\1`, 'g'))];
  return found.length ? found[found.length - 1][2] : null;
}

/// Proves a record.
///
/// - given: `leaf` (bytes; from the proof where absent), `proof` (the file's text), `key` (of the log, as the reader knows
///   it, or null), `witnesses` (keys) and `quorum`, `remembered` (a checkpoint's note that the reader has), `consistency`
///   (asynchronous: from one size to another, the hashes), `disclosures` ([{ group, salt, value }] with bytes).
/// - tell: is given all steps after each change.
///
/// Answers `{ verdict: 'proven' | 'unproven' | 'failed', steps, checkpoint }`; `unproven` where nothing failed but no
/// signature by a key that the reader knows was there.
export async function prove(given, tell = () => {}) {
  const steps = [
    ['bytes', 'The record’s own bytes'], ['leaf', 'Leaf hash'], ['path', 'Sibling hashes lead to a root'],
    ['root', 'The root is the checkpoint’s'], ['signature', 'Signed by the key that you know'],
    ['witnesses', 'Countersigned by witnesses'], ['remembered', 'Continues the checkpoint remembered here'],
    ['disclosures', 'Opened values match their commitments'],
  ].map(([id, title]) => ({ id, title, state: 'waiting', input: [], output: null, why: null, ms: null }));
  const step = (id) => steps.find((one) => one.id === id);
  let checkpoint = null;

  /// Runs one step; what it throws is why it failed.
  async function run(id, body) {
    const one = step(id);
    one.state = 'running';
    tell(steps);
    const began = performance.now();
    try {
      one.state = (await body(one)) ?? 'passed';
    } catch (error) {
      one.state = 'failed';
      one.why = error.message;
    }
    one.ms = performance.now() - began;
    tell(steps);
    return one.state !== 'failed';
  }

  const unchecked = (one, why) => {
    one.why = why;
    return 'unchecked';
  };

  let parsed;
  let leaf;
  let hash;
  let root;
  const computed = await run('bytes', (one) => {
    parsed = parseProof(given.proof);
    leaf = given.leaf ?? parsed.leaf;
    if (!leaf) throw new Error('neither the proof nor the page has the bytes of the record');
    if (parsed.leaf && !equal(leaf, parsed.leaf)) throw new Error('the proof is of other bytes than are shown');
    const record = text(leaf);
    one.input = [['record', record]];
    one.output = `${leaf.length} bytes`;
    if (written(record, 'index') !== String(parsed.index)) {
      throw new Error(`the record says that its index is ${written(record, 'index')}, and the proof is of ${parsed.index}`);
    }
    return 'computed';
  }) && await run('leaf', async (one) => {
    hash = await leafHash(leaf);
    one.input = [['SHA-256 of', '0x00 and the bytes']];
    one.output = toBase64(hash);
    return 'computed';
  }) && await run('path', async (one) => {
    checkpoint = parseCheckpoint(parsed.note);
    const climbed = await climb(parsed.index, checkpoint.size, hash, parsed.path);
    root = climbed.root;
    one.title = parsed.path.length === 0 ? 'The only record: its hash is the root'
      : `${parsed.path.length} sibling ${parsed.path.length === 1 ? 'hash leads' : 'hashes lead'} to a root`;
    one.input = [['leaf hash', toBase64(hash)]];
    one.siblings = climbed.steps.map((s) => ({ ...s, sibling: toBase64(s.sibling), after: toBase64(s.after) }));
    one.output = toBase64(root);
    return 'computed';
  });
  if (!computed) return { verdict: 'failed', steps, checkpoint };

  const isRoot = await run('root', (one) => {
    one.input = [['computed', toBase64(root)], ['checkpoint', toBase64(checkpoint.root)]];
    one.output = `of ${checkpoint.size} records`;
    const origin = written(text(leaf), 'origin');
    if (origin !== checkpoint.origin) {
      throw new Error(`the record is of the log ${origin}, and the checkpoint of ${checkpoint.origin}`);
    }
    if (!equal(root, checkpoint.root)) throw new Error('the two are not the same');
    return 'computed';
  });
  if (!isRoot) return { verdict: 'failed', steps, checkpoint };

  const isSigned = await run('signature', async (one) => {
    one.input = [['signed text', checkpoint.text]];
    if (!given.key) return unchecked(one, 'No key of this log is known here yet.');
    one.input.push(['key', given.key.text], ['fingerprint', await fingerprint(given.key)]);
    one.output = given.key.id;
    if (given.key.name !== checkpoint.origin) {
      throw new Error(`the key is of ${given.key.name}, and the checkpoint of ${checkpoint.origin}`);
    }
    if (!(await signedBy(given.key, checkpoint))) throw new Error('no good signature of this key stands on the checkpoint');
    return 'passed';
  });
  const isKnown = isSigned && step('signature').state === 'passed';
  if (isKnown) {
    for (const id of ['bytes', 'leaf', 'path', 'root']) step(id).state = 'passed';
    tell(steps);
  }

  await run('witnesses', async (one) => {
    const witnesses = given.witnesses ?? [];
    if (witnesses.length === 0) {
      return unchecked(one, 'No witness is configured: nobody else has seen that the log shows everybody the same.');
    }
    const good = [];
    for (const key of witnesses) {
      const found = await signedBy(key, checkpoint);
      if (found) good.push(`${key.name} at ${new Date(found.at * 1000).toISOString()}`);
    }
    one.input = [['good', good.join(', ') || 'none']];
    one.output = `${good.length} of ${witnesses.length}`;
    if (good.length < (given.quorum ?? witnesses.length)) throw new Error('these are too few');
    return 'passed';
  });

  await run('remembered', async (one) => {
    if (!given.remembered) return unchecked(one, 'This browser remembers no checkpoint of the log yet.');
    const old = parseCheckpoint(given.remembered.note);
    one.input = [['remembered', `${old.size} records, ${toBase64(old.root)}`], ['now', `${checkpoint.size} records, ${toBase64(checkpoint.root)}`]];
    one.output = `${old.size} records`;
    if (old.origin !== checkpoint.origin) throw new Error(`it is of ${old.origin}`);
    const [a, b] = old.size <= checkpoint.size ? [old, checkpoint] : [checkpoint, old];
    const path = a.size === b.size || a.size === 0n ? [] : await given.consistency?.(a.size, b.size);
    if (!path) return unchecked(one, 'The hashes between the two are not here.');
    one.input.push(['hashes between them', String(path.length)]);
    if (!(await isConsistent(a.size, b.size, a.root, b.root, path))) {
      throw new Error('the log of then is not the beginning of the log of now');
    }
    return 'passed';
  });

  await run('disclosures', async (one) => {
    const list = given.disclosures ?? [];
    if (list.length === 0) return unchecked(one, 'No value was opened.');
    const commits = JSON.parse(text(leaf)).commit ?? {};
    for (const { group, salt, value } of list) {
      const found = toBase64(await sha256(joined(utf8('countersign/commit/v1\n' + group), [0], salt, value)));
      one.input.push([group, found]);
      if (found !== commits[group]) throw new Error(`the values of ${group} are not those that the record commits to`);
    }
    one.output = list.map((one) => one.group).join(', ');
    return isKnown ? 'passed' : 'computed';
  });

  const hasFailed = steps.some((one) => one.state === 'failed');
  return { verdict: hasFailed ? 'failed' : isKnown ? 'proven' : 'unproven', steps, checkpoint };
}
