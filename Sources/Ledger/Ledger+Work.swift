// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import Dispatch
internal import Synchronization

/// What a ledger does, one turn at a time, on whichever thread calls it.
extension Ledger {
    /// Writes a queue that was taken from the intake.
    ///
    /// - Returns: false once the log is poisoned, and everybody told.
    func write(_ records: [PendingRecord]) -> Bool {
        let written = writer.withLock { writer in
            Result { () throws(LogPoisoned) in try writer.write(records) }
        }
        // While there is no room, the record of a gap would only be the next gap.
        switch written {
        case .failure: return false
        case .success(let isTaken): if isTaken { recordGaps() }
        }
        if publisher.takeNews() || accesses.isHeartbeatDue { housekeeping.signal() }
        return true
    }

    /// Publishes what has been applied.
    func flush() {
        // PoisonedStaysPoisoned: nothing is written any more.
        guard intake.poisoned == nil else { return }
        do {
            try publisher.flush()
        } catch {
            // A full disk passes, and so does a want of descriptors: the next flush tries again, and the
            // commit journal holds everything.
            guard !error.isPassing else { return }
            poison(LogPoisoned(cause: .publish(error)))
        }
    }

    /// Everybody who waits, and who comes later, is told that the log has stopped.
    private func poison(_ cause: LogPoisoned) {
        let waiting = intake.poison(cause)
        ports.settle(waiting[...], as: .poisoned(cause))
    }
}

/// A ledger without threads: whoever opened it with ``openWithoutThreads(_:signers:options:clock:randomness:)``
/// does the work, a turn at a time. For simulations and fault tests, which have to know what happens when.
extension Ledger {
    /// The writer's turn: takes everything that waits and writes it.
    ///
    /// - Returns: whether anything waited.
    @discardableResult
    package func writeWaiting() -> Bool {
        let records = intake.takeWaiting()
        guard !records.isEmpty else { return false }
        _ = write(records)
        return true
    }

    /// The housekeeper's turn: publishes.
    package func publishApplied() { flush() }

    /// The housekeeper's other turn: records a heartbeat.
    package func beat() { recordHeartbeat() }

    /// Plants the bug against which `GapsAreRecorded` stands: forgets lost numbers that no record names yet.
    package func forgetGaps() { gaps.record { _, ticket in gaps.forget(ticket) } }
}
