// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import Synchronization

/// Producer sequence numbers that were given and then lost with a rejected group.
///
/// `GapsAreRecorded`: they are named by an `audit.gap` record as soon as the log takes records again. A gap is
/// forgotten only once the record that names it is durable: that record can be rejected, too.
final class Gaps: ReplyPort {
    struct Gap: Hashable, Sendable {
        var first: UInt64
        var last: UInt64
        var cause: StorageFault
    }

    private struct State {
        /// Named by no record yet.
        var waiting: [Gap] = []
        /// Named by records that are on their way, by ticket.
        var named: [UInt64: Gap] = [:]
        var hasLostOutcomes = false
    }

    private let state = Mutex(State())
    /// Held from taking a gap to queueing its record, so that closing finds each gap in one place or the other.
    private let naming = Mutex(())

    func add(_ records: ArraySlice<PendingRecord>, cause: GroupRejected) {
        guard let first = records.first?.sequence, let last = records.last?.sequence else { return }
        state.withLock {
            $0.waiting.append(Gap(first: first, last: last, cause: cause.cause))
        }
        for record in records { noteLost(record.draft) }
    }

    /// Notes that a record was refused or rejected: where it was an outcome, an access may be open now.
    func noteLost(_ draft: RecordDraft) {
        guard draft.stage == .complete else { return }
        state.withLock { $0.hasLostOutcomes = true }
    }

    /// Whether there may be accesses that were started, and whose outcome was lost.
    var hasLostOutcomes: Bool { state.withLock { $0.hasLostOutcomes } }

    /// Queues a record for every gap that none names yet.
    ///
    /// - Parameter append: queues it under the ticket with ``settle(_:)``; false where it is refused.
    func record(_ append: (Gap, _ ticket: UInt64) -> Bool) {
        naming.withLock { _ in
            for gap in take() where !append(gap, gap.first) { putBack(gap.first) }
        }
    }

    /// Neighbouring gaps of one cause become one.
    private func take() -> [Gap] {
        state.withLock { state in
            var gaps: [Gap] = []
            for gap in state.waiting.sorted(by: { $0.first < $1.first }) {
                if let before = gaps.last, before.last + 1 == gap.first, before.cause == gap.cause {
                    gaps[gaps.count - 1].last = gap.last
                } else {
                    gaps.append(gap)
                }
            }
            state.waiting = []
            for gap in gaps { state.named[gap.first] = gap }
            return gaps
        }
    }

    private func putBack(_ ticket: UInt64) {
        state.withLock { state in
            if let gap = state.named.removeValue(forKey: ticket) { state.waiting.append(gap) }
        }
    }

    func settle(_ outcomes: [Settlement]) {
        for settlement in outcomes {
            switch settlement.outcome {
            case .recorded: _ = state.withLock { $0.named.removeValue(forKey: settlement.ticket) }
            case .rejected, .poisoned: putBack(settlement.ticket)
            }
        }
    }
}
