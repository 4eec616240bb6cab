// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// The records of a pack, read once: their places, their hashes up to the root, and beside each what became of its values.

import { Lines, Unreadable } from './lines.js';
import { hashLeaf, hashNode, Sha256 } from './digest.js';
import { canonical, countAt, exactText, member, parseBytes, parseCanonical, textAt } from './strict.js';
import { equal, fromBase64, joined, toBase64, utf8 } from './bytes.js';
import { groups as known, hashOf } from './manifest.js';
import { Tally } from './tally.js';

/// Records and hashes make no tree.
export class WrongRecords extends Error {}

/// How many records are kept for the reader, and how many bytes of them.
const mostRows = 200;
const mostRowBytes = 4 << 20;

/// The root of a tree of which some leaves are here, and of the subtrees without any of them one hash each
/// (evidence-pack.md, "records.ndjson and its proof"). The way down is a list, so that no tree is too high.
///
/// - nextLeaf: `{ index, hash }` in turn, then null. nextHash: a hash in turn, then null.
export async function rootOf(size, nextLeaf, nextHash) {
  let leaf = await nextLeaf();
  let root = new Sha256().digest();
  if (size > 0) {
    const open = [];
    let [low, high] = [0, size];
    for (let isDone = false; !isDone;) {
      let found;
      if (leaf === null || leaf.index < low || leaf.index >= high) {
        found = await nextHash();
        if (found === null) throw new WrongRecords('there are too few hashes beside the records');
      } else if (high - low > 1) {
        // The largest power of two below the number of leaves.
        let half = 1;
        while (half * 2 < high - low) half *= 2;
        open.push({ middle: low + half, high, left: null });
        high = low + half;
        continue;
      } else {
        found = leaf.hash;
        leaf = await nextLeaf();
      }
      for (;;) {
        const above = open.at(-1);
        if (!above) {
          root = found;
          isDone = true;
          break;
        }
        if (!above.left) {
          above.left = found;
          [low, high] = [above.middle, above.high];
          break;
        }
        found = hashNode(above.left, found);
        open.pop();
      }
    }
  }
  if (leaf !== null) throw new WrongRecords('records are out of order, or lie behind the checkpoint');
  const more = await nextHash();
  // Of an empty tree, the list may be the root itself.
  const isRoot = more !== null && size === 0 && equal(more, root);
  if (more !== null && !(isRoot && (await nextHash()) === null)) throw new WrongRecords('there are too many hashes beside the records');
  return root;
}

/// Reads records, and says what is wrong with each.
export class Walk {
  /// - files: by name. manifest: as parseManifest() gives it. origin: of the checkpoint. erasures: index → keys.
  /// - say: is given the kind of a finding, the file, the text, and the record's index.
  constructor({ files, manifest, origin, erasures, say, work }) {
    Object.assign(this, { manifest, origin, erasures, say, work });
    this.tally = new Tally();
    this.lines = new Lines(files.get('records.ndjson'), work);
    this.rows = [];
    this.rowBytes = 0;
    this.withheld = new Set();
    this.before = null;
    const disclosures = files.get('disclosures.ndjson');
    // Without the list, or where it cannot be read to its end, nobody knows what became of values.
    this.hasDisclosures = disclosures !== undefined;
    this.disclosures = disclosures ? new Lines(disclosures, work) : null;
    this.disclosure = null;
    this.lastDisclosure = null;
  }

  /// The next leaf's place and hash, checked; null behind the last.
  async leaf() {
    const line = await this.lines.next();
    if (line === null) {
      await this.skip(Infinity);
      return null;
    }
    if (this.tally.records % 16 === 0 && this.work.isLate) await this.work.pause();
    const parsed = read(line);
    const schema = textAt(parsed, 'schema');
    const record = schema?.startsWith('countersign.record/') ? parsed : null;
    const index = this.place(record);
    const hash = hashLeaf(line);
    if (index < this.manifest.first || index >= this.manifest.end) this.say('changed', 'records.ndjson', 'it is not of the range', index);
    if (this.before && index <= this.before.index) this.say('changed', 'records.ndjson', 'it is out of order', index);
    if (schema === 'countersign.record/1') this.checkPlace(index, record);
    if (this.before === null) await this.advance();
    const row = this.keep(index, line, record);
    this.tally.take(index, record);
    await this.values(index, record, row);
    this.before = { index, hash };
    return this.before;
  }

  place(record) {
    if (this.manifest.selection === 'all') return this.manifest.first + this.tally.records;
    const index = countAt(record, 'written', 'index');
    if (index === undefined) throw new Unreadable(`line ${this.lines.count} does not say which record it is`);
    return index;
  }

  checkPlace(index, record) {
    if (member(record, 'written', 'index') !== index) this.say('changed', 'records.ndjson', 'it says another place', index);
    if (member(record, 'written', 'origin') !== this.origin) this.say('changed', 'records.ndjson', 'it is of another log', index);
    if (this.before?.index === index - 1 && member(record, 'written', 'prev') !== toBase64(this.before.hash)) {
      this.say('changed', 'records.ndjson', 'it does not follow the record before it', index);
    }
  }

  /// The first records are kept to be shown.
  keep(index, line, record) {
    if (this.rows.length === mostRows || this.rowBytes + line.length > mostRowBytes) return null;
    let text = null;
    try {
      text = exactText(line);
    } catch {
      // No text: it is shown as what it is, bytes.
    }
    const row = { index, text, size: line.length, record, values: new Map() };
    this.rows.push(row);
    this.rowBytes += line.length;
    return row;
  }

  /// The next line of disclosures, or none.
  async advance() {
    this.disclosure = null;
    if (!this.disclosures) return;
    try {
      const line = await this.disclosures.next();
      if (line === null) {
        this.disclosures = null;
        return;
      }
      let value;
      try {
        value = parseBytes(line);
      } catch (error) {
        throw new Unreadable(`line ${this.disclosures.count} is ${error.message}`);
      }
      const [index, group] = [countAt(value, 'index'), textAt(value, 'group')];
      if (index === undefined || group === undefined) throw new Unreadable(`line ${this.disclosures.count} has no index or group`);
      const last = this.lastDisclosure;
      if (last && (index < last.index || (index === last.index && group <= last.group))) {
        this.say('changed', 'disclosures.ndjson', `its line of ${group} is out of order`, index);
      }
      this.disclosure = { index, group, value, size: line.length };
      this.lastDisclosure = this.disclosure;
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.say('unreadable', 'disclosures.ndjson', error.message);
      this.disclosures = null;
      this.hasDisclosures = false;
    }
  }

  /// Passes over lines of records that are not here.
  async skip(index) {
    if (this.before === null && this.disclosure === null && this.lastDisclosure === null) await this.advance();
    while (this.disclosure && this.disclosure.index < index) {
      this.say('changed', 'disclosures.ndjson', 'it is not in the pack', this.disclosure.index);
      await this.advance();
      if (this.work.isLate) await this.work.pause();
    }
  }

  /// What became of the values that a record commits to.
  async values(index, record, row) {
    const commits = new Map();
    for (const group of known) {
      const said = textAt(record, 'commit', group);
      try {
        if (said !== undefined) commits.set(group, hashOf(said));
      } catch {
        // What is no commitment counts for nothing.
      }
    }
    await this.skip(index);
    while (this.disclosure?.index === index) {
      const { group, value, size } = this.disclosure;
      const commitment = commits.get(group);
      if (commits.delete(group)) {
        const fate = this.fate(index, group, value, commitment);
        this.rowBytes += row ? size : 0;
        if (this.rowBytes > mostRowBytes) delete fate.value;
        row?.values.set(group, fate);
      } else {
        this.say('changed', 'disclosures.ndjson', `it has no values of ${group}, or says so twice`, index);
      }
      await this.advance();
    }
    this.tally.fates.withheld += commits.size;
    for (const group of commits.keys()) {
      this.withheld.add(group);
      row?.values.set(group, { state: 'withheld' });
    }
  }

  /// Judges one line of disclosures, and says what it came to.
  fate(index, group, value, commitment) {
    const { fates } = this.tally;
    const bad = (kind, file, text) => {
      this.say(kind, file, text, index);
      return { state: 'wrong', text };
    };
    const said = ['erased', 'missing', 'value'].filter((name) => member(value, name) !== undefined);
    if (said.length > 1) return bad('unreadable', 'disclosures.ndjson', `it says more than one thing of ${group}`);
    if (member(value, 'missing') === true) {
      fates.missing++;
      this.say('absent', 'disclosures.ndjson', `its values of ${group} are missing, and no record explains it`, index);
      return { state: 'missing' };
    }
    if (said[0] === 'erased') {
      fates.erased++;
      const [key, number] = [textAt(value, 'erased', 'key'), countAt(value, 'erased', 'record')];
      if (key === undefined || number === undefined) return bad('unreadable', 'disclosures.ndjson', `there is no key and record of the erasure of ${group}`);
      if (!this.erasures.get(number)?.has(key)) return bad('absent', 'erasures.ndjson', `no proven record ${number} says that its values of ${group} were erased`);
      return { state: 'erased', record: number };
    }
    fates.disclosed++;
    const opened = member(value, 'value');
    let salt;
    try {
      salt = fromBase64(textAt(value, 'salt') ?? '');
    } catch {
      salt = [];
    }
    if (salt.length !== 32 || opened === undefined || opened === null || typeof opened !== 'object' || Array.isArray(opened)) {
      return bad('unreadable', 'disclosures.ndjson', `there is no salt and value of ${group}`);
    }
    const found = new Sha256().update(utf8(`countersign/commit/v1\n${group}`)).update(joined([0], salt, utf8(canonical(opened)))).digest();
    let fate = { state: 'match', value: opened };
    if (!equal(found, commitment)) fate = bad('changed', 'disclosures.ndjson', `its values of ${group} are not those that it commits to`);
    if (!this.manifest.groups.has(group)) fate = bad('changed', 'disclosures.ndjson', `its values of ${group} are disclosed, which the manifest does not say`);
    return fate;
  }
}

/// A leaf as a record, or null. Depth, as records have it.
function read(line) {
  if (line[0] !== 0x7b) return null;
  try {
    return parseCanonical(exactText(line), 6);
  } catch {
    return null;
  }
}
