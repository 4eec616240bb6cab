// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import LogFormat
internal import Merkle
internal import SignedNotes
internal import Synchronization

/// Brings groups to the disk, on whichever thread calls it: two at a time where the disk is slow.
///
/// ```text
/// turn      sequence   leaves, hashes, seal, sign
///           reserve    room in every file that the group will touch    no room: rejected, the log lives
///           write      the frame into a commit journal file
/// no lock   sync       ONE fdatasync                                    fault: poisoned
/// landing   mark       the frame as durable, for readers                fault: poisoned
///           settle     everybody who waited                             acknowledged = durable and signed
///           remember   the checkpoint in the state file                 fault: poisoned, the frame is safe
///           hand over  to the ``Publisher``, which applies and publishes
/// ```
///
/// Turns and landings each come one after another, in the order of the groups. While one group's frame is being synced, the
/// next turn may write its own into the other journal file: see ``SyncPace`` for when.
final class GroupWriter: Sendable {
    /// A group whose frame is written and not synced.
    struct Departed: Sendable {
        let number: UInt64
        let place: CommitJournal.Place
    }

    private struct Turn: ~Copyable {
        var sequencer: Sequencer
        /// Records that were taken from the intake and are in no group yet.
        var rest: ArraySlice<PendingRecord> = []
        /// The group that found no room last, while nobody knows of any.
        var rejected: PreparedGroup?
    }

    private struct Flight {
        var groups = GroupsUnderWay()
        var journal: CommitJournal
        var pace: SyncPace
        /// The slot of the state file that does not hold the newest checkpoint.
        var stateSlot: Int
        /// Whether a turn waits for a landing.
        var isAwaited = false
        /// Whether the next turn waits for its time.
        var isPaused = false
    }

    private let storage: any LedgerStorage
    private let applier: GroupApplier
    private let publisher: Publisher
    private let ports: PortTable
    private let gaps: Gaps
    private let accesses: OpenAccesses
    private let intake: Intake
    private let board: StatusBoard
    private let meters: LedgerMeters
    private let clock: LedgerClock
    private let mostGroupBytes: Int
    /// Each journal file has room for as much from its first frame on: a sync then has no metadata to write.
    private let commitJournalBytes: Int
    private let turn: Mutex<Turn>
    private let flight: Mutex<Flight>
    /// Signalled at a landing that is awaited.
    private let landing = Signal()
    /// Whether another thread has groups land while this one waits.
    private let waits: Bool

    init(
        storage: any LedgerStorage, publisher: Publisher, ports: PortTable, gaps: Gaps,
        accesses: OpenAccesses, board: StatusBoard, meters: LedgerMeters, intake: Intake,
        clock: LedgerClock, sequencer: consuming Sequencer, commitJournalBytes: Int,
        mostGroupBytes: Int, overlapsFrom: Duration, stateSlot: Int, waits: Bool
    ) {
        self.storage = storage
        self.publisher = publisher
        self.ports = ports
        self.gaps = gaps
        self.accesses = accesses
        self.intake = intake
        self.board = board
        self.meters = meters
        self.clock = clock
        self.mostGroupBytes = mostGroupBytes
        self.commitJournalBytes = commitJournalBytes
        self.waits = waits
        applier = GroupApplier(storage: storage)
        // Opening has published every frame: both files start anew.
        let journal = CommitJournal(
            nextFrame: sequencer.position.nextFrame, capacity: commitJournalBytes)
        flight = Mutex(
            Flight(
                journal: journal, pace: SyncPace(overlapsFrom: overlapsFrom),
                stateSlot: stateSlot))
        turn = Mutex(Turn(sequencer: sequencer))
    }

    /// Does something between two groups; blocks for one turn at most.
    func betweenGroups(_ body: (inout Sequencer) -> Void) {
        turn.withLock { body(&$0.sequencer) }
    }

    /// Whether the disk is slow enough for the next group to begin while one is being synced.
    var overlaps: Bool { flight.withLock { $0.pace.overlaps } }

    /// Whether records were taken from the intake that are in no group yet.
    var hasRest: Bool { turn.withLock { !$0.rest.isEmpty } }

    /// Takes over records from the intake; the ones before are in groups.
    func take(_ records: [PendingRecord]) { turn.withLock { $0.rest = records[...] } }

    /// The turn: makes a group of what was taken over and writes its frame. Its sync has to follow.
    ///
    /// - Parameter most: so many records at most; nil: as many as a group may have.
    /// - Returns: nil where the group was rejected, or the log is poisoned, and everybody told.
    func depart(most: Int? = nil) -> Departed? {
        turn.withLock { turn in
            let begun = ContinuousClock.now
            board.begin(at: begun)
            if let cause = intake.poisoned {
                // PoisonedStaysPoisoned: a sync or publishing has failed since these records were taken.
                tell(&turn, cause)
                return nil
            }
            var length = turn.sequencer.groupLength(of: turn.rest, mostBytes: mostGroupBytes)
            if let most { length = min(length, most) }
            let group = turn.sequencer.sequence(turn.rest.prefix(length), at: clock.now())
            turn.rest = turn.rest.dropFirst(length)
            let written = Result { () throws(Refusal) in try persist(group) }
            return flight.withLock { flight in
                defer { awaken(&flight) }
                guard !flight.groups.isStopped else {
                    // A sync has failed since this turn began.
                    guard let cause = intake.poisoned else {
                        preconditionFailure("PoisonedStaysPoisoned: stopped without a cause")
                    }
                    ports.settle(group.records, as: .poisoned(cause))
                    tell(&turn, cause)
                    return nil
                }
                switch written {
                case .success(nil):
                    preconditionFailure("PoisonedStaysPoisoned: stopped, and goes on")
                case .success(let place?):
                    flight.journal.departed(group.header, from: place)
                    flight.groups.depart(group, from: place)
                    flight.pace.departed(at: .now)
                    return Departed(number: group.header.number, place: place)
                case .failure(let refusal) where refusal.isPassing:
                    turn.sequencer.takeBack(group)
                    turn.rejected = group
                    gaps.note(refusal.fault)
                    flight.groups.reject(group, GroupRejected(cause: refusal.fault))
                    // A landing that fails poisons; the next turn finds that.
                    _ = land(&flight)
                    return nil
                case .failure(let refusal):
                    let cause = LogPoisoned(cause: .commit(refusal.fault))
                    stop(cause, with: group, &flight)
                    tell(&turn, cause)
                    return nil
                }
            }
        }
    }

    /// Whether there is room now for the group that found none last. Nothing is written for that, so that asking loses no
    /// number.
    var hasRoom: Bool {
        turn.withLock { turn in
            guard let group = turn.rejected else { return true }
            do throws(StorageFault) {
                try applier.reserve(for: group)
                let file = flight.withLock { $0.journal.current }
                try storage.reserve(.commits(file), through: commitJournalBytes)
            } catch {
                return false
            }
            turn.rejected = nil
            return true
        }
    }

    /// What was wrong with a frame that did not get to the journal.
    private struct Refusal: Error {
        let fault: StorageFault
        /// Whether nothing is in doubt.
        let isPassing: Bool
    }

    /// - Returns: where the frame stands; nil where nothing may be written any more.
    private func persist(_ group: PreparedGroup) throws(Refusal) -> CommitJournal.Place? {
        let place: CommitJournal.Place
        do throws(StorageFault) {
            try applier.reserve(for: group)
            guard let found = try findPlace(for: group.frame.count) else { return nil }
            place = found
            try storage.reserve(
                .commits(place.file),
                through: max(
                    commitJournalBytes, place.offset + group.frame.count + CommitFrame.markLength))
        } catch {
            // Nothing of this group is on the disk. That earlier ones cannot be published is another matter.
            throw Refusal(
                fault: error, isPassing: error.operation == .reserve || error.isPassing)
        }
        do throws(StorageFault) {
            // Crash point C1: the frame is torn. Its checksum says so, and nobody has been answered.
            try storage.write(group.frame[...], to: .commits(place.file), at: place.offset)
        } catch {
            // Rejected, the next frame is written over it, at the same place.
            throw Refusal(fault: error, isPassing: error.isPassing)
        }
        return place
    }

    /// - Returns: nil once a sync beside this turn has failed.
    private func findPlace(for length: Int) throws(StorageFault) -> CommitJournal.Place? {
        while true {
            let (place, isOver, waits) = flight.withLock { flight in
                let place = flight.journal.place(
                    for: length, flushedThrough: publisher.flushedThrough)
                flight.isAwaited = place == nil && flight.groups.count > 0 && self.waits
                return (place, flight.groups.isStopped, flight.isAwaited)
            }
            guard !isOver else { return nil }
            if let place { return place }
            // The file that is being synced may have room, and publishing takes longer than that.
            if waits { landing.wait(until: nil) } else { try publisher.flush() }
        }
    }

    /// What the next group waits for; nil: it may begin.
    ///
    /// - Parameter waiting: how many records wait in the intake.
    func pause(waiting: Int) -> SyncPace.Pause? {
        let rest = turn.withLock { $0.rest.count }
        return flight.withLock { flight in
            let pause = flight.pace.pause(
                isAlone: flight.groups.count == 0, waiting: waiting + rest, now: .now)
            flight.isPaused = pause != nil
            return pause
        }
    }

    /// Syncs a frame that was written, and tells everybody whose turn has come.
    ///
    /// - Returns: whether the last group that has come to its end was written, not rejected; nil once the log is poisoned.
    func sync(_ departed: Departed) -> Bool? {
        let start = ContinuousClock.now
        let synced = Result { () throws(StorageFault) in
            // Crash point C2: the frame is written, not synced. It may be found or not; unanswered.
            try storage.sync(.commits(departed.place.file))
        }
        return flight.withLock { flight in
            defer { awaken(&flight) }
            switch synced {
            case .success:
                let time = start.duration(to: .now)
                meters.groupSynced(time)
                flight.pace.synced(after: time)
                flight.groups.synced(departed.number)
                return land(&flight)
            case .failure(let fault):
                stop(LogPoisoned(cause: .commit(fault)), with: nil, &flight)
                return nil
            }
        }
    }

    /// Lets the next turn go on that waits for a landing, or for the end of everything.
    private func awaken(_ flight: inout Flight) {
        if flight.isAwaited {
            flight.isAwaited = false
            landing.signal()
        }
        if flight.isPaused {
            flight.isPaused = false
            intake.nudge()
        }
    }

    /// Has all groups land whose fate is known, oldest first.
    private func land(_ flight: inout Flight) -> Bool? {
        var isTaken: Bool? = true
        var told = 0
        while let landing = flight.groups.next() {
            switch landing {
            case .durable(let group, let place):
                told += group.records.count
                isTaken = land(group, at: place, &flight) ? true : nil
            case .rejected(let group, let cause):
                isTaken = false
                meters.groupRejected(cause.cause)
                gaps.add(group.records)
                accesses.lost(group.records)
                ports.settle(group.records, as: .rejected(cause))
            }
        }
        if told > 0 { flight.pace.told(told, at: .now) }
        board.rest(until: flight.groups.count == 0 ? nil : flight.pace.lastStart)
        return flight.groups.isStopped ? nil : isTaken
    }

    private func land(
        _ group: PreparedGroup, at place: CommitJournal.Place, _ flight: inout Flight
    ) -> Bool {
        // Crash point C3: the group is durable, not applied. Nobody has been answered; opening applies it.
        do throws(StorageFault) {
            // Readers of the directory may show its checkpoint from here on, and no sooner.
            try storage.write(
                CommitFrame.mark(of: group.frame)[...], to: .commits(place.file),
                at: place.offset + group.frame.count)
        } catch {
            stop(LogPoisoned(cause: .commit(error)), with: group, &flight)
            return false
        }
        flight.journal.landed(at: place)
        meters.groupPersisted(records: group.records.count)
        accesses.wrote(group)
        board.show(group)
        ports.settle(group)
        do throws(StorageFault) {
            // The state file may lag one group behind: harmless.
            if let slot = StateSlots.slot(for: group.checkpoint) {
                try storage.write(
                    slot[...], to: .state, at: flight.stateSlot * StateSlots.slotLength)
                flight.stateSlot = (flight.stateSlot + 1) % StateSlots.count
            }
        } catch {
            stop(LogPoisoned(cause: .apply(error)), with: nil, &flight)
            return false
        }
        publisher.take(group, needsRoomAfter: flight.journal.needsRoomAfter)
        return true
    }

    /// PoisonedStaysPoisoned: nothing is queued any more once somebody knows.
    private func stop(_ cause: LogPoisoned, with group: PreparedGroup?, _ flight: inout Flight) {
        let waiting = intake.poison(cause)
        if let group { ports.settle(group.records, as: .poisoned(cause)) }
        for group in flight.groups.stop() { ports.settle(group.records, as: .poisoned(cause)) }
        ports.settle(waiting[...], as: .poisoned(cause))
        board.rest(until: nil)
    }

    private func tell(_ turn: inout Turn, _ cause: LogPoisoned) {
        ports.settle(turn.rest, as: .poisoned(cause))
        turn.rest = []
        board.rest(until: nil)
    }
}
