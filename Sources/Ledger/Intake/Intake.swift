// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import Dispatch
internal import Synchronization

/// The queue between the event loops and the writer.
///
/// ```text
/// event loop                       writer
/// lock, number, append, unlock
/// signal if it sleeps              wake
///                                  lock, swap whole queue, unlock
///                                  sequence, hash, write, sync
/// ```
///
/// A slow disk lengthens the next group and stops nobody; what may wait is bounded in bytes.
final class Intake: Sendable {
    private struct State {
        /// Waiting records, oldest first.
        var waiting: [PendingRecord] = []
        var waitingBytes = 0
        var tallies = ProducerTallies()
        var writerSleeps = false
        var isClosed = false
        var poisoned: LogPoisoned?

        /// Whether the writer has to be woken; it is, then.
        mutating func wakesWriter() -> Bool {
            guard writerSleeps, !waiting.isEmpty else { return false }
            writerSleeps = false
            return true
        }
    }

    private let state = Mutex(State())
    private let wakeUp = DispatchSemaphore(value: 0)
    private let mostWaitingBytes: Int
    private let encodedOrigin: [UInt8]

    /// - Parameter encodedOrigin: the log's name as a JSON string.
    init(mostWaitingBytes: Int, encodedOrigin: [UInt8]) {
        self.mostWaitingBytes = mostWaitingBytes
        self.encodedOrigin = encodedOrigin
    }

    /// Queues one record and gives it the producer's next sequence number.
    ///
    /// - Parameter waking: whether a sleeping writer is woken for it; otherwise ``wake()`` has to follow.
    func append(
        _ draft: RecordDraft, tally: Tally, port: PortID, ticket: UInt64, waking: Bool = true
    ) throws(AppendRefusal) {
        let size = draft.completedSize(encodedOrigin: encodedOrigin)
        guard size <= RecordDraft.largestLeaf else { throw .tooLarge }
        let verdict = state.withLock { state -> Result<Bool, AppendRefusal> in
            if let poisoned = state.poisoned { return .failure(.poisoned(poisoned)) }
            guard !state.isClosed else { return .failure(.closed) }
            guard state.waitingBytes + size <= mostWaitingBytes else { return .failure(.backlog) }
            state.tallies.throughSequence += 1
            state.tallies[tally] += 1
            state.waitingBytes += size
            state.waiting.append(
                PendingRecord(
                    draft: draft, sequence: state.tallies.throughSequence, port: port,
                    ticket: ticket))
            return .success(waking && state.wakesWriter())
        }
        if try verdict.get() { wakeUp.signal() }
    }

    /// Wakes the writer if it sleeps while records wait.
    func wake() {
        if state.withLock({ $0.wakesWriter() }) { wakeUp.signal() }
    }

    /// Whether the log takes records now.
    func check() throws(AppendRefusal) {
        if let refusal { throw refusal }
    }

    /// Why the log takes no records now; nil while it does.
    var refusal: AppendRefusal? {
        state.withLock { state in
            if let poisoned = state.poisoned { return .poisoned(poisoned) }
            guard !state.isClosed else { return .closed }
            return state.waitingBytes < mostWaitingBytes ? nil : .backlog
        }
    }

    /// Takes everything that waits, sleeping while nothing does; nil once closed and empty.
    ///
    /// - Parameter empty: an empty array whose storage becomes the next queue.
    func take(replacing empty: consuming [PendingRecord]) -> [PendingRecord]? {
        var spare = empty
        while true {
            let closed = state.withLock { state -> Bool in
                if state.waiting.isEmpty {
                    state.writerSleeps = !state.isClosed
                    return state.isClosed
                }
                swap(&state.waiting, &spare)
                state.waitingBytes = 0
                return false
            }
            if !spare.isEmpty { return spare }
            if closed { return nil }
            wakeUp.wait()
        }
    }

    /// Takes everything that waits now, without sleeping; for a ledger that has no writer's thread.
    func takeWaiting() -> [PendingRecord] {
        state.withLock { state in
            defer {
                state.waiting = []
                state.waitingBytes = 0
            }
            return state.waiting
        }
    }

    /// Counts of everything queued so far.
    var tallies: ProducerTallies { state.withLock { $0.tallies } }

    var waitingBytes: Int { state.withLock { $0.waitingBytes } }

    /// Refuses further records; what waits is still written.
    func close() {
        let sleeps = state.withLock { state in
            state.isClosed = true
            defer { state.writerSleeps = false }
            return state.writerSleeps
        }
        if sleeps { wakeUp.signal() }
    }

    /// Refuses everything from now on and returns what was waiting.
    func poison(_ cause: LogPoisoned) -> [PendingRecord] {
        state.withLock { state in
            // The first cause stays: what follows is its consequence.
            if state.poisoned == nil { state.poisoned = cause }
            defer { state.waiting = [] }
            state.waitingBytes = 0
            return state.waiting
        }
    }

    var poisoned: LogPoisoned? { state.withLock { $0.poisoned } }
}
