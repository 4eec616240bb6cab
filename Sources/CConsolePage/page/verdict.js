// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// What judging a pack came to, in words: the page's own texts on packs, in one place for other languages.

import { member, textAt } from './strict.js';
import { counted, number } from './dom.js';

/// Exit codes by verdict, the gravest first: the gravest finding is the verdict (evidence-pack.md, "Judging").
export const codes = new Map([
  ['cannot_judge', 17], ['changed', 10], ['unreadable', 16], ['absent', 11], ['not_covered', 13], ['verified', 0],
]);

/// A verdict's mark, word and sentence.
export const words = new Map([
  ['verified', { tone: 'good', word: 'Verified', sentence: 'Every record in this pack is in the log.' }],
  ['changed', { tone: 'bad', word: 'Changed', sentence: 'This pack does not hold.' }],
  ['unreadable', { tone: 'bad', word: 'Unreadable', sentence: 'This pack cannot be read to its end.' }],
  ['absent', { tone: 'bad', word: 'Absent', sentence: 'Something of this pack is missing.' }],
  ['not_covered', { tone: 'warn', word: 'Not covered', sentence: 'Not all of this pack is vouched for.' }],
  ['cannot_judge', { tone: 'idle', word: 'Cannot judge', sentence: 'Only a newer verifier can judge this pack.' }],
]);

/// A finding's kind in words.
export const kindWords = { changed: 'changed', unreadable: 'unreadable', absent: 'absent', not_covered: 'not covered', cannot_judge: 'cannot judge' };

/// What to do about a kind of finding, where the finding itself does not say.
export const remedies = {
  changed: 'Do not rely on this pack. Keep it as it is, and have it exported again from the log, which `countersign verify` judges.',
  unreadable: 'Fetch the pack again. If it stays so, have it exported again. Nothing is said about what could not be read.',
  absent: 'Ask whoever handed over the pack for the whole of it.',
  not_covered: 'Give the log’s key, from somewhere else than the pack. Ask for what the pack does not prove.',
  cannot_judge: 'Use a newer verifier. This is no sign that anything was changed.',
};

export const older = 'Take the remembered checkpoint away: the pack is then judged by itself, and says nothing of what you saw since. For what came later, ask for a newer pack.';
export const continuing = 'Send a copy of your checkpoint to whoever makes the pack. They make it again by the command in 7_repeat of its manifest, with `--remembered FILE` in the place of any that is there, and `--out NEW`; over the auditor API its text is the parameter `remembered` of POST /api/v1/exports. Without a remembered checkpoint, the pack is judged by itself.';

const most = 20;

/// Findings in the order in which they were found; of one kind about one file the first are listed, the others counted.
export class Findings {
  constructor() {
    this.list = [];
    this.more = 0;
    this.kinds = new Set();
    this.steps = new Map();
    this.counts = new Map();
  }

  /// - step: of which part of the judging it came.
  add(step, kind, file, text, { index, remedy } = {}) {
    this.kinds.add(kind);
    const part = this.steps.get(step) ?? { kinds: new Set(), list: [] };
    this.steps.set(step, part);
    part.kinds.add(kind);
    if (part.list.length < most) part.list.push({ text, file, index });
    const key = `${kind} ${file}`;
    const count = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, count);
    if (count > most) {
      this.more++;
      return;
    }
    const finding = { kind, file, text };
    if (index !== undefined) finding.index = index;
    if (remedy !== undefined) finding.remedy = remedy;
    this.list.push(finding);
  }

  get verdict() {
    return [...codes.keys()].find((kind) => this.kinds.has(kind)) ?? 'verified';
  }
}

/// What even a verified pack does not prove, each as a code and in words.
export function unproven(facts) {
  const says = [];
  const add = (code, text) => says.push({ code, text });
  if (facts.selection === 'matches') add('filtered', 'that no other record matches the query: the pack was filtered; an export with --full-range would prove it');
  if (facts.withheld.length) add('withheld', `the values of ${facts.withheld.join(', ')}: ${counted(facts.counts.withheld, 'group was', 'groups were')} withheld`);
  if (!facts.isWitnessed) add('no_witness', 'that others were shown the same log: no witness that you trust has countersigned it');
  if (!facts.isContinued) {
    add('not_continued', facts.notLedFrom === null ? 'that it is the log you saw before: no checkpoint of yours was compared'
      : `that it is the log you saw before: nothing here leads from the ${counted(facts.notLedFrom, 'record')} that you remember`);
  }
  if (facts.lacksPolicyText) add('policy_text', 'what the rules said: the text of some is missing');
  if (facts.counts.unread) add('unread', `what ${counted(facts.counts.unread, 'leaf says that is no record', 'leaves say that are no records')}`);
  if (facts.hasGaps) add('gaps', 'that everything reached the log: completeness.json names what did not');
  return says;
}

/// The first line: what was checked.
export function covered(result) {
  const { manifest, counts, isProven, verdict } = result;
  const proof = (name) => member(manifest, '6_proof', name);
  if (!manifest || verdict === 'cannot_judge') return 'Nothing of it was judged.';
  const [first, end, size] = ['first', 'end', 'size'].map(proof);
  const log = textAt(manifest, '1_system', 'origin') ?? '';
  if (![first, end, size].every(Number.isInteger)) return 'Nothing of it was judged.';
  const records = counted(counts.records, 'record');
  if (!isProven) return `${records} of indices ${number(first)} up to, not including, ${number(end)} of ${log}, at ${counted(size, 'record')}: not proven`;
  return proof('selection') === 'all'
    ? `All ${records} of indices ${number(first)} up to, not including, ${number(end)} of ${log}, at ${counted(size, 'record')}`
    : `${records} of indices between ${number(first)} and ${number(end)} of ${log}, at ${counted(size, 'record')}, each proven`;
}

/// The verdict for programs.
export function report(result, given, name) {
  return {
    verdict: result.verdict, exit_code: result.code, pack: name, checked: covered(result), findings: result.findings,
    more_findings: result.more, not_proven: result.notProven, records: result.counts.records,
    keys: given.logs.map((key) => ({ name: key.name, sha256: key.fingerprint })),
    signed_by: result.signedBy, manifest: result.manifest ?? null,
    verifier: { name: 'verify.html', rules: 1 }, time: new Date().toISOString(),
  };
}
