// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AuditRecords
package import ByteCoding

/// The last boot of a producer as the log tells it, for the restart rule (record.md, end).
///
/// `producer.seq` restarts with each boot: without `log.start.previous`, records lost at the end of a boot
/// would leave no trace.
package struct BootHistory: Sendable {
    package var boot: UniqueID
    /// The largest `producer.seq` of that boot in the log.
    package var lastSequence: UInt64
    /// Whether the boot ended with `log.stop`.
    package var stopped: Bool
    /// The `started` records that have no outcome, oldest first.
    package var unfinished: [Record]
}

/// Collects a boot's history from its leaves, newest first.
///
/// A boot may itself have been killed before it had written all the outcomes that the one before it left
/// open: then that one's leaves are read, too.
struct BootHistoryReader {
    private let producer: String
    private var history: BootHistory?
    private var finished: Set<UniqueID> = []
    /// The boot whose leaves are read: the last one, or one before it.
    private var boot: UniqueID?
    /// The unknown outcomes that this boot has written.
    private var unknownOutcomes: Int64 = 0
    private(set) var isComplete = false

    init(producer: String) { self.producer = producer }

    /// The history, once ``isComplete`` or when no older leaf is left.
    var result: BootHistory? {
        var history = history
        history?.unfinished.reverse()
        return history
    }

    /// Takes the next older leaf.
    ///
    /// One that is no record of ours says nothing about a boot of ours; ``TreeRebuild`` has checked that it is signed.
    mutating func read(_ leaf: ArraySlice<UInt8>) {
        let record: Record
        do { record = try Record(leaf: Array(leaf)) } catch { return }
        guard let mark = RecordMark(record), mark.producer == producer else { return }
        guard var known = history else {
            history = BootHistory(
                boot: mark.boot, lastSequence: mark.sequence, stopped: mark.action == .logStop,
                unfinished: [])
            // A boot that ended in order has given every access its outcome, or says that it has not.
            isComplete =
                mark.action == .logStop
                && record.event("reason")?.string != StopCause.outcomesLost.rawValue
            boot = mark.boot
            note(mark)
            return
        }
        guard mark.boot == boot else { return }
        if boot == known.boot {
            known.lastSequence = max(known.lastSequence, mark.sequence)
            history = known
        }
        note(mark)
    }

    private mutating func note(_ mark: RecordMark) {
        switch mark.record.stage {
        case .started:
            if !finished.contains(mark.uid) { history?.unfinished.append(mark.record) }
        case .unknown:
            unknownOutcomes += 1
            finished.insert(mark.uid)
        default: finished.insert(mark.uid)
        }
        if mark.action == .logStart { end(mark.record) }
    }

    /// The boot's first record tells how many outcomes it was about to write for the one before.
    private mutating func end(_ start: Record) {
        let announced = start.value[path: "recovery", "unknown_outcomes"]?.integer ?? 0
        let before = start.value[path: "previous", "boot"]?.string.flatMap { UniqueID($0) }
        isComplete = announced <= unknownOutcomes || before == nil
        (boot, unknownOutcomes) = (before, 0)
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
            let sequence = value[path: "producer", "seq"]?.integer.flatMap({ UInt64(exactly: $0) }),
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
