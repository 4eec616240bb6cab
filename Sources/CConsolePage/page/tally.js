// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// What the records of a pack say, counted as they pass: by class, by rules, and by what each producer numbered.

import { canonical, countAt, member, textAt } from './strict.js';

const boots = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;

/// Whether two values that were read strictly are the same.
export const isSame = (one, other) => (one === undefined || other === undefined ? one === other : canonical(one) === canonical(other));

export class Tally {
  constructor() {
    this.records = 0;
    this.first = undefined;
    this.last = undefined;
    this.unread = 0;
    this.classes = new Map();
    this.times = [undefined, undefined];
    this.clock = undefined;
    this.policies = new Map();
    this.boots = new Map();
    /// Leaves of which no producer's numbers can be told.
    this.uncounted = 0;
    this.fates = { disclosed: 0, erased: 0, missing: 0, withheld: 0 };
  }

  /// Takes a leaf; record is null where it is none.
  take(index, record) {
    this.records++;
    this.first ??= index;
    this.last = index;
    if (!record) {
      this.unread++;
      this.uncounted++;
      return;
    }
    const time = textAt(record, 'written', 'time');
    if (time !== undefined && instant.test(time)) this.times = [this.times[0] ?? time, time];
    const kind = member(record, 'event', 'class');
    if (Number.isInteger(kind)) this.classes.set(String(kind), (this.classes.get(String(kind)) ?? 0) + 1);
    const isHeartbeat = member(record, 'event', 'action') === 'audit.heartbeat';
    const clock = member(record, 'clock');
    if (isHeartbeat && clock !== undefined) this.clock = { record: index, says: clock };
    const version = textAt(record, 'decision', 'policy_version');
    if (version?.startsWith('sha256:')) {
      const seen = this.policies.get(version) ?? { first: index, last: index, records: 0 };
      seen.last = index;
      seen.records++;
      this.policies.set(version, seen);
    }
    this.takeNumber(record, isHeartbeat);
  }

  takeNumber(record, isHeartbeat) {
    const boot = textAt(record, 'producer', 'boot');
    const seq = countAt(record, 'written', 'seq');
    if (boot === undefined || !boots.test(boot) || !(seq >= 1)) {
      this.uncounted++;
      return;
    }
    let known = this.boots.get(boot);
    if (!known) {
      known = { boot, dropped: 0, first: seq, found: 0, gaps: [], heartbeats: 0, last: seq, producer: textAt(record, 'producer', 'uid') ?? '' };
      const [before, last] = [textAt(record, 'previous', 'boot'), countAt(record, 'previous', 'last_seq')];
      if (before !== undefined && boots.test(before) && last !== undefined) known.previous = { boot: before, last };
      this.boots.set(boot, known);
    }
    if (seq > known.last + 1) known.gaps.push({ first: known.last + 1, last: seq - 1 });
    known.last = Math.max(known.last, seq);
    known.found++;
    if (isHeartbeat) {
      known.heartbeats++;
      const dropped = member(record, 'counters', 'dropped');
      known.dropped = Number.isInteger(dropped) ? dropped : 0;
    }
  }

  /// The member `boots` of completeness.json, as these records have it.
  numbered() {
    return [...this.boots.values()].map((boot) => ({ ...boot, expected: boot.last - boot.first + 1 }));
  }

  /// The member `classes` of 5_rows; a class is a number, so that no name of it is anything else.
  byClass() {
    return Object.fromEntries(this.classes);
  }
}

/// Whether what producers numbered has gaps: a number that is missing, an access that a heartbeat admits was lost, or a
/// start that ended later than its last record here.
export function hasGaps(list) {
  const ends = new Map(list.map((boot) => [member(boot, 'boot'), member(boot, 'last')]));
  return list.some((boot) => {
    const gaps = member(boot, 'gaps');
    const dropped = member(boot, 'dropped');
    const before = member(boot, 'previous', 'boot');
    return (Array.isArray(gaps) ? gaps.length > 0 : gaps !== undefined) || (dropped !== undefined && dropped !== 0)
      || (ends.has(before) && ends.get(before) !== member(boot, 'previous', 'last'));
  });
}
