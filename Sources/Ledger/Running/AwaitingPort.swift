// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// The port of records that a task waits for: it is suspended meanwhile, and holds no thread.
final class AwaitingPort: ReplyPort {
    fileprivate struct Wait {
        let tickets: Range<UInt64>
        /// How many of them are not settled yet.
        var missing: Int
        /// What became of the first that was not recorded.
        var failure: RecordFate?
        let end: CheckedContinuation<RecordFate?, Never>
    }

    private struct State {
        var next: UInt64 = 0
        var waits: [Wait] = []
    }

    private let state = Mutex(State())

    /// Begins to wait for records that are about to be queued; `end` is resumed once all of them are settled.
    ///
    /// - Returns: their tickets.
    func wait(for count: Int, end: CheckedContinuation<RecordFate?, Never>) -> Range<UInt64> {
        state.withLock { state in
            let tickets = state.next..<state.next + UInt64(count)
            state.next = tickets.upperBound
            state.waits.append(Wait(tickets: tickets, missing: count, failure: nil, end: end))
            return tickets
        }
    }

    func settle(_ settlements: [Settlement]) {
        let over = state.withLock { state in
            for settlement in settlements {
                settlement.forEach { ticket, outcome in state.waits.note(outcome, of: ticket) }
            }
            let over = state.waits.filter { $0.missing == 0 }
            state.waits.removeAll { $0.missing == 0 }
            return over
        }
        for wait in over { wait.end.resume(returning: wait.failure) }
    }
}

extension [AwaitingPort.Wait] {
    /// A record that one of these waits for is settled.
    fileprivate mutating func note(_ outcome: RecordFate, of ticket: UInt64) {
        guard let place = firstIndex(where: { $0.tickets.contains(ticket) }) else { return }
        self[place].missing -= 1
        if case .recorded = outcome { return }
        if self[place].failure == nil { self[place].failure = outcome }
    }
}
