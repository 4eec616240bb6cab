// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import Dispatch
internal import Merkle
internal import SignedNotes
internal import Synchronization

/// What the writer's thread begins with.
struct WriterStart: Sendable {
    let storage: any LedgerStorage
    let position: LogPosition
    let signers: [NoteSigner]
    let periods: [PeriodKey]
    let savedSubjects: Set<SubjectID>
}

extension Ledger {
    func runWriter(_ start: WriterStart) {
        var writer = GroupWriter(
            storage: start.storage, publisher: publisher, ports: ports, gaps: gaps, board: board,
            intake: intake,
            clock: clock,
            sequencer: Sequencer(
                position: start.position, origin: options.origin, signers: start.signers,
                sealing: GroupSealing(
                    periods: start.periods, savedSubjects: start.savedSubjects,
                    start: clock.now(), randomness: BufferedRandomness(source: .kernel))),
            commitJournalBytes: options.commitJournalBytes,
            mostGroupBytes: options.mostGroupBytes)
        var spare: [PendingRecord] = []
        while var records = intake.take(replacing: spare) {
            let isTaken: Bool
            do {
                isTaken = try writer.write(records)
            } catch {
                // The intake is poisoned already, and everybody told.
                return
            }
            // While there is no room, the record of a gap would only be the next gap.
            if isTaken { recordGaps() }
            housekeeping.signal()
            records.removeAll(keepingCapacity: true)
            spare = records
        }
    }

    /// Everybody who waits, and who comes later, is told that the log has stopped.
    func poison(_ cause: LogPoisoned) {
        let waiting = intake.poison(cause)
        ports.settle(waiting[...], as: .poisoned(cause))
    }

    func runHousekeeper() {
        var lastFlush = DispatchTime.now()
        var nextHeartbeat = lastFlush + options.heartbeatEvery.dispatchInterval
        let interval = options.publishEvery.dispatchInterval
        while !closing.load(ordering: .sequentiallyConsistent) {
            // Woken by a group, by closing, or for the heartbeat.
            let woken = housekeeping.wait(timeout: nextHeartbeat) == .success
            if DispatchTime.now() >= nextHeartbeat {
                recordHeartbeat()
                nextHeartbeat = DispatchTime.now() + options.heartbeatEvery.dispatchInterval
            }
            guard woken else { continue }
            // Groups within the interval share one flush; closing does not wait for it.
            while !closing.load(ordering: .sequentiallyConsistent),
                housekeeping.wait(timeout: lastFlush + interval) == .success
            {}
            flush()
            lastFlush = DispatchTime.now()
        }
    }

    /// Publishes what has been applied.
    func flush() {
        do {
            try publisher.flush()
        } catch {
            // A full disk passes, and so does a want of descriptors: the next flush tries again, and the
            // commit journal holds everything.
            guard !error.isPassing else { return }
            poison(LogPoisoned(cause: .publish(error)))
        }
    }
}

extension Duration {
    fileprivate var dispatchInterval: DispatchTimeInterval {
        let (seconds, attoseconds) = components
        return .nanoseconds(Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000))
    }
}
