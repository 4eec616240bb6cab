// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import AuditRecords
package import ByteCoding
internal import Merkle

/// The last boot of a producer as the log tells it, for the restart rule (record.md, end).
///
/// `written.seq` restarts with each boot: without `log.start.previous`, records lost at the end of a boot
/// would leave no trace.
package struct BootHistory: Sendable {
    package var boot: UniqueID
    /// The largest `written.seq` of that boot in the log.
    package var lastSequence: UInt64
    /// When that record was sequenced; nil if this version cannot read it.
    package var lastTime: UTCInstant?
    /// Whether the boot ended with `log.stop`.
    package var stopped: Bool
    /// What that boot's acknowledged records survive, by the newest of its records that says so;
    /// nil for a later version's word.
    package var durability: LogDurability?
    /// The `started` records that have no outcome, oldest first.
    package var unfinished: [Record]
    /// Missing sequence numbers that no `audit.gap` record names, oldest first.
    package var unnamed: [LostSequences]
}

/// Consecutive sequence numbers of one boot that no record has.
package struct LostSequences: Hashable, Sendable {
    package var boot: UniqueID
    package var sequences: ClosedRange<UInt64>
}

/// Collects a boot's history from its leaves, newest first.
///
/// A start writes what the previous boot left open before it takes any other record. If the newest
/// boot did not get that far, earlier ones are read, too, back to one that did.
struct BootHistoryReader {
    private let producer: String
    private var history: BootHistory?
    private var finished: Set<UniqueID> = []
    /// Numbers that `audit.gap` records name, by boot.
    private var named: [UniqueID: [ClosedRange<UInt64>]] = [:]
    private var isDurabilityKnown = false
    /// The boot that is being read.
    private var reading: UniqueID?
    /// The number of its record that was read last: unless some are lost, the next older one has
    /// the number before.
    private var newer: UInt64 = 0
    /// Whether that boot has recorded anything after its start.
    private var isSettled = false
    /// The unknown outcomes that it has written; its start announced how many there would be.
    private var unknownOutcomes: Int64 = 0
    /// What the newest heartbeat of the boot being read says is settled.
    private var settled: SettledFacts?
    /// Parts of what heartbeats say, by the number up to which it holds.
    private var parts: [UInt64: [Int: SettledFacts]] = [:]
    private(set) var isComplete = false
    /// Indices of older `started` records that may have no outcome, once ``isComplete``; see
    /// ``readOpen(_:)``.
    private(set) var open: [LeafIndex] = []

    init(producer: String) { self.producer = producer }

    /// The history, once ``isComplete`` or when no older leaf is left.
    var result: BootHistory? {
        guard var history else { return nil }
        history.unfinished.reverse()
        history.unnamed = history.unnamed.reversed().flatMap { $0.without(named[$0.boot] ?? []) }
        return history
    }

    /// Takes the next older record.
    mutating func read(_ record: Record) {
        guard let mark = RecordMark(record), mark.producer == producer else { return }
        if history == nil {
            history = BootHistory(
                boot: mark.boot, lastSequence: mark.sequence, lastTime: record.logTime,
                stopped: mark.action == .logStop, durability: .synced,
                unfinished: [], unnamed: [])
        }
        if reading == nil {
            reading = mark.boot
            newer = mark.sequence + 1
            // A boot that ended cleanly has named every gap and given every access its outcome, or
            // says that it has not.
            isComplete =
                mark.action == .logStop
                && record.event("reason")?.string != StopCause.outcomesLost.rawValue
        }
        guard mark.boot == reading else { return }
        let known = max(mark.sequence, settled?.throughSequence ?? 0)
        if known + 1 < newer {
            history?.unnamed.append(
                LostSequences(boot: mark.boot, sequences: known + 1...newer - 1))
        }
        newer = mark.sequence
        if let settled, mark.sequence <= settled.throughSequence {
            // A boot that says so has written what those before it left open.
            open = settled.open.map { LeafIndex($0) }
            isComplete = true
            return
        }
        if settled == nil, mark.action == .heartbeat, let found = SettledFacts(record) {
            settled = whole(with: found)
        }
        note(mark)
        if !isDurabilityKnown, mark.boot == history?.boot,
            mark.action == .logStart || mark.action == .heartbeat
        {
            history?.durability = record.durability
            isDurabilityKnown = true
        }
        if mark.action == .logStart { end(record) }
    }

    /// Takes the record at one of ``open``, the newest of them first.
    mutating func readOpen(_ record: Record) {
        guard let mark = RecordMark(record), mark.boot == reading, record.stage == .started,
            !finished.contains(mark.uid)
        else { return }
        history?.unfinished.append(record)
    }

    /// What is settled, once all its parts have been read.
    private mutating func whole(with part: SettledFacts) -> SettledFacts? {
        guard part.parts > 1 else { return part }
        parts[part.throughSequence, default: [:]][part.part] = part
        guard let all = parts[part.throughSequence], all.count == part.parts else { return nil }
        return SettledFacts(
            throughSequence: part.throughSequence, open: all.values.flatMap(\.open).sorted())
    }

    private mutating func note(_ mark: RecordMark) {
        switch mark.record.stage {
        case .started:
            if !finished.contains(mark.uid) { history?.unfinished.append(mark.record) }
        case .unknown:
            finished.insert(mark.uid)
            unknownOutcomes += 1
            return
        case .complete, .refused: finished.insert(mark.uid)
        // A stage of a later version ends nothing.
        case nil: break
        }
        guard mark.action == .gap else {
            isSettled = isSettled || mark.action != .logStart
            return
        }
        guard let gap = mark.record.value["gap"],
            let boot = gap["boot"]?.string.flatMap({ UniqueID($0) }),
            let first = gap["first_seq"]?.integer.flatMap({ UInt64(exactly: $0) }),
            let last = gap["last_seq"]?.integer.flatMap({ UInt64(exactly: $0) }), first <= last
        else { return }
        named[boot, default: []].append(first...last)
    }

    /// The boot that is being read began here.
    private mutating func end(_ start: Record) {
        let announced = start.value[path: "recovery", "unknown_outcomes"]?.integer ?? 0
        isComplete =
            isSettled && announced <= unknownOutcomes || start.previousBoot == nil
        reading = nil
        settled = nil
        parts = [:]
        isSettled = false
        unknownOutcomes = 0
    }
}

extension LostSequences {
    /// What is left of these numbers when some are taken away.
    fileprivate func without(_ named: [ClosedRange<UInt64>]) -> [LostSequences] {
        var left: [LostSequences] = []
        var next = sequences.lowerBound
        for range in named.sorted(by: { $0.lowerBound < $1.lowerBound })
        where range.upperBound >= next && range.lowerBound <= sequences.upperBound {
            if range.lowerBound > next {
                left.append(LostSequences(boot: boot, sequences: next...range.lowerBound - 1))
            }
            next = range.upperBound + 1
        }
        if next <= sequences.upperBound {
            left.append(LostSequences(boot: boot, sequences: next...sequences.upperBound))
        }
        return left
    }
}

/// The few members of a record that the restart rule needs.
private struct RecordMark {
    let record: Record
    let uid: UniqueID
    let boot: UniqueID
    let sequence: UInt64
    let producer: String
    let action: EventAction?

    init?(_ record: Record) {
        let value = record.value
        guard let uid = record.uid,
            let boot = value[path: "producer", "boot"]?.string.flatMap({ UniqueID($0) }),
            let sequence = value[path: "written", "seq"]?.integer.flatMap({ UInt64(exactly: $0) }),
            let producer = value[path: "producer", "uid"]?.string
        else { return nil }
        self.record = record
        self.uid = uid
        self.boot = boot
        self.sequence = sequence
        self.producer = producer
        action = record.event("action")?.string.flatMap { EventAction(rawValue: $0) }
    }
}
