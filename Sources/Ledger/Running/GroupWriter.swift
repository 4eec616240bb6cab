// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import Merkle
internal import SignedNotes

/// Carries out what the ``Sequencer`` decides, one group after another, on whichever thread calls it.
///
/// ```text
/// sequence   leaves, hashes, seal, sign
/// reserve    room in every file that the group will touch     no room: rejected, the log lives
/// write      the frame into the commit journal
/// sync       ONE fdatasync                                     fault: poisoned
/// mark       the frame as durable, for readers of the journal  fault: poisoned
/// settle     everybody who waited                              acknowledged = durable and signed
/// remember   the checkpoint in the state file
/// apply      the frame to its places, not synced               fault: poisoned, the frame is safe
/// ```
struct GroupWriter: ~Copyable {
    private let storage: any LedgerStorage
    private let applier: GroupApplier
    private let publisher: Publisher
    private let ports: PortTable
    private let gaps: Gaps
    private let accesses: OpenAccesses
    private let intake: Intake
    private let board: StatusBoard
    private let clock: LedgerClock
    private let mostGroupBytes: Int
    private var sequencer: Sequencer
    private var journal: CommitJournal
    /// The slot of the state file that does not hold the newest checkpoint.
    private var stateSlot: Int

    init(
        storage: any LedgerStorage, publisher: Publisher, ports: PortTable, gaps: Gaps,
        accesses: OpenAccesses,
        board: StatusBoard, intake: Intake,
        clock: LedgerClock, sequencer: consuming Sequencer, commitJournalBytes: Int,
        mostGroupBytes: Int, stateSlot: Int
    ) {
        self.storage = storage
        self.publisher = publisher
        self.ports = ports
        self.gaps = gaps
        self.accesses = accesses
        self.intake = intake
        self.board = board
        self.clock = clock
        self.sequencer = sequencer
        self.mostGroupBytes = mostGroupBytes
        self.stateSlot = stateSlot
        applier = GroupApplier(storage: storage)
        // Opening has published every frame, so the file without the newest one starts anew.
        journal = CommitJournal(
            file: Int(self.sequencer.position.nextFrame % 2), length: 0,
            otherNeedsFlushThrough: nil, capacity: commitJournalBytes)
    }

    var position: LogPosition { sequencer.position }

    /// Has these keys sign every group from the next one on.
    mutating func sign(with signers: [NoteSigner]) { sequencer.sign(with: signers) }

    /// Writes all records, in as many groups as it takes.
    ///
    /// - Returns: whether the last of them was written, not rejected.
    mutating func write(_ records: [PendingRecord]) throws(LogPoisoned) -> Bool {
        var rest = records[...]
        var isTaken = true
        defer { board.rest() }
        while !rest.isEmpty {
            board.begin()
            if let cause = intake.poisoned {
                // PoisonedStaysPoisoned: publishing has failed since these records were taken.
                ports.settle(rest, as: .poisoned(cause))
                throw cause
            }
            let length = sequencer.groupLength(of: rest, mostBytes: mostGroupBytes)
            let action = sequencer.sequence(rest.prefix(length), at: clock.now())
            rest = rest.dropFirst(length)
            do {
                isTaken = try perform(action)
            } catch {
                ports.settle(rest, as: .poisoned(error))
                throw error
            }
        }
        return isTaken
    }

    private mutating func perform(_ first: Sequencer.Action) throws(LogPoisoned) -> Bool {
        var next: Sequencer.Action? = first
        var isTaken = true
        while let action = next {
            next = nil
            switch action {
            case .persist(let group): next = try persist(group)
            case .acknowledge(let group):
                accesses.wrote(group)
                board.show(group)
                ports.settle(group)
                try finish(group)
            case .reject(let group, let cause):
                isTaken = false
                gaps.add(group.records)
                accesses.lost(group.records)
                ports.settle(group.records, as: .rejected(cause))
            case .stop(let group, let cause):
                // PoisonedStaysPoisoned: nothing is queued any more once somebody knows.
                let waiting = intake.poison(cause)
                ports.settle(group.records, as: .poisoned(cause))
                ports.settle(waiting[...], as: .poisoned(cause))
                throw cause
            }
        }
        return isTaken
    }

    private mutating func persist(_ group: PreparedGroup) throws(LogPoisoned) -> Sequencer.Action {
        do throws(StorageFault) {
            try applier.reserve(for: group)
            if !journal.fits(group.frame.count) { try turnJournal(before: group) }
            try storage.reserve(
                .commits(journal.file),
                through: max(
                    journal.capacity,
                    journal.length + group.frame.count + CommitFrame.markLength))
        } catch {
            // Nothing of this group is on the disk. That earlier ones cannot be published is another matter.
            return error.operation == .reserve || error.isPassing
                ? sequencer.groupRejected(error) : sequencer.groupFailed(error)
        }
        do throws(StorageFault) {
            // Crash point C1: the frame is torn. Its checksum says so, and nobody has been answered.
            try storage.write(
                group.frame[...], to: .commits(journal.file), at: journal.length)
            // Crash point C2: the frame is written, not synced. It may be found or not; unanswered.
            try storage.sync(.commits(journal.file))
        } catch {
            // Behind a frame that may be durable, nothing else may take its place.
            return error.operation == .write && error.isPassing
                ? sequencer.groupRejected(error) : sequencer.groupFailed(error)
        }
        // Crash point C3: the group is durable, not applied. Nobody has been answered; opening applies it.
        do throws(StorageFault) {
            // Readers of the directory may show its checkpoint from here on, and no sooner.
            try storage.write(
                CommitFrame.mark(of: group.frame)[...], to: .commits(journal.file),
                at: journal.length + group.frame.count)
        } catch {
            return sequencer.groupFailed(error)
        }
        journal.wrote(group.frame.count)
        return sequencer.groupPersisted()
    }

    private mutating func turnJournal(before group: PreparedGroup) throws(StorageFault) {
        if let needed = journal.otherNeedsFlushThrough, needed > publisher.flushedThrough {
            try publisher.flush()
        }
        journal.turn(
            lastFrame: group.header.number - 1, flushedThrough: publisher.flushedThrough)
    }

    private mutating func finish(_ group: PreparedGroup) throws(LogPoisoned) {
        do throws(StorageFault) {
            // Crash point C4: answered, not applied. The state file may lag one group behind: harmless.
            if let slot = StateSlots.slot(for: group.checkpoint) {
                try storage.write(slot[...], to: .state, at: stateSlot * StateSlots.slotLength)
                stateSlot = (stateSlot + 1) % StateSlots.count
            }
            try applier.applyEvidence(group.header, frame: group.frame)
            // Crash point C5: evidence is in its place, derived files are not; opening makes them anew.
            try applier.applyDerived(group)
        } catch {
            let cause = LogPoisoned(cause: .apply(error))
            let waiting = intake.poison(cause)
            ports.settle(waiting[...], as: .poisoned(cause))
            throw cause
        }
        publisher.applied(group, needsRoomAfter: journal.needsRoomAfter)
    }
}
