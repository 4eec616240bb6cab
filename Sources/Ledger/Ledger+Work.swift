// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import Synchronization

/// What a ledger does, one turn at a time, on whichever thread calls it.
extension Ledger {
    /// The turn of a writer: sleeps until records wait, and writes the frame of the next group.
    ///
    /// - Returns: nil once there will be no more, and everybody has been told.
    func nextGroup() -> GroupWriter.Departed? {
        while true {
            if !writer.hasRest, intake.waitingCount == 0 {
                guard intake.wait(for: 1, until: nil) else { return nil }
                continue
            }
            if let pause = writer.pause(waiting: intake.waitingCount) {
                _ = intake.wait(for: pause.count ?? .max, until: pause.end)
                continue
            }
            // What came while this turn waited is included.
            if !writer.hasRest { writer.take(intake.takeWaiting()) }
            guard writer.hasRest else { continue }
            let allAreNamed = gaps.areNamed
            if let departed = writer.depart() { return departed }
            // The group found no room: from now on the housekeeper checks for some.
            if allAreNamed { housekeeping.signal() }
        }
    }

    /// Syncs a frame, and notifies everybody whose turn has come.
    func sync(_ departed: GroupWriter.Departed) {
        // Without room, the record of a gap would only become the next gap.
        guard let isTaken = writer.sync(departed) else { return }
        if isTaken { recordGaps() }
        if publisher.takeNews() || accesses.isHeartbeatDue { housekeeping.signal() }
    }

    /// Names lost numbers as soon as there is room, which an idle proxy would otherwise notice only
    /// at its next heartbeat.
    func nameGaps() {
        // PoisonedStaysPoisoned: the next start names them.
        if intake.poisoned == nil, writer.hasRoom { recordGaps() }
    }

    /// A group was acknowledged once it was written.
    func acknowledged() {
        recordGaps()
        if publisher.takeNews() || accesses.isHeartbeatDue { housekeeping.signal() }
    }

    /// Syncs the oldest window of groups that were acknowledged once they were written.
    ///
    /// - Returns: whether there was one; nil once the log is poisoned.
    func syncWindow() -> Bool? {
        defer { if publisher.takeNews() { housekeeping.signal() } }
        return writer.syncWindow()
    }

    /// Publishes what has been applied.
    func flush() {
        // PoisonedStaysPoisoned: nothing more is written.
        guard intake.poisoned == nil else { return }
        do {
            try publisher.flush()
        } catch {
            // A full disk passes, and so does a lack of descriptors: the next flush tries again,
            // and the commit journal holds everything.
            guard !error.isPassing else { return meters.publicationPutOff(error) }
            poison(LogPoisoned(cause: .publish(error)))
        }
    }

    /// Tells everybody who waits, or comes later, that the log has stopped.
    func poison(_ cause: LogPoisoned) {
        let waiting = intake.poison(cause)
        ports.settle(waiting[...], as: .poisoned(cause))
    }
}

/// A ledger without threads: whoever opened it with
/// ``openWithoutThreads(_:signers:options:clock:randomness:)`` does the work, a turn at a time. For
/// simulations and fault tests, which must know what happens when.
extension Ledger {
    /// The writer's turns: takes everything that waits and writes it, one group after another.
    ///
    /// - Returns: whether anything waited.
    @discardableResult
    package func writeWaiting() -> Bool {
        let records = intake.takeWaiting()
        guard !records.isEmpty else { return false }
        writer.take(records)
        writeRest()
        return true
    }

    /// Which of two concurrent syncs returns first.
    package enum SyncOrder: CaseIterable, Sendable {
        case inOrder
        case secondFirst
    }

    /// The turns of both writers: takes everything that waits, and has two groups under way before either is synced.
    ///
    /// - Returns: whether anything waited.
    @discardableResult
    package func writeWaiting(overlapping order: SyncOrder) -> Bool {
        let records = intake.takeWaiting()
        guard !records.isEmpty else { return false }
        writer.take(records)
        var departed = [writer.depart(most: max(1, records.count / 2))]
        if writer.hasRest { departed.append(writer.depart()) }
        if order == .secondFirst { departed.reverse() }
        for group in departed.compactMap(\.self) { finish(group) }
        writeRest()
        return true
    }

    private func writeRest() {
        while writer.hasRest {
            if let departed = writer.depart() { finish(departed) }
        }
    }

    private func finish(_ departed: GroupWriter.Departed) {
        switch departed.next {
        case .sync: sync(departed)
        case .syncWindow: acknowledged()
        }
    }

    /// The turn of whoever syncs what was acknowledged once it was written.
    ///
    /// - Returns: whether there was anything.
    @discardableResult
    package func syncWritten() -> Bool { syncWindow() ?? false }

    /// The housekeeper's turn: publishes.
    package func publishApplied() { flush() }

    /// The housekeeper's other turn: records a heartbeat.
    package func beat() { recordHeartbeat() }

    /// Plants the bug that `GapsAreRecorded` rules out: forgets lost numbers that no record names
    /// yet.
    package func forgetGaps() { gaps.record { _, ticket in gaps.forget(ticket) } }
}
