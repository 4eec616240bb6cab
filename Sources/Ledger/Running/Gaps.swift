// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import Synchronization

/// Producer sequence numbers that were assigned and then lost with a rejected group.
///
/// `GapsAreRecorded`: they are named by an `audit.gap` record as soon as the log takes records again. A gap is
/// forgotten only once the record that names it is durable: that record can be rejected, too.
final class Gaps: ReplyPort {
    private struct State {
        /// Not yet named by any record.
        var waiting: [ClosedRange<UInt64>] = []
        /// Named by records that are on their way, by ticket.
        var named: [UInt64: ClosedRange<UInt64>] = [:]
        var hasLostOutcomes = false
        /// Why the last of them were lost.
        var cause: StorageFault?
        /// How many numbers were lost since the boot.
        var count: UInt64 = 0
    }

    private let state = Mutex(State())
    /// Held from taking a gap until its record is queued, so that closing finds each gap in one
    /// place or the other.
    private let naming = Mutex(())

    /// Whether durable records name every lost number.
    var areNamed: Bool { state.withLock { $0.waiting.isEmpty && $0.named.isEmpty } }

    func add(_ records: ArraySlice<PendingRecord>) {
        guard let first = records.first?.sequence, let last = records.last?.sequence else { return }
        state.withLock { state in
            state.waiting.append(first...last)
            state.count += UInt64(records.count)
        }
        for record in records { noteLost(record.draft) }
    }

    /// A group is rejected for a reason; its records are added when its turn comes.
    func note(_ cause: StorageFault) { state.withLock { $0.cause = cause } }

    /// Why records were lost that no durable record names yet; nil while all are named.
    var cause: StorageFault? { areNamed ? nil : state.withLock { $0.cause } }

    /// How many numbers were lost since the boot.
    var count: UInt64 { state.withLock { $0.count } }

    /// Notes that a record was refused or rejected: if it was an outcome, an access may be open
    /// now.
    func noteLost(_ draft: RecordDraft) {
        guard draft.stage == .complete else { return }
        state.withLock { $0.hasLostOutcomes = true }
    }

    /// Whether there may be started accesses whose outcome was lost.
    var hasLostOutcomes: Bool { state.withLock { $0.hasLostOutcomes } }

    /// Queues a record for every gap that has none yet.
    ///
    /// - Parameter append: queues it under the ticket with ``settle(_:)``; false if it is refused.
    func record(_ append: (ClosedRange<UInt64>, _ ticket: UInt64) -> Bool) {
        naming.withLock { _ in
            for gap in take() where !append(gap, gap.lowerBound) { putBack(gap.lowerBound) }
        }
    }

    /// Adjoining gaps become one.
    private func take() -> [ClosedRange<UInt64>] {
        state.withLock { state in
            var gaps: [ClosedRange<UInt64>] = []
            for gap in state.waiting.sorted(by: { $0.lowerBound < $1.lowerBound }) {
                if let before = gaps.last, before.upperBound + 1 == gap.lowerBound {
                    gaps[gaps.count - 1] = before.lowerBound...gap.upperBound
                } else {
                    gaps.append(gap)
                }
            }
            state.waiting = []
            for gap in gaps { state.named[gap.lowerBound] = gap }
            return gaps
        }
    }

    /// Loses a gap that was about to be named; for simulations, which must notice.
    func forget(_ ticket: UInt64) -> Bool {
        state.withLock { _ = $0.named.removeValue(forKey: ticket) }
        return true
    }

    private func putBack(_ ticket: UInt64) {
        state.withLock { state in
            if let gap = state.named.removeValue(forKey: ticket) { state.waiting.append(gap) }
        }
    }

    func settle(_ settlements: [Settlement]) {
        for settlement in settlements {
            settlement.forEach { ticket, fate in
                switch fate {
                case .recorded: _ = state.withLock { $0.named.removeValue(forKey: ticket) }
                case .rejected, .poisoned, .refused: putBack(ticket)
                }
            }
        }
    }
}
