// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
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
        /// How many waiting records wake the writer; nil: it is awake.
        var wakesAt: Int?
        /// The length of the queue that was taken last.
        var lastCount = 16
        var isClosed = false
        var poisoned: LogPoisoned?
        /// Whether the last group found no room on the disk.
        var lacksRoom = false

        /// Why this many more bytes are not taken; nil: they are.
        func objection(to bytes: Int, most: Int) -> AppendRefusal? {
            if let poisoned { return .poisoned(poisoned) }
            guard !isClosed else { return .closed }
            return waitingBytes + bytes <= most ? nil : .backlog
        }

        /// Whether the writer has to be woken; it counts as awake from then on.
        mutating func wakesWriter() -> Bool {
            guard let wakesAt, waiting.count >= wakesAt else { return false }
            self.wakesAt = nil
            return true
        }
    }

    private let state = Mutex(State())
    /// Whether ``refusal`` is nil, for whoever asks for every record.
    private let isTaking = Atomic<Bool>(true)
    /// Whether that is so and the last group found room, for whoever asks for every request.
    private let isPermitting = Atomic<Bool>(true)
    private let wakeUp = Signal()
    private let mostWaitingBytes: Int
    /// The log's name as a JSON string.
    let encodedOrigin: [UInt8]

    /// - Parameter encodedOrigin: the log's name as a JSON string.
    init(mostWaitingBytes: Int, encodedOrigin: [UInt8]) {
        self.mostWaitingBytes = mostWaitingBytes
        self.encodedOrigin = encodedOrigin
    }

    /// Queues one record and gives it the producer's next sequence number.
    ///
    /// - Parameter waking: whether a sleeping writer is woken for it; otherwise ``wake()`` must
    ///   follow.
    func append(
        _ draft: RecordDraft, tally: Tally, port: PortID, ticket: UInt64, waking: Bool = true
    ) throws(AppendRefusal) {
        let size = draft.completedSize(encodedOrigin: encodedOrigin)
        guard size <= RecordDraft.largestLeaf else { throw .tooLarge }
        let verdict = state.withLock { state -> Result<Bool, AppendRefusal> in
            if let objection = state.objection(to: size, most: mostWaitingBytes) {
                return .failure(objection)
            }
            defer { note(&state) }
            state.tallies.throughSequence += 1
            state.tallies[tally] += 1
            state.waitingBytes += size
            state.waiting.append(
                PendingRecord(
                    draft: draft, sequence: state.tallies.throughSequence, port: port,
                    ticket: ticket, leafBytes: size))
            return .success(waking && state.wakesWriter())
        }
        if try verdict.get() { wakeUp.signal() }
    }

    /// Queues a whole batch, gives it the producer's next sequence numbers and wakes the writer.
    ///
    /// - Returns: why nothing of it is queued; nil: it is queued, and the batch empty.
    func append(_ batch: inout RecordBatch) -> AppendRefusal? {
        guard batch.count > 0 else { return nil }
        batch.finishText()
        let (refusal, wakes) = state.withLock { state -> (AppendRefusal?, Bool) in
            if let objection = state.objection(
                to: batch.leafBytes, most: mostWaitingBytes)
            {
                return (objection, false)
            }
            defer { note(&state) }
            batch.number(from: state.tallies.throughSequence + 1)
            state.tallies.add(batch.tallies, records: batch.count)
            state.waitingBytes += batch.leafBytes
            // One loop hands over at a time, and the writer has usually taken everything: no record
            // is copied.
            if state.waiting.isEmpty {
                swap(&state.waiting, &batch.records)
            } else {
                state.waiting.append(contentsOf: batch.records)
            }
            return (nil, state.wakesWriter())
        }
        if let refusal { return refusal }
        batch.clear()
        if wakes { wakeUp.signal() }
        return nil
    }

    /// The state has changed: updates what is read without the lock.
    private func note(_ state: inout State) {
        let isTaking = state.objection(to: 1, most: mostWaitingBytes) == nil
        self.isTaking.store(isTaking, ordering: .releasing)
        isPermitting.store(isTaking && !state.lacksRoom, ordering: .releasing)
    }

    /// Whether what is recorded later can be expected to find room; if not, the next record shows
    /// whether there is some again.
    ///
    /// One atomic load if it can.
    func permits() throws(AppendRefusal) -> Bool {
        guard !isPermitting.load(ordering: .relaxed) else { return true }
        let (refusal, lacksRoom) = state.withLock {
            ($0.objection(to: 1, most: mostWaitingBytes), $0.lacksRoom)
        }
        if let refusal { throw refusal }
        return !lacksRoom
    }

    /// A group found no room on the disk.
    func lackRoom() {
        state.withLock { state in
            state.lacksRoom = true
            note(&state)
        }
    }

    /// A group was written.
    func foundRoom() {
        guard !isPermitting.load(ordering: .relaxed) else { return }
        state.withLock { state in
            state.lacksRoom = false
            note(&state)
        }
    }

    /// Wakes the writer if it sleeps while records wait.
    func wake() {
        if state.withLock({ $0.wakesWriter() }) { wakeUp.signal() }
    }

    /// Whether the log takes records now.
    ///
    /// One atomic load if it does. Fails closed: what is refused meanwhile is refused at the
    /// hand-over.
    func check() throws(AppendRefusal) {
        guard !isTaking.load(ordering: .acquiring) else { return }
        if let refusal { throw refusal }
    }

    /// Why the log takes no records now; nil while it does.
    var refusal: AppendRefusal? {
        state.withLock { $0.objection(to: 1, most: mostWaitingBytes) }
    }

    /// How many records wait.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Sleeps until this many records wait, or until a time; less if it is nudged.
    ///
    /// - Returns: false once there is nothing to wait for any more: closed and empty, or poisoned.
    func wait(for count: Int, until deadline: ContinuousClock.Instant?) -> Bool {
        let (isOver, sleeps) = state.withLock { state in
            let isOver = state.poisoned != nil || state.isClosed && state.waiting.isEmpty
            // Once closed, nothing more comes: then only the time matters.
            let sleeps =
                state.poisoned == nil && state.waiting.count < count
                && !(state.isClosed && deadline == nil)
            state.wakesAt = sleeps ? count : nil
            return (isOver, sleeps)
        }
        if sleeps {
            wakeUp.wait(until: deadline)
            state.withLock { $0.wakesAt = nil }
        }
        return !isOver
    }

    /// Makes a sleeping writer look again.
    func nudge() { wakeUp.signal() }

    /// Takes everything that waits now, without sleeping.
    func takeWaiting() -> [PendingRecord] {
        var spare: [PendingRecord] = []
        // As long as the last queue, so that the next one grows without being copied.
        spare.reserveCapacity(state.withLock { $0.lastCount })
        state.withLock { state in
            swap(&state.waiting, &spare)
            state.lastCount = max(16, spare.count)
            state.waitingBytes = 0
            note(&state)
        }
        return spare
    }

    /// Counts of everything queued so far.
    var tallies: ProducerTallies { state.withLock { $0.tallies } }

    /// What waits for the writer now.
    var waitingSize: (bytes: Int, records: Int) {
        state.withLock { ($0.waitingBytes, $0.waiting.count) }
    }

    /// Refuses further records; what waits is still written.
    func close() {
        let sleeps = state.withLock { state in
            state.isClosed = true
            note(&state)
            defer { state.wakesAt = nil }
            return state.wakesAt != nil
        }
        if sleeps { wakeUp.signal() }
    }

    /// Refuses everything from now on and returns what was waiting.
    func poison(_ cause: LogPoisoned) -> [PendingRecord] {
        let (waiting, sleeps) = state.withLock { state in
            // The first cause is kept: what follows is its consequence.
            if state.poisoned == nil { state.poisoned = cause }
            defer {
                state.waiting = []
                state.waitingBytes = 0
                state.wakesAt = nil
                note(&state)
            }
            return (state.waiting, state.wakesAt != nil)
        }
        if sleeps { wakeUp.signal() }
        return waiting
    }

    var poisoned: LogPoisoned? { state.withLock { $0.poisoned } }
}
