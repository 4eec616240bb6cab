// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Disclosures
import LogReading
import Merkle
import Outputs
import RecordForms
import Synchronization

/// A receiver that does what a test says, and keeps what it was given.
final class ScriptedReceiver: Sendable {
    struct State {
        /// Indices in the order in which they were taken.
        var taken: [UInt64] = []
        /// Those of which it was shown personal values.
        var shown: [UInt64] = []
        /// Every attempt, taken or not: how many records it had.
        var attempts: [Int] = []
        /// What is wrong with the receiver; nil: nothing.
        var failure: OutputFailure?
        /// Records that it does not take.
        var unwanted: @Sendable (UInt64) -> Bool = { _ in false }
        /// Of each request, it leaves out so many records without saying which.
        var leavesOut: UInt64?
        /// It fails once after so many records.
        var failsAfter: Int?
        /// Whether it answers; otherwise `confirmed` counts.
        var answers = true
        var confirmed: UInt64?
        var opened: [UInt64] = []
        var closed = 0
    }

    private let state = Mutex(State())

    func with<Value>(_ body: (inout sending State) -> sending Value) -> Value {
        state.withLock { body(&$0) }
    }

    var taken: [UInt64] { state.withLock { $0.taken } }

    /// The way to it.
    func sender() -> any OutputSender { ScriptedSender(self) }

    fileprivate func take(_ records: ArraySlice<OutputRecord>) -> OutputAnswer {
        state.withLock { state in
            state.attempts.append(records.count)
            state.shown += records.filter(\.showsValues).map(\.index.value)
            if let failure = state.failure {
                return OutputAnswer(settled: 0, .failed(failure), bytes: 0)
            }
            let indices = records.map(\.index.value)
            if indices.contains(where: state.unwanted) {
                let refusal = OutputRefusal(status: "400", reason: "unwanted")
                return OutputAnswer(settled: 0, .refused(refusal), bytes: 0)
            }
            if let most = state.failsAfter, indices.count >= most {
                state.failsAfter = nil
                state.taken += indices.prefix(most)
                return OutputAnswer(
                    settled: most, .failed(OutputFailure(.disconnected, "gone")), bytes: 1)
            }
            state.taken += indices
            if let count = state.leavesOut, let first = indices.first, let last = indices.last {
                let refusal = OutputRefusal(
                    status: "partial", reason: "2 of them", count: count, among: first...last)
                return OutputAnswer(
                    settled: indices.count, refused: [(0, refusal)], .done, bytes: 1)
            }
            return OutputAnswer(settled: indices.count, .done, bytes: UInt64(indices.count))
        }
    }
}

extension OutputRecord {
    fileprivate var showsValues: Bool {
        groups.values.contains { if case .opened(_) = $0 { true } else { false } }
    }
}

private final class ScriptedSender: OutputSender {
    private let receiver: ScriptedReceiver

    init(_ receiver: ScriptedReceiver) { self.receiver = receiver }

    var confirmsLater: Bool { receiver.with { !$0.answers } }

    func open(_ beginning: OutputBeginning) throws(OutputFailure) {
        receiver.with { $0.opened.append(beginning.first.value) }
    }

    func send(_ records: ArraySlice<OutputRecord>, at uptime: Duration) -> OutputAnswer {
        receiver.take(records)
    }

    func delivered(at uptime: Duration) throws(OutputFailure) -> LeafIndex? {
        receiver.with { $0.answers ? nil : $0.confirmed.map { LeafIndex($0) } }
    }

    func preview(_ record: OutputRecord) -> [UInt8] { record.line(.native) }

    func check() throws(OutputFailure) {}

    func close() { receiver.with { $0.closed += 1 } }
}
