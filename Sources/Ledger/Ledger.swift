// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
package import AuditRecords
package import ByteCoding
package import Disclosures
internal import Dispatch
internal import Merkle
package import SignedNotes
internal import Synchronization

/// The log of one proxy: takes encoded records from event loops, and notifies them when each is
/// durable.
///
/// ## The guarantee
/// `DurableBeforeAcknowledged`: a record that is settled as ``RecordFate/recorded(_:)`` is on stable
/// storage and covered by a durably stored signed checkpoint. Not with ``LogDurability/written``,
/// as the log itself says: then the kernel has both, and the disk soon after.
///
/// ## Threads
/// `ledger` sequences, writes and syncs groups; while a slow disk syncs one, `ledger-2` does the same for the next.
/// (With ``LogDurability/written``, there is `ledger-sync` in its place, which syncs what `ledger` writes.)
/// `housekeeper` applies groups to their files, publishes checkpoints and records heartbeats. Event loops only lock the queue
/// for a few instructions. What the threads do is in `Ledger+Work.swift`; simulations call that themselves.
package final class Ledger: Sendable {
    /// Who is who, and which key seals their values.
    package let subjects: SubjectDirectory
    /// This start of the producer.
    package let boot: UniqueID
    /// The `producer` object of every record of this boot.
    package let producer: EncodedProducer
    /// Makes the ids of everything that this boot records.
    package let identifiers = UniqueIDSequence()
    /// What opening did.
    package let recovery: RecoveryReport
    /// What the proxy counts for the heartbeat.
    package let counters = AccessCounters()

    private let storage: any LedgerStorage
    let options: LedgerOptions
    let clock: LedgerClock
    let intake: Intake
    let ports: PortTable
    let publisher: Publisher
    let writer: GroupWriter
    let gaps = Gaps()
    let accesses: OpenAccesses
    let privacy: PrivacyDesk
    let unattended: PortID
    let gapsID: PortID
    private let waiting = WaitingPort()
    private let waitingID: PortID
    private let awaiting = AwaitingPort()
    private let awaitingID: PortID
    let board: StatusBoard
    let meters: LedgerMeters
    let housekeeping: DispatchSemaphore
    /// One for each writer's thread, signalled when its turn comes.
    let turns = [Signal(), Signal()]
    /// Whether there are no more turns.
    let turnsAreOver = Atomic<Bool>(false)
    /// Whether the ledger does its work itself.
    private let hasThreads: Bool
    private let threads = Mutex<Threads?>(nil)
    /// The keys that sign now, the newest first.
    let signing: Mutex<[NoteVerifierKey]>
    let closing = Atomic<Bool>(false)
    let ids: Mutex<BufferedRandomness>

    /// Opens the log in storage, or begins a new one, and records the start.
    ///
    /// Returns once the `log.start` record is durable, and an outcome for every access that an
    /// earlier boot left without one.
    ///
    /// - Parameter signers: the log's keys, the first of them its own; all sign.
    package static func open(
        _ storage: any LedgerStorage, signers: [NoteSigner], options: LedgerOptions,
        clock: LedgerClock, randomness: consuming BufferedRandomness
    ) throws(OpenFault) -> Ledger {
        try open(
            storage, signers: signers, options: options, clock: clock, randomness: randomness,
            hasThreads: true)
    }

    /// The same without threads: the caller does the ledger's work, a turn at a time.
    package static func openWithoutThreads(
        _ storage: any LedgerStorage, signers: [NoteSigner], options: LedgerOptions,
        clock: LedgerClock, randomness: consuming BufferedRandomness
    ) throws(OpenFault) -> Ledger {
        try open(
            storage, signers: signers, options: options, clock: clock, randomness: randomness,
            hasThreads: false)
    }

    private static func open(
        _ storage: any LedgerStorage, signers: [NoteSigner], options: LedgerOptions,
        clock: LedgerClock, randomness: consuming BufferedRandomness, hasThreads: Bool
    ) throws(OpenFault) -> Ledger {
        let disk = OpeningStorage(storage: storage)
        var (recovered, secret) = try recover(
            disk, signers: signers, options: options, randomness: &randomness)
        let meters = LedgerMeters()
        let housekeeping = DispatchSemaphore(value: 0)
        let publisher = Publisher(
            storage: storage, gate: options.gate, meters: meters,
            journalLength: recovered.checkpointJournalLength,
            flushedThrough: recovered.position.nextFrame - 1,
            published: PublishedFacts(
                count: UInt64(recovered.checkpointCount), size: recovered.publishedSize.count),
            passed: { housekeeping.signal() })
        let stateSlot = try publish(recovered, through: publisher, on: disk)
        try destroyErased(in: &recovered, on: disk)
        let ledger = Ledger(
            storage: storage, signers: signers, options: options, clock: clock,
            recovered: recovered, publisher: publisher, housekeeping: housekeeping,
            meters: meters, secret: secret, randomness: randomness, hasThreads: hasThreads,
            stateSlot: stateSlot)
        ledger.startThreads()
        do throws(OpenFault) {
            try ledger.recordStart(recovered)
            ledger.accesses.begin()
            // SaidBeforeDone: the start that says so is durable by now.
            if options.durability == .written { ledger.writer.acknowledgeWritten() }
        } catch {
            ledger.abandon()
            throw error
        }
        return ledger
    }

    private init(
        storage: any LedgerStorage, signers: [NoteSigner], options: LedgerOptions,
        clock: LedgerClock, recovered: RecoveredLog, publisher: Publisher,
        housekeeping: DispatchSemaphore, meters: LedgerMeters,
        secret: [UInt8], randomness: consuming BufferedRandomness, hasThreads: Bool, stateSlot: Int
    ) {
        self.storage = storage
        self.options = options
        self.hasThreads = hasThreads
        signing = Mutex(signers.map(\.verifierKey))
        accesses = OpenAccesses(heartbeatRecords: options.heartbeatRecords)
        privacy = PrivacyDesk(recovered.privacy)
        self.clock = clock
        self.publisher = publisher
        self.housekeeping = housekeeping
        self.meters = meters
        recovery = recovered.facts
        boot = identifiers.next(at: clock.now(), random: randomness.word())
        ids = Mutex(randomness.split())
        producer = EncodedProducer(uid: options.producer, boot: boot)
        var encodedOrigin: [UInt8] = []
        CanonicalJSON.append(string: options.origin.text.utf8, to: &encodedOrigin)
        intake = Intake(
            mostWaitingBytes: options.mostWaitingBytes, encodedOrigin: encodedOrigin)
        ports = PortTable()
        unattended = ports.add(UnattendedPort())
        waitingID = ports.add(waiting)
        awaitingID = ports.add(awaiting)
        gapsID = ports.add(gaps)
        board = StatusBoard(
            LedgerStatus(size: recovered.position.size, checkpoint: recovered.checkpoint))
        let sealing = GroupSealing(
            periods: recovered.periods, savedSubjects: recovered.savedSubjects,
            start: clock.now(), randomness: randomness.split())
        subjects = SubjectDirectory(
            keys: recovered.subjects, secret: secret, randomness: randomness)
        writer = GroupWriter(
            storage: storage, publisher: publisher, ports: ports, gaps: gaps,
            accesses: accesses, board: board, meters: meters, intake: intake, clock: clock,
            sequencer: Sequencer(
                position: recovered.position, origin: options.origin, signers: signers,
                sealing: sealing),
            commitJournalBytes: options.commitJournalBytes,
            mostGroupBytes: options.mostGroupBytes, overlapsFrom: options.overlapsFrom,
            mostUnsynced: options.mostUnsynced, stateSlot: stateSlot, waits: hasThreads)
    }

    private func startThreads() {
        guard hasThreads else { return }
        threads.withLock { threads in
            threads = Threads(
                writers: [
                    DedicatedThread(name: "ledger") { self.runWriter(0) },
                    options.durability == .synced
                        ? DedicatedThread(name: "ledger-2") { self.runWriter(1) }
                        : DedicatedThread(name: "ledger-sync") { self.runSyncer() },
                ],
                housekeeper: DedicatedThread(name: "housekeeper") { self.runHousekeeper() })
        }
    }

    private struct Threads {
        let writers: [DedicatedThread]
        let housekeeper: DedicatedThread
    }

    // MARK: Appending

    /// Registers where an event loop wants to be notified.
    package func addPort(_ port: any ReplyPort) -> PortID { ports.add(port) }

    /// Queues a record; its port learns its outcome under `ticket`.
    ///
    /// - Parameter waking: whether the writer begins at once; otherwise ``wakeWriter()`` must
    ///   follow soon.
    package func append(
        _ draft: RecordDraft, tally: Tally, port: PortID, ticket: UInt64, waking: Bool = true
    ) throws(AppendRefusal) {
        do {
            try intake.append(draft, tally: tally, port: port, ticket: ticket, waking: waking)
        } catch {
            gaps.noteLost(draft)
            throw error
        }
    }

    /// An empty batch whose outcomes go to a port.
    package func batch(for port: PortID) -> RecordBatch {
        RecordBatch(port: port, encodedOrigin: intake.encodedOrigin)
    }

    /// Queues all records of a batch and wakes the writer; the batch is empty afterwards. If the
    /// log takes none, the batch's port is told so under every ticket.
    package func handOver(_ batch: inout RecordBatch) {
        guard let refusal = intake.append(&batch) else { return }
        for record in batch.records { gaps.noteLost(record.draft) }
        ports.settle(batch.records[...], as: .refused(refusal))
        batch.clear()
    }

    /// Starts the writer on what was queued without waking it.
    package func wakeWriter() { intake.wake() }

    /// The ledger's word that it takes records now, for an access that is recorded when complete.
    ///
    /// - Returns: nil while groups find no room on the disk: then only a record shows whether the
    ///   next one does.
    package func permit() throws(AppendRefusal) -> RecordingPermit? {
        try intake.permits() ? RecordingPermit() : nil
    }

    /// Whether a record that comes now can be expected to become durable.
    package var takesRecords: Bool {
        do throws(AppendRefusal) { return try intake.permits() } catch { return false }
    }

    /// Whether records are queued now. One atomic load if they are.
    func checkTaking() throws(AppendRefusal) { try intake.check() }

    /// Queues a record and blocks the calling thread until it is settled. Never on an event loop.
    package func appendAndWait(
        _ draft: RecordDraft, tally: Tally
    ) throws(AppendRefusal) -> RecordFate {
        try waiting.wait { ticket throws(AppendRefusal) in
            try intake.append(draft, tally: tally, port: waitingID, ticket: ticket)
        } work: {
            while !hasThreads, writeWaiting() {}
        }
    }

    /// Queues records of the proxy's own actions, and suspends until each is settled.
    ///
    /// - Returns: what became of the first that is not recorded; nil: all are durable.
    package func record(_ records: [SystemRecord]) async -> RecordFate? {
        guard !records.isEmpty else { return nil }
        return await withCheckedContinuation { end in
            let tickets = awaiting.wait(for: records.count, end: end)
            var batch = batch(for: awaitingID)
            do throws(AppendRefusal) {
                for (record, ticket) in zip(records, tickets) {
                    try batch.append(
                        record.draft(producer: producer), tally: .uncounted, ticket: ticket)
                }
            } catch {
                return awaiting.settle([Settlement(tickets, .refused(error))])
            }
            handOver(&batch)
        }
    }

    /// How far the log has come, for whoever follows it.
    package var feed: LogFeed { board.feed }

    /// The log's status.
    package var status: LedgerStatus {
        var status = board.current
        status.poisoned = intake.poisoned
        status.durability = options.durability
        (status.waitingBytes, status.waitingRecords) = intake.waitingSize
        status.tallies = intake.tallies
        return status
    }

    /// Records the stop, waits for everything queued, publishes, and ends the threads.
    ///
    /// - Returns: why the log had stopped earlier, if it had.
    package func close() -> LogPoisoned? {
        guard !closing.exchange(true, ordering: .sequentiallyConsistent) else {
            return intake.poisoned
        }
        let running = threads.withLock { threads in
            defer { threads = nil }
            return threads
        }
        // What is being done about personal values is done first.
        privacy.turn.withLock { _ in }
        housekeeping.signal()
        running?.housekeeper.join()
        if recordLast() { recordStop() }
        intake.close()
        for writer in running?.writers ?? [] { writer.join() }
        while !hasThreads, writeWaiting() {}
        while !hasThreads, syncWritten() {}
        flush()
        board.feed.close()
        // Whoever still refers to this ledger must not keep the next process out of the log.
        storage.close()
        return intake.poisoned
    }

    /// Ends the threads of a start that was not recorded: a boot without `log.start` records nothing.
    private func abandon() {
        closing.store(true, ordering: .sequentiallyConsistent)
        let running = threads.withLock { threads in
            defer { threads = nil }
            return threads
        }
        intake.close()
        board.feed.close()
        housekeeping.signal()
        running?.housekeeper.join()
        for writer in running?.writers ?? [] { writer.join() }
        storage.close()
    }
}
