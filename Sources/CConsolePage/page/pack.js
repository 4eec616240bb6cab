// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// Judges an evidence pack by all rules of Docs/Formats/evidence-pack.md. No page, no network: verify.html gives it the
// files and what its reader trusts, and shows what it says.
//
// It goes on after each finding as far as what is left can be judged. Whatever it does not foresee is thrown, and never
// ends as a verdict.

import { openArchive, openFolder } from './archive.js';
import { Unreadable, Work, pieces } from './lines.js';
import { Sha256, hexDigest } from './digest.js';
import { exactText } from './strict.js';
import { hex, toBase64 } from './bytes.js';
import { fingerprint, parseCheckpoint, parseNote, signers } from './notes.js';
import { parsePolicy } from './trust.js';
import { Later, contentOf, format, isLarge, isStrange, mostWhole, parseManifest, required } from './manifest.js';
import { Walk, WrongRecords, rootOf } from './walk.js';
import { checkCompleteness, checkConsistency, checkPolicies, compareCounts, hashesOf, readErasures } from './parts.js';
import { Findings, codes, unproven } from './verdict.js';
import { counted, number } from './dom.js';

const titles = [
  ['container', 'The files can be told apart'], ['manifest', 'The manifest says what belongs to the pack'],
  ['signature', 'The manifest was signed by a key that you know'], ['files', 'Every file is the one that the manifest names'],
  ['checkpoint', 'The checkpoint was signed by a key that you know'], ['witnesses', 'Countersigned by witnesses'],
  ['remembered', 'Continues the checkpoint that you remember'], ['erasures', 'Erasures are records of the log'],
  ['records', 'The records lead to the checkpoint’s root'], ['values', 'Opened values match their commitments'],
  ['counts', 'The manifest counts what is here'], ['policies', 'Which rules decided'], ['completeness', 'What each producer numbered'],
];

/// Steps that only compute until a known key has signed what they lead to.
const sums = new Set(['erasures', 'records', 'values', 'counts', 'policies', 'completeness']);
const ofManifest = new Set(['container', 'manifest', 'files']);

/// Files whose findings belong to the values of records, though they are read beside them.
const ofValues = new Set(['disclosures.ndjson', 'erasures.ndjson']);

class Case {
  constructor(given, tell, signal) {
    this.given = given;
    this.tell = tell;
    this.signal = signal;
    this.work = new Work(1, () => {}, signal);
    this.findings = new Findings();
    this.steps = titles.map(([id, title]) => ({ id, title, state: 'waiting', input: [], output: null, why: null, ms: null }));
    this.at = 'container';
    this.facts = {
      selection: null, counts: { records: 0, unread: 0, disclosed: 0, erased: 0, missing: 0, withheld: 0 }, withheld: [],
      isWitnessed: false, isContinued: false, notLedFrom: null, lacksPolicyText: false, hasGaps: false,
    };
    this.erasures = new Map();
    this.signedBy = [];
    this.offered = [];
    this.isProven = false;
  }

  step(id) {
    return this.steps.find((one) => one.id === id);
  }

  say(kind, file, text, more) {
    this.findings.add(this.at, kind, file, text, more);
  }

  /// Does one part. What cannot be read is a finding there; a file that is not there was one before.
  async part(id, file, body) {
    const one = this.step(id);
    this.at = id;
    one.state = 'running';
    this.tell(this);
    const began = performance.now();
    let state = 'unchecked';
    try {
      state = (await body(one)) ?? 'passed';
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.say('unreadable', error.file ?? file, error.message);
      one.why = `${error.file ?? file}: ${error.message}`;
    }
    one.ms = performance.now() - began;
    if (one.id === 'values') one.ms = null;
    one.state = state;
    this.settle(one);
    this.at = 'container';
  }

  /// What was found in a part decides how it ended.
  settle(one) {
    const found = this.findings.steps.get(one.id);
    if (!found) return;
    const isWrong = [...found.kinds].some((kind) => kind !== 'not_covered' && kind !== 'cannot_judge');
    one.state = isWrong ? 'failed' : 'unchecked';
    one.why ??= found.list.slice(0, 5).map(({ file, index, text }) => `${file}${index === undefined ? '' : `, record ${index}`}: ${text}.`).join(' ');
  }

  unchecked(one, why) {
    one.why = why;
    return 'unchecked';
  }

  /// The bytes of a small file; null where it is not there.
  async whole(name) {
    const file = this.files.get(name);
    if (!file) return null;
    if (file.size > mostWhole) throw new Unreadable('it is larger than any of its kind');
    const bytes = await this.work.read(file);
    if (bytes.length !== file.size) throw new Unreadable('the file became shorter');
    return bytes;
  }

  async text(name) {
    const bytes = await this.whole(name);
    return bytes && this.form('it is no text', () => exactText(bytes));
  }

  /// What a reader throws is that something is not of its form.
  form(what, read) {
    try {
      return read();
    } catch (error) {
      throw error instanceof Unreadable ? error : new Unreadable(`${what}: ${error.message}`);
    }
  }

  async open(source) {
    const pack = source.blob ? await openArchive(source.blob, this.work) : openFolder(source.list);
    this.files = pack.files;
    if (pack.problem) this.say('unreadable', 'the pack', pack.problem);
    for (const name of pack.folders) this.say('not_covered', name, 'it is a folder that no pack has');
    this.step('container').output = counted(pack.files.size, 'file');
  }

  async readManifest(one) {
    if (!this.files.has('manifest.json')) {
      this.say('absent', 'manifest.json', 'the pack has no manifest, so that nothing in it can be judged');
      return;
    }
    this.bytes = await this.whole('manifest.json');
    try {
      this.manifest = parseManifest(this.bytes);
    } catch (error) {
      if (!(error instanceof Later)) throw error;
      this.say('cannot_judge', 'manifest.json', error.message);
      return;
    }
    this.facts.selection = this.manifest.selection;
    this.digest = hexDigest(this.bytes);
    one.input = [['SHA-256', this.digest]];
    one.output = counted(this.manifest.files.length, 'file');
  }

  /// Which of the given keys signed a note of this log. One that signs as another log vouches for nothing here.
  async signers(note) {
    const { good, bad } = await signers(this.given.logs, note);
    return { good: good.filter((key) => key.name === this.manifest.origin), bad };
  }

  async checkSignature(one) {
    const text = await this.text('manifest.sig');
    if (text === null) {
      this.say('not_covered', 'manifest.sig', 'nobody signed who asked, for what, and how much there is');
      return undefined;
    }
    const note = this.form('it is no signed note', () => parseNote(text));
    one.input = [['signed text', note.text]];
    if (note.text !== `${format}\n${this.manifest.origin}\n${this.digest}\n`) {
      this.say('changed', 'manifest.json', 'it is not the manifest that was signed');
      return undefined;
    }
    const { good, bad } = await this.signers(note);
    if (bad.length) this.say('changed', 'manifest.sig', `the signature of ${bad[0].name} is wrong`);
    else if (!good.length) this.say('not_covered', 'manifest.sig', 'no key that you trust signed the manifest');
    one.output = good.map((key) => key.id).join(', ') || null;
    return undefined;
  }

  async checkFiles(one) {
    const { files, selection, content } = this.manifest;
    const named = new Set(['manifest.json', 'manifest.sig']);
    let bytes = 0;
    for (const file of files) {
      named.add(file.name);
      const found = this.files.get(file.name);
      if (!found) {
        this.say('absent', file.name, 'the manifest names it');
        continue;
      }
      if (isStrange(file)) this.say('unreadable', 'manifest.json', `no pack has a file called ${file.name}`);
      if (found.size !== file.bytes) {
        this.say('changed', file.name, `it has ${found.size} bytes instead of ${file.bytes}`);
        continue;
      }
      if (found.size > mostWhole && !isLarge(file.name)) this.say('unreadable', file.name, 'it is larger than any of its kind');
      try {
        const digest = new Sha256();
        for await (const piece of pieces(found, this.work)) digest.update(piece);
        const is = hex(digest.digest());
        if (is !== file.digest) {
          this.say('changed', file.name, 'its bytes are not those that the manifest names');
          one.input.push([file.name, `${is} instead of ${file.digest}`]);
        }
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        this.say('unreadable', file.name, error.message);
      }
      bytes += found.size;
    }
    if (contentOf(files) !== content) this.say('changed', 'manifest.json', 'its content is not the digest of its files');
    for (const name of [...this.files.keys()].sort()) if (!named.has(name)) this.say('not_covered', name, 'the manifest does not name it');
    for (const name of required(selection)) {
      if (!named.has(name) && !this.files.has(name)) this.say('absent', name, 'every pack of this kind has it');
    }
    one.input.push(['content', content]);
    one.output = counted(bytes, 'byte');
    try {
      await this.readOffered();
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.say('unreadable', 'policy.txt', error.message);
    }
  }

  /// The keys that the pack names: shown for comparison, and trusted for nothing.
  async readOffered() {
    const text = await this.text('policy.txt');
    if (text === null) return;
    let policy;
    try {
      policy = await parsePolicy(text.split('\n'));
    } catch (error) {
      throw new Unreadable(error.message);
    }
    for (const key of policy.logs) this.offered.push({ text: key.text, name: key.name, id: key.id, fingerprint: await fingerprint(key) });
  }

  async checkCheckpoint(one) {
    const text = await this.text('checkpoint');
    if (text === null) return this.unchecked(one, 'There is no checkpoint.');
    const checkpoint = this.form('it is no checkpoint', () => parseCheckpoint(text));
    this.checkpoint = checkpoint;
    one.input = [['signed text', checkpoint.text]];
    one.output = counted(checkpoint.size, 'record');
    const { good, bad } = await this.signers(checkpoint);
    this.signedBy = good;
    if (bad.length) this.say('changed', 'checkpoint', `the signature of ${bad[0].name} is wrong`);
    else if (!good.length) this.say('not_covered', 'checkpoint', 'no key that you trust signed it');
    for (const key of good) one.input.push(['key', key.text], ['fingerprint', await fingerprint(key)]);
    const { manifest } = this;
    if (checkpoint.origin !== manifest.origin) this.say('changed', 'checkpoint', 'it is of another log than the manifest');
    if (checkpoint.size !== BigInt(manifest.size)) this.say('changed', 'checkpoint', 'it is of another size than the manifest');
    if (toBase64(checkpoint.root) !== manifest.root) this.say('changed', 'checkpoint', 'it has another root than the manifest');
    return undefined;
  }

  async checkWitnesses(one) {
    const { witnesses, isQuorum } = this.given;
    if (witnesses.length === 0) return this.unchecked(one, 'You named no witness: nobody else has seen that the log shows everybody the same.');
    const { good, bad } = await signers(witnesses, this.checkpoint);
    if (bad.length) this.say('changed', 'checkpoint', `the cosignature of ${bad[0].name} is wrong`);
    if (!isQuorum(new Set(good.map((key) => key.text)))) this.say('not_covered', 'checkpoint', `${counted(good.length, 'witness', 'witnesses')} that you trust signed it, fewer than you ask for`);
    this.facts.isWitnessed = good.length > 0;
    one.output = `${good.length} of ${witnesses.length}`;
    return good.length ? 'passed' : this.unchecked(one, 'None of the witnesses that you trust has signed, and you ask for none.');
  }

  /// Reads all records once.
  async checkRecords(one) {
    const { files, manifest, checkpoint, erasures, work } = this;
    if (!files.has('records.ndjson')) return this.unchecked(one, 'There are no records.');
    if (checkpoint.size > BigInt(Number.MAX_SAFE_INTEGER)) return this.unchecked(one, 'The log is larger than this page can count.');
    const hashes = await hashesOf(this);
    if (!hashes) return this.unchecked(one, 'There are no hashes beside the records.');
    const say = (kind, file, text, index) => this.findings.add(ofValues.has(file) ? 'values' : this.at, kind, file, text, { index });
    const walk = new Walk({ files, manifest, origin: checkpoint.origin, erasures, say, work });
    this.walk = walk;
    let root;
    try {
      root = await rootOf(manifest.size, () => walk.leaf(), hashes);
    } catch (error) {
      if (!(error instanceof WrongRecords)) throw error;
      this.say('changed', 'records.ndjson', error.message);
    }
    this.rows = walk.rows;
    Object.assign(this.facts.counts, { records: walk.tally.records, unread: walk.tally.unread, ...walk.tally.fates });
    this.facts.withheld = [...walk.withheld].sort();
    if (!root) return undefined;
    this.isRead = true;
    one.input = [['computed', toBase64(root)], ['checkpoint', toBase64(checkpoint.root)]];
    one.output = toBase64(root);
    if (toBase64(root) !== toBase64(checkpoint.root)) this.say('changed', 'records.ndjson', 'the records are not those of the checkpoint');
    return undefined;
  }

  async rest() {
    await this.part('checkpoint', 'checkpoint', (one) => this.checkCheckpoint(one));
    if (!this.checkpoint) return;
    await this.part('witnesses', 'checkpoint', (one) => this.checkWitnesses(one));
    await this.part('remembered', 'consistency.txt', (one) => checkConsistency(this, one));
    await this.part('erasures', 'erasures.ndjson', (one) => readErasures(this, one));
    await this.part('records', 'records.ndjson', (one) => this.checkRecords(one));
    this.isProven = this.signedBy.length > 0 && this.step('records').state === 'passed';
    if (!this.walk) return;
    await this.part('values', 'disclosures.ndjson', (one) => {
      const { disclosed, erased, missing, withheld } = this.walk.tally.fates;
      one.output = `${number(disclosed)} opened, ${number(withheld)} withheld`;
      one.input = [['opened', disclosed], ['withheld', withheld], ['erased', erased], ['missing', missing]].map(([name, count]) => [name, String(count)]);
      return disclosed + erased + missing ? 'passed' : this.unchecked(one, 'No value was opened.');
    });
    // Of records that were not read to their end, nothing was counted.
    if (!this.isRead) return;
    await this.part('counts', 'manifest.json', (one) => compareCounts(this, one));
    await this.part('policies', 'policies.ndjson', (one) => checkPolicies(this, one));
    await this.part('completeness', 'completeness.json', (one) => checkCompleteness(this, one));
  }

  async judge(source) {
    await this.part('container', 'the pack', () => this.open(source));
    await this.part('manifest', 'manifest.json', (one) => this.readManifest(one));
    if (!this.manifest) return;
    const sizes = [...this.files].map(([name, file]) => (/^(records|disclosures|erasures|policies)\.ndjson$|^proofs\//.test(name) ? 2 : 1) * file.size);
    this.work = new Work(sizes.reduce((sum, size) => sum + size, 0), () => this.tell(this), this.signal);
    await this.part('signature', 'manifest.sig', (one) => this.checkSignature(one));
    await this.part('files', 'manifest.json', (one) => this.checkFiles(one));
    await this.rest();
  }

  result() {
    for (const one of this.steps) if (one.state === 'waiting') Object.assign(one, { state: 'unchecked', why: one.why ?? 'What it takes is not here, or could not be read.' });
    // Any records have a root, and any files digests: until a known key has signed what they lead to, sums are only sums.
    const isSigned = this.step('signature').state === 'passed';
    for (const one of this.steps) {
      let isSure = !sums.has(one.id) || this.isProven;
      if (ofManifest.has(one.id)) isSure = isSigned;
      // Whoever has a checkpoint can continue it: that it was the log is for its key to say.
      if (one.id === 'remembered') isSure = this.signedBy.length > 0;
      if (one.state === 'passed' && !isSure) one.state = 'computed';
    }
    const { verdict } = this.findings;
    return {
      verdict, code: codes.get(verdict), kind: verdict === 'verified' ? null : verdict, findings: this.findings.list, more: this.findings.more,
      notProven: this.manifest ? unproven(this.facts) : [], manifest: this.manifest?.value, offeredKeys: this.offered,
      counts: this.facts.counts, steps: this.steps, rows: this.rows ?? [], isProven: this.isProven, checkpoint: this.checkpoint ?? null,
      signedBy: this.signedBy.map((key) => `${key.name}+${key.id}`),
    };
  }
}

/// Judges a pack.
///
/// - source: `{ blob }`, an archive, or `{ list }`, the files of a folder as pairs of a path and a file.
/// - given: `{ logs, witnesses, isQuorum, remembered }`: whom the reader trusts, and a checkpoint that they remember.
/// - tell: is given `{ steps, work: { done, total } }` as it goes on. signal: ends it.
///
/// Answers `{ verdict, code, kind, findings, more, notProven, manifest, offeredKeys, counts, steps, rows, checkpoint, signedBy }`.
export async function judge(source, given, { tell = () => {}, signal } = {}) {
  const one = new Case(given, tell, signal);
  await one.judge(source);
  return one.result();
}
