// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// The parts of a pack beside its records, each judged by itself; see pack.js, which gives them the case.

import { Lines, Unreadable } from './lines.js';
import { hashLeaf, hexDigest } from './digest.js';
import { canonical, countAt, exactText, member, parseBytes, parseCanonical, textAt } from './strict.js';
import { equal, utf8 } from './bytes.js';
import { climb, isConsistent } from './merkle.js';
import { parseCheckpoint } from './notes.js';
import { hashOf, queryHash } from './manifest.js';
import { hasGaps, isSame } from './tally.js';
import { continuing, older } from './verdict.js';
import { counted } from './dom.js';

/// Canonical JSON of a line or a file.
function json(bytes, place) {
  try {
    return parseBytes(bytes);
  } catch (error) {
    throw new Unreadable(`${place} is ${error.message}`);
  }
}

/// Lines as values, each with what it is called.
async function* values(file, work) {
  const lines = new Lines(file, work);
  for (let line = await lines.next(); line !== null; line = await lines.next()) {
    yield [json(line, `line ${lines.count}`), `line ${lines.count}`];
    if (work.isLate) await work.pause();
  }
}

/// What gives the hashes beside the records in turn, then null; null where there are none.
export async function hashesOf(one) {
  const { files, manifest, work } = one;
  if (manifest.selection === 'matches') {
    const file = files.get('proofs/shared.txt');
    if (!file) return null;
    const lines = new Lines(file, work);
    return async () => {
      try {
        const line = await lines.next();
        return line === null ? null : hashOf(String.fromCharCode(...line.subarray(0, 64)));
      } catch (error) {
        throw Object.assign(error, { file: error.file ?? 'proofs/shared.txt' });
      }
    };
  }
  try {
    const bytes = await one.whole('range.json');
    if (!bytes) return null;
    const value = json(bytes, 'it');
    for (const name of ['first', 'end', 'size']) {
      if (member(value, name) !== manifest[name]) one.say('changed', 'range.json', `its ${name} is not that of the manifest`);
    }
    const list = member(value, 'hashes');
    if (!Array.isArray(list)) throw new Unreadable('it lists no hashes');
    if (list.length > 128) throw new Unreadable('it lists more hashes than a range has beside it');
    const hashes = list.map(hashOf);
    return () => hashes.shift() ?? null;
  } catch (error) {
    throw Object.assign(error, { file: error.file ?? 'range.json' });
  }
}

/// The records that explain erased values, each proven by itself, and which keys they name.
export async function readErasures(one, step) {
  const { files, checkpoint, work } = one;
  const file = files.get('erasures.ndjson');
  if (!file) return one.unchecked(step, 'There is no list of erasures.');
  let before = -1;
  for await (const [value, place] of values(file, work)) {
    const [index, text, path] = [countAt(value, 'index'), textAt(value, 'leaf'), member(value, 'path')];
    if (index === undefined || text === undefined || !Array.isArray(path)) throw new Unreadable(`${place} has no index, leaf or path`);
    if (index <= before) one.say('changed', 'erasures.ndjson', 'it is out of order', { index });
    before = index;
    const hashes = path.slice(0, 65).map(hashOf);
    let record;
    try {
      record = parseCanonical(text, 6);
    } catch (error) {
      throw new Unreadable(`the leaf of ${place} is ${error.message}`);
    }
    const isOf = member(record, 'event', 'action') === 'privacy.erase' && member(record, 'written', 'index') === index
      && member(record, 'written', 'origin') === checkpoint.origin;
    if (!isOf || !(await leads(index, checkpoint, utf8(text), hashes))) {
      one.say('changed', 'erasures.ndjson', 'it is no such record of the log', { index });
      continue;
    }
    const keys = ['subjects', 'periods'].flatMap((name) => {
      const list = member(record, 'erase', name);
      return Array.isArray(list) ? list.filter((key) => typeof key === 'string') : [];
    });
    one.erasures.set(index, new Set(keys));
  }
  step.output = counted(one.erasures.size, 'record');
  return before < 0 ? one.unchecked(step, 'Nothing here was erased.') : 'passed';
}

/// Whether a path leads from a leaf to the checkpoint's root.
async function leads(index, checkpoint, leaf, path) {
  try {
    const { root } = await climb(BigInt(index), checkpoint.size, hashLeaf(leaf), path);
    return equal(root, checkpoint.root);
  } catch {
    return false;
  }
}

/// Whether the log continues what its receiver saw, and what consistency.txt shows besides.
export async function checkConsistency(one, step) {
  const { checkpoint, facts, manifest } = one;
  const { remembered } = one.given;
  if (remembered) {
    step.input = [['remembered', `${remembered.size} records`], ['now', `${checkpoint.size} records`]];
    if (remembered.origin !== checkpoint.origin) {
      one.say('changed', 'checkpoint', `it is of another log than the one you remember, ${remembered.origin}`);
      return undefined;
    }
    if (remembered.size > checkpoint.size) {
      facts.notLedFrom = remembered.size;
      one.say('not_covered', 'checkpoint', `it is older than the one you remember: ${checkpoint.size} records, and you saw ${remembered.size}`, { remedy: older });
      return undefined;
    }
    if (remembered.size === checkpoint.size) {
      facts.isContinued = equal(remembered.root, checkpoint.root);
      if (!facts.isContinued) {
        one.say('changed', 'checkpoint', 'the one you remember has another root at this size');
        return undefined;
      }
    }
  }
  const bytes = await one.whole('consistency.txt');
  if (!bytes) {
    if (!remembered) return one.unchecked(step, 'You gave no checkpoint that you remember.');
    if (facts.isContinued) return 'passed';
    facts.notLedFrom = remembered.size;
    if (manifest.files.some((file) => file.name === 'consistency.txt')) return one.unchecked(step, 'What would show it is absent.');
    one.say('not_covered', 'consistency.txt', `the pack was made without it, and does not show that the log continues the ${remembered.size} records that you remember`, { remedy: continuing });
    return undefined;
  }
  const { old, path } = one.form('it is no proof and checkpoint', () => readConsistency(exactText(bytes)));
  const isOf = old.origin === checkpoint.origin
    && (await isConsistent(old.size, checkpoint.size, old.root, checkpoint.root, path));
  step.output = `from ${counted(old.size, 'record')}`;
  if (!isOf) one.say('changed', 'consistency.txt', 'the log does not continue the older checkpoint');
  else if (!remembered) return one.unchecked(step, `The pack shows that the log continues a checkpoint of ${old.size} records. Whether it is the one that you saw, only you know.`);
  else if (facts.isContinued) return 'passed';
  else if (old.size !== remembered.size) {
    facts.notLedFrom = remembered.size;
    one.say('not_covered', 'consistency.txt', `it leads from ${old.size} records, and you remember ${remembered.size}`, { remedy: continuing });
  } else if (!equal(old.root, remembered.root)) one.say('changed', 'consistency.txt', 'the log had another root when you last saw it');
  else facts.isContinued = true;
  return undefined;
}

function readConsistency(text) {
  const split = text.indexOf('\n\n');
  if (split < 0) throw new Unreadable('it has no empty line');
  const [head, ...lines] = text.slice(0, split).split('\n');
  const [, size] = /^old (0|[1-9][0-9]{0,19})$/.exec(head) ?? [];
  if (size === undefined) throw new Unreadable('it does not begin with the older size');
  if (lines.length > 128) throw new Unreadable('it has more hashes than any proof');
  const old = parseCheckpoint(text.slice(split + 2));
  if (old.size !== BigInt(size)) throw new Unreadable('it is of another size than its checkpoint');
  return { old, path: lines.map(hashOf) };
}

/// What a manifest says, whatever it is, in a sentence.
const spoken = (said) => (said === undefined ? 'nothing' : canonical(said).slice(0, 100));

/// Compares what was counted with what the manifest says.
export function compareCounts(one, step) {
  const { manifest, walk } = one;
  const { tally } = walk;
  const said = (...path) => member(manifest.value, ...path);
  const counts = { records: tally.records, unread: tally.unread, first: tally.first, last: tally.last, ...(walk.hasDisclosures ? tally.fates : {}) };
  for (const [name, count] of Object.entries(counts)) {
    if (said('5_rows', name) !== count) one.say('changed', 'manifest.json', `it says ${spoken(said('5_rows', name))} for 5_rows.${name}, and it is ${spoken(count)}`);
  }
  if (!isSame(said('5_rows', 'classes'), tally.byClass())) one.say('changed', 'manifest.json', 'its counts by class are not those of the records');
  ['first', 'last'].forEach((name, at) => {
    if (said('3_times', name) !== tally.times[at]) one.say('changed', 'manifest.json', `3_times.${name} is not that of the record`);
  });
  if (manifest.selection === 'all') {
    if (tally.records !== manifest.end - manifest.first) one.say('changed', 'records.ndjson', 'the range has another number of records');
    // Of filtered records, the heartbeat may be left out that the exporter saw.
    if (!isSame(said('3_times', 'clock'), tally.clock)) one.say('changed', 'manifest.json', '3_times.clock is not that of a heartbeat');
  } else if (said('5_rows', 'matches') !== tally.records) {
    one.say('changed', 'manifest.json', 'not all of its records are said to match');
  }
  if (textAt(manifest.value, '4_query', 'text') !== undefined && said('4_query', 'hash') !== queryHash(said('4_query'))) {
    one.say('changed', 'manifest.json', '4_query.hash is not that of the query');
  }
  step.input = Object.entries(counts).map(([name, count]) => [name, String(count ?? 'none')]);
  step.output = counted(tally.records, 'record');
}

/// Which versions of the rules decided, and their texts.
export async function checkPolicies(one, step) {
  const { files, facts, walk: { tally }, work } = one;
  const file = files.get('policies.ndjson');
  if (!file) return one.unchecked(step, 'There is no list of rules.');
  const listed = new Set();
  let before = null;
  for await (const [value, place] of values(file, work)) {
    const [version, first, text] = [textAt(value, 'version'), countAt(value, 'first'), member(value, 'text')];
    if (version === undefined || first === undefined) throw new Unreadable(`${place} has no version or place`);
    if (before && (first < before.first || (first === before.first && version <= before.version))) one.say('changed', 'policies.ndjson', `${version} is out of order`);
    before = { first, version };
    listed.add(version);
    const seen = tally.policies.get(version);
    if (!seen || seen.first !== first || seen.last !== member(value, 'last') || seen.records !== member(value, 'records')) {
      one.say('changed', 'policies.ndjson', `${version} decided other records than it says`);
    }
    if (text === undefined) facts.lacksPolicyText = true;
    else if (typeof text !== 'string' || `sha256:${hexDigest(text)}` !== version) one.say('changed', 'policies.ndjson', `the text is not that of ${version}`);
  }
  for (const version of [...tally.policies.keys()].sort()) {
    if (!listed.has(version)) one.say('absent', 'policies.ndjson', `${version} decided records, and is not listed`);
  }
  step.output = counted(listed.size, 'version');
  return listed.size ? 'passed' : one.unchecked(step, 'No rules decided these records.');
}

/// What each producer numbered.
export async function checkCompleteness(one, step) {
  const { facts, manifest, walk: { tally } } = one;
  const bytes = await one.whole('completeness.json');
  if (!bytes) return one.unchecked(step, 'There is no account of it.');
  const value = json(bytes, 'it');
  if (member(value, 'first') !== manifest.first || member(value, 'end') !== manifest.end) one.say('changed', 'completeness.json', 'it is of another range');
  const boots = member(value, 'boots');
  if (!Array.isArray(boots)) throw new Unreadable('it lists no boots');
  facts.hasGaps = hasGaps(boots);
  step.output = counted(boots.length, 'start');
  if (manifest.selection !== 'all') return one.unchecked(step, 'Of a filtered pack, nobody can count what was left out: it is the exporter’s word.');
  if (!isSame(boots, tally.numbered())) one.say('changed', 'completeness.json', 'the records were numbered otherwise');
  if (member(value, 'unread') !== tally.uncounted) one.say('changed', 'completeness.json', 'it counts other leaves that are no records');
  return 'passed';
}
