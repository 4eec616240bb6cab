// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AuditRecords
package import ByteCoding
internal import Synchronization

extension Ledger {
    /// The records with which a boot begins: what it found, and the outcomes that a crash left open.
    func recordStart(_ recovered: RecoveredLog) throws(OpenFault) {
        let (uid, now) = newRecord()
        let unknown = (recovered.history?.unfinished ?? []).compactMap {
            SystemRecord.unknownOutcome(of: $0, time: clock.now())
        }
        let start = SystemRecord.logStart(
            uid: uid, time: now,
            previous: recovered.history.map {
                PreviousBoot(boot: $0.boot, lastSequence: $0.lastSequence)
            },
            recovery: RecoveryFacts(
                wasClean: recovered.history?.stopped ?? true,
                replayedEntries: recovered.facts.replayedRecords,
                discardedBytes: recovered.facts.discardedBytes,
                unknownOutcomes: UInt64(unknown.count)),
            version: options.software, configuration: options.configHash)
        // Crash point S1: the start is durable, not all of the outcomes. The next start reads in this one
        // how many there were to be, and writes the others.
        for record in [start] + unknown { try self.record(record) }
    }

    private func record(_ record: SystemRecord) throws(OpenFault) {
        let outcome: Outcome
        do {
            outcome = try appendAndWait(record.draft(producer: producer), tally: .uncounted)
        } catch {
            throw OpenFault(.storage, "The start could not be recorded: \(error).")
        }
        switch outcome {
        case .recorded: return
        case .rejected(let rejected):
            throw OpenFault(.storage, "The start could not be recorded: \(rejected.cause).")
        case .poisoned(let poisoned):
            throw OpenFault(.storage, poisoned.description)
        }
    }

    /// A new id and the time, for a record of the proxy's own doings.
    package func newRecord() -> (uid: UniqueID, time: UTCInstant) {
        let now = clock.now()
        return (ids.withLock { $0.uniqueID(at: now) }, now)
    }

    /// Names lost sequence numbers in the log.
    func recordGaps() {
        gaps.record { gap, ticket in
            let (uid, now) = newRecord()
            let record = SystemRecord.gap(
                uid: uid, time: now,
                GapFacts(
                    boot: boot, sequences: gap.first...gap.last,
                    count: gap.last - gap.first + 1, cause: .groupRejected))
            do throws(AppendRefusal) {
                try intake.append(
                    record.draft(producer: producer), tally: .uncounted, port: gapsID,
                    ticket: ticket)
                return true
            } catch {
                return false
            }
        }
    }

    /// Records the counters of this boot so far.
    func recordHeartbeat() {
        let tallies = intake.tallies
        var counts = HeartbeatCounters()
        counts.accepted = counters.accepted
        counts.forwarded = counters.forwarded
        counts.dropped = counters.dropped
        counts.allowed = tallies[.allowed]
        counts.denied = tallies[.denied]
        counts.limited = tallies[.limited]
        counts.errored = tallies[.errored]
        counts.recorded = tallies.throughSequence
        counts.throughSequence = tallies.throughSequence
        let (uid, now) = newRecord()
        append(
            unattended: SystemRecord.heartbeat(
                uid: uid, time: now, counters: counts, clock: clock.facts()))
    }

    func recordStop() {
        let (uid, now) = newRecord()
        append(
            unattended: SystemRecord.logStop(
                uid: uid, time: now, cause: gaps.hasLostOutcomes ? .outcomesLost : .shutdown))
    }

    /// A record of the proxy's own doings that nobody waits for. A refusal is not lost: it poisons, or it
    /// is backlog, and then this record has no sequence number and leaves no gap.
    package func append(unattended record: SystemRecord) {
        _ = Result { () throws(AppendRefusal) in
            try intake.append(
                record.draft(producer: producer), tally: .uncounted, port: unattended, ticket: 0)
        }
    }
}
