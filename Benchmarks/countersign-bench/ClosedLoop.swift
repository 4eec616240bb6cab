// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import Dispatch
import Ledger
import Synchronization

/// Writers that each wait for their record before they append the next: one thread acts for all.
final class ClosedLoop: ReplyPort {
    private struct State {
        var ready: [UInt64] = []
        var latencies: [UInt64] = []
        var failure: String?
    }

    private let state = Mutex(State())
    private let settled = DispatchSemaphore(value: 0)
    /// When each writer appended its record.
    private let started: Mutex<[UInt64]>
    private let writers: Int

    init(writers: Int) {
        self.writers = writers
        started = Mutex(Array(repeating: 0, count: writers))
    }

    func settle(_ outcomes: [Settlement]) {
        let now = Stopwatch.now
        let started = started.withLock { $0 }
        state.withLock { state in
            for settlement in outcomes {
                settlement.forEach { ticket, outcome in
                    guard case .recorded = outcome else {
                        state.failure = "\(outcome)"
                        return
                    }
                    state.latencies.append(now - started[Int(ticket)])
                    state.ready.append(ticket)
                }
            }
        }
        settled.signal()
    }

    /// Appends for this many seconds; returns how many a second, and the waits in ascending order.
    func run(
        on ledger: Ledger, drafts: [RecordDraft], seconds: Double
    ) throws -> (rate: Double, latencies: [UInt64]) {
        let port = ledger.addPort(self)
        let start = Stopwatch.now
        let end = start + UInt64(seconds * 1e9)
        var ready = (0..<UInt64(writers)).map { $0 }
        var inFlight = 0
        var batch = ledger.batch(for: port)
        while true {
            let now = Stopwatch.now
            let goesOn = now < end
            if goesOn {
                started.withLock { started in
                    for ticket in ready { started[Int(ticket)] = now }
                }
                for ticket in ready {
                    try batch.append(
                        drafts[Int(ticket) % drafts.count], tally: .allowed, ticket: ticket)
                }
                inFlight += ready.count
                ledger.handOver(&batch)
            }
            guard inFlight > 0 else { break }
            settled.wait()
            ready = state.withLock { state in
                defer { state.ready = [] }
                return state.ready
            }
            inFlight -= ready.count
        }
        let took = Double(Stopwatch.now - start) / 1e9
        return try state.withLock { state in
            if let failure = state.failure { throw BenchFault.stopped(failure) }
            return (Double(state.latencies.count) / took, state.latencies.sorted())
        }
    }
}
