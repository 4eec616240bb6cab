// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import LogFormat
internal import Merkle
internal import SignedNotes
internal import Synchronization

/// Writes groups to the disk, on whichever thread calls it: two at a time if the disk is slow.
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
/// Turns and landings are each sequential, in the order of the groups. While one group's frame is
/// being synced, the next turn may write its own into the other journal file: see ``SyncPace`` for
/// when.
///
/// With ``LogDurability/written``, everybody who waited is notified at the end of the turn. The
/// rest of the landing follows the sync of a whole window of groups (``syncWindow()``): what is
/// marked, remembered, published or shown is durable, whatever was acknowledged.
final class GroupWriter: Sendable {
    /// A group whose frame is written but not synced.
    struct Departed: Sendable {
        /// What has to follow.
        enum Next {
            /// ``GroupWriter/sync(_:)``: nobody has been notified.
            case sync
            /// ``GroupWriter/syncWindow()``, soon: everybody has been notified.
            case syncWindow(isNew: Bool)
        }

        let number: UInt64
        let place: CommitJournal.Place
        let next: Next
    }

    struct Turn: ~Copyable {
        var sequencer: Sequencer
        /// Records taken from the intake that are in no group yet.
        var rest: ArraySlice<PendingRecord> = []
        /// The last group that found no room, until there is some.
        var rejected: PreparedGroup?
        /// Whether records are acknowledged once they are written.
        var acknowledgesWritten = false
    }

    struct Flight {
        var groups = GroupsUnderWay()
        var unsynced = UnsyncedGroups()
        var journal: CommitJournal
        var pace: SyncPace
        /// The slot of the state file that does not hold the newest checkpoint.
        var stateSlot: Int
        /// Whether a turn waits for a landing.
        var isAwaited = false
        /// Whether the next turn waits for its time.
        var isPaused = false
    }

    let storage: any LedgerStorage
    private let applier: GroupApplier
    let publisher: Publisher
    let ports: PortTable
    let gaps: Gaps
    let accesses: OpenAccesses
    let intake: Intake
    let board: StatusBoard
    let meters: LedgerMeters
    private let clock: LedgerClock
    private let mostGroupBytes: Int
    /// Each journal file has this much room from its first frame on: a sync then has no metadata to
    /// write.
    private let commitJournalBytes: Int
    let turn: Mutex<Turn>
    let flight: Mutex<Flight>
    /// Signalled at an awaited landing.
    let landing = Signal()
    /// Whether another thread lands groups while this one waits.
    private let waits: Bool
    private let mostUnsynced: Duration

    init(
        storage: any LedgerStorage, publisher: Publisher, ports: PortTable, gaps: Gaps,
        accesses: OpenAccesses, board: StatusBoard, meters: LedgerMeters, intake: Intake,
        clock: LedgerClock, sequencer: consuming Sequencer, commitJournalBytes: Int,
        mostGroupBytes: Int, overlapsFrom: Duration, mostUnsynced: Duration,
        stateSlot: Int, waits: Bool
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
        self.mostUnsynced = mostUnsynced
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

    /// Does something between two groups; blocks for at most one turn.
    func betweenGroups<Value: Sendable>(_ body: (inout Sequencer) -> Value) -> Value {
        turn.withLock { body(&$0.sequencer) }
    }

    /// From the next group on, records are acknowledged once they are written: the log says so durably by now.
    func acknowledgeWritten() { turn.withLock { $0.acknowledgesWritten = true } }

    /// Whether the next group begins while one is being synced: the disk is slow enough, or so much
    /// waits.
    ///
    /// - Parameter waiting: how many records wait in the intake.
    func overlaps(waiting: Int) -> Bool {
        let rest = turn.withLock { $0.rest.count }
        return flight.withLock { $0.pace.overlaps || $0.pace.isBusy(with: waiting + rest) }
    }

    /// Whether records were taken from the intake that are in no group yet.
    var hasRest: Bool { turn.withLock { !$0.rest.isEmpty } }

    /// Takes records from the intake; earlier ones are in groups.
    func take(_ records: [PendingRecord]) { turn.withLock { $0.rest = records[...] } }

    /// The turn: makes a group of what was taken and writes its frame. Its sync must follow.
    ///
    /// - Parameter most: the most records; nil: as many as a group may have.
    /// - Returns: nil if the group was rejected or the log is poisoned, and everybody notified.
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
            if waits, !turn.acknowledgesWritten {
                length = flight.withLock { $0.pace.share(of: length) }
            }
            var group = turn.sequencer.sequence(turn.rest.prefix(length), at: clock.now())
            turn.rest = turn.rest.dropFirst(length)
            let made = begun.duration(to: .now)
            let acknowledgesWritten = turn.acknowledgesWritten
            let written = Result { () throws(Refusal) in
                try persist(&group, inWindow: acknowledgesWritten)
            }
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
                    let next: Departed.Next
                    if acknowledgesWritten {
                        intake.foundRoom()
                        acknowledge(group)
                        let isNew = flight.unsynced.add(group, at: place, now: .now)
                        board.show(unsynced: flight.unsynced)
                        board.rest(until: nil)
                        next = .syncWindow(isNew: isNew)
                    } else {
                        flight.journal.syncBegins(of: place.file)
                        flight.groups.depart(group, from: place)
                        flight.pace.departed(at: .now)
                        flight.pace.made(length, in: made)
                        next = .sync
                    }
                    return Departed(number: group.header.number, place: place, next: next)
                case .failure(let refusal) where refusal.isPassing:
                    turn.sequencer.takeBack(group)
                    turn.rejected = group
                    gaps.note(refusal.fault)
                    // Before anybody learns of it: nobody goes on with a permit after that.
                    intake.lackRoom()
                    flight.groups.reject(group, GroupRejected(cause: refusal.fault))
                    // A landing that fails poisons the log; the next turn sees that.
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

    /// Whether there is room now for the last group that found none. Nothing is written, so that
    /// asking loses no number.
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

    /// - Returns: where the frame is; nil if nothing more may be written.
    private func persist(
        _ group: inout PreparedGroup, inWindow: Bool
    ) throws(Refusal) -> CommitJournal.Place? {
        let place: CommitJournal.Place
        do throws(StorageFault) {
            try applier.reserve(for: group)
            guard let found = try findPlace(for: group.frame.count) else { return nil }
            place = found
            if inWindow {
                CommitFrame.restate(
                    &group.frame, as: flight.withLock { $0.journal.kindInWindow(at: found) })
            }
            try storage.reserve(
                .commits(place.file),
                through: max(
                    commitJournalBytes, place.offset + group.frame.count + CommitFrame.markLength))
        } catch {
            // Nothing of this group is on the disk. That earlier ones cannot be published is a
            // separate matter.
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

    /// What keeps a frame from its place.
    private enum Way {
        case free(CommitJournal.Place)
        /// Nothing more may be written.
        case isOver
        /// A landing.
        case landing
        /// The sync of a window.
        case window(UnsyncedGroups.Window)
        case publication
    }

    /// - Returns: nil once a concurrent sync has failed.
    private func findPlace(for length: Int) throws(StorageFault) -> CommitJournal.Place? {
        while true {
            switch flight.withLock({ way(for: length, &$0) }) {
            case .free(let place): return place
            case .isOver: return nil
            // The file being synced may have room, and publishing takes longer than the sync.
            case .landing: landing.wait(until: nil)
            case .window(let window): _ = sync(window)
            case .publication: try publisher.flush()
            }
        }
    }

    private func way(for length: Int, _ flight: inout Flight) -> Way {
        guard !flight.groups.isStopped else { return .isOver }
        let isOverdue = flight.unsynced.since.map { $0 + mostUnsynced < .now } ?? false
        if !isOverdue,
            let place = flight.journal.place(
                for: length, flushedThrough: publisher.flushedThrough)
        {
            return .free(place)
        }
        if let window = beginSync(&flight) { return .window(window) }
        flight.isAwaited = waits && (flight.groups.count > 0 || flight.unsynced.isSyncing)
        return flight.isAwaited ? .landing : .publication
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

    private func tell(_ turn: inout Turn, _ cause: LogPoisoned) {
        ports.settle(turn.rest, as: .poisoned(cause))
        turn.rest = []
        board.rest(until: nil)
    }
}
