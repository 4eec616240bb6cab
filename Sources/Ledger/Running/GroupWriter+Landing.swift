// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import LogFormat
internal import SignedNotes
internal import Synchronization

/// What follows a turn: syncing, and notifying everybody whose turn has come.
extension GroupWriter {
    /// Syncs a frame that was written, and notifies everybody whose turn has come.
    ///
    /// - Returns: whether the last group to finish was written, not rejected; nil once the log is
    ///   poisoned.
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

    /// Wakes the next turn, if it waits for a landing or for the end of everything.
    func awaken(_ flight: inout Flight) {
        if flight.isAwaited {
            flight.isAwaited = false
            landing.signal()
        }
        if flight.isPaused {
            flight.isPaused = false
            intake.nudge()
        }
    }

    /// Lands all groups whose fate is known, oldest first.
    func land(_ flight: inout Flight) -> Bool? {
        var isTaken: Bool? = true
        var told = 0
        while let landing = flight.groups.next() {
            switch landing {
            case .durable(let group, let place):
                told += group.records.count
                isTaken = land(group, at: place, &flight) ? true : nil
            case .rejected(let group, let cause):
                isTaken = false
                intake.lackRoom()
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
        guard mark(group, at: place, &flight) else { return false }
        board.show(group)
        // Before anybody learns of it: who comes next needs no record ahead.
        intake.foundRoom()
        acknowledge(group)
        guard remember(group, &flight) else { return false }
        publisher.take(group, needsRoomAfter: flight.journal.needsRoomAfter)
        return true
    }

    /// Writes after a group's frame that it is durable.
    private func mark(
        _ group: PreparedGroup, at place: CommitJournal.Place, _ flight: inout Flight
    ) -> Bool {
        do throws(StorageFault) {
            // Readers of the directory may show its checkpoint from here on, not sooner.
            try storage.write(
                CommitFrame.mark(of: group.frame)[...], to: .commits(place.file),
                at: place.offset + group.frame.count)
        } catch {
            stop(LogPoisoned(cause: .commit(error)), with: group, &flight)
            return false
        }
        flight.journal.landed(in: place.file)
        return true
    }

    /// Notifies everybody who waited.
    func acknowledge(_ group: PreparedGroup) {
        meters.groupPersisted(records: group.records.count)
        accesses.wrote(group)
        ports.settle(group)
    }

    /// Notes the checkpoint in the state file.
    private func remember(_ group: PreparedGroup, _ flight: inout Flight) -> Bool {
        do throws(StorageFault) {
            // The state file may lag one group behind, which is harmless.
            if let slot = StateSlots.slot(for: group.checkpoint) {
                try storage.write(
                    slot[...], to: .state, at: flight.stateSlot * StateSlots.slotLength)
                flight.stateSlot = (flight.stateSlot + 1) % StateSlots.count
            }
            return true
        } catch {
            stop(LogPoisoned(cause: .apply(error)), with: nil, &flight)
            return false
        }
    }

    /// PoisonedStaysPoisoned: nothing more is queued once somebody knows.
    func stop(_ cause: LogPoisoned, with group: PreparedGroup?, _ flight: inout Flight) {
        let waiting = intake.poison(cause)
        if let group { ports.settle(group.records, as: .poisoned(cause)) }
        for group in flight.groups.stop() { ports.settle(group.records, as: .poisoned(cause)) }
        ports.settle(waiting[...], as: .poisoned(cause))
        board.rest(until: nil)
    }
}

/// What follows a turn if nobody waits for the sync.
extension GroupWriter {
    /// When the next window to be synced was begun; nil if there is none.
    var windowSince: ContinuousClock.Instant? { flight.withLock { $0.unsynced.waitingSince } }

    /// The oldest window, once its sync has begun and nothing more is added to it: between two
    /// turns.
    func beginSync(_ flight: inout Flight) -> UnsyncedGroups.Window? {
        guard !flight.groups.isStopped, let window = flight.unsynced.beginSync() else { return nil }
        flight.journal.syncBegins(of: window.file)
        return window
    }

    /// Syncs the oldest window, if there is one and nobody syncs it yet; begins between two turns.
    ///
    /// - Returns: whether there was one; nil once the log is poisoned.
    func syncWindow() -> Bool? {
        let window = turn.withLock { _ in flight.withLock { beginSync(&$0) } }
        guard let window else { return intake.poisoned == nil ? false : nil }
        return sync(window) ? true : nil
    }

    /// - Returns: whether all of it is durable; otherwise the log is poisoned.
    func sync(_ window: UnsyncedGroups.Window) -> Bool {
        let start = ContinuousClock.now
        let synced = Result { () throws(StorageFault) in
            // Crash point W1: acknowledged, not synced. A kill loses nothing, a power cut any of the window's frames.
            try storage.sync(.commits(window.file))
        }
        return flight.withLock { flight in
            defer { awaken(&flight) }
            switch synced {
            case .success:
                meters.groupSynced(start.duration(to: .now))
                return !flight.groups.isStopped && land(window, &flight)
            case .failure(let fault):
                stop(LogPoisoned(cause: .commit(fault)), with: nil, &flight)
                return false
            }
        }
    }

    private func land(_ window: UnsyncedGroups.Window, _ flight: inout Flight) -> Bool {
        guard let last = window.groups.last, mark(last, at: window.lastPlace, &flight) else {
            return false
        }
        flight.unsynced.landed()
        board.show(last)
        board.show(unsynced: flight.unsynced)
        guard remember(last, &flight) else { return false }
        for group in window.groups {
            publisher.take(group, needsRoomAfter: flight.journal.needsRoomAfter)
        }
        return true
    }
}
