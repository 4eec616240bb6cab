// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AuditRecords
package import ByteCoding
internal import Disclosures
internal import Merkle
internal import Synchronization

extension Ledger {
    /// The first records of a boot: what it found, and the outcomes that a crash left open.
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
                unknownOutcomes: UInt64(unknown.count),
                restoredFiles: recovered.facts.restoredFiles,
                stateWasMissing: recovered.facts.stateWasMissing,
                unsignedRecords: recovered.facts.unsignedRecords,
                silentSince: recovered.history.flatMap { $0.stopped ? nil : $0.lastTime },
                unsynced: recovered.facts.unsynced, revivedKeys: recovered.facts.revivedKeys),
            version: options.software, configuration: options.configHash,
            durability: options.durability
        ).knowing(privacyAt: recovered.privacy.newest)
        let gaps = (recovered.history?.unnamed ?? []).map { lost in
            let (uid, now) = newRecord()
            return SystemRecord.gap(uid: uid, time: now, GapFacts(lost.sequences, of: lost.boot))
        }
        // Crash point S1: the start is durable, but not all that earlier boots left open. The next
        // start sees how far this one came, and writes the rest.
        for record in [start] + gaps + unknown { try self.record(record) }
        for pending in recovered.privacy.pending {
            do throws(PrivacyFault) { try noteDone(pending) } catch {
                throw OpenFault(.storage, "The start could not be recorded: \(error).")
            }
        }
        do throws(PrivacyFault) { try eraseForgotten(recovered.forgottenErasures) } catch {
            throw OpenFault(
                .storage,
                "What was erased could not be erased again from this older copy: \(error).")
        }
        // An adoption that is cut short before this is not in force: the state file has changed by
        // then, but only the record makes gaps accepted.
        if let adoption = options.adoption {
            let (uid, now) = newRecord()
            try self.record(
                .adoption(
                    uid: uid, time: now, losses: recovered.facts.adopted.map(\.rawValue),
                    size: recovered.position.size.count, ticket: adoption.reason,
                    user: adoption.user))
        }
    }

    private func record(_ record: SystemRecord) throws(OpenFault) {
        let fate: RecordFate
        do {
            fate = try appendAndWait(record.draft(producer: producer), tally: .uncounted)
        } catch {
            throw OpenFault(.storage, "The start could not be recorded: \(error).")
        }
        switch fate {
        case .recorded: return
        case .rejected(let rejected):
            throw OpenFault(.storage, "The start could not be recorded: \(rejected.cause).")
        case .poisoned(let poisoned):
            throw OpenFault(.storage, poisoned.description)
        case .refused(let refusal):
            throw OpenFault(.storage, "The start could not be recorded: \(refusal).")
        }
    }

    /// A new id and the time, for a record of the proxy's own actions.
    package func newRecord() -> (uid: UniqueID, time: UTCInstant) {
        let now = clock.now()
        return (identifiers.next(at: now, random: ids.withLock { $0.word() }), now)
    }

    /// Names lost sequence numbers in the log.
    func recordGaps() {
        gaps.record { gap, ticket in
            let (uid, now) = newRecord()
            let record = SystemRecord.gap(uid: uid, time: now, GapFacts(gap, of: boot))
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
        for heartbeat in heartbeats() { append(unattended: heartbeat) }
    }

    /// Names what is lost and records the last heartbeat.
    ///
    /// - Returns: whether every lost number is named. Otherwise the boot has not ended cleanly:
    ///   without its `log.stop`, the next start reads the boot back and names them.
    func recordLast() -> Bool {
        for _ in 0..<2 {
            recordGaps()
            for heartbeat in heartbeats() {
                // Settled after everything that was queued before it.
                let outcome = Result { () throws(AppendRefusal) in
                    try appendAndWait(heartbeat.draft(producer: producer), tally: .uncounted)
                }
                guard case .success(.recorded) = outcome else { return false }
            }
            if gaps.areNamed { return true }
        }
        return false
    }

    /// One heartbeat, or several if more accesses are open than one can name.
    private func heartbeats() -> [SystemRecord] {
        // A number that is lost and not named is not settled, nor is anything after it.
        let settled = accesses.settled()
        let (newest, isKnown) = privacy.settled
        guard gaps.areNamed, isKnown, let settled else { return [heartbeat(nil, newest)] }
        return settled.inParts.map { heartbeat($0, newest) }
    }

    /// - Parameter newest: where the newest record about personal values is.
    private func heartbeat(_ settled: SettledFacts?, _ newest: UInt64?) -> SystemRecord {
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
        return SystemRecord.heartbeat(
            uid: uid, time: now, counters: counts, clock: clock.facts(),
            durability: options.durability, settled: settled, published: publisher.published
        ).knowing(privacyAt: newest)
    }

    /// The end of a clean boot.
    func recordStop() {
        let (uid, now) = newRecord()
        append(
            unattended: SystemRecord.logStop(
                uid: uid, time: now, cause: gaps.hasLostOutcomes ? .outcomesLost : .shutdown
            ).knowing(privacyAt: privacy.standing.newest))
    }

    /// A record of the proxy's own actions that nobody waits for. A refusal does not go unnoticed:
    /// either the log is poisoned, or there is a backlog, and then the record has no sequence
    /// number and leaves no gap.
    package func append(unattended record: SystemRecord) {
        _ = Result { () throws(AppendRefusal) in
            try intake.append(
                record.draft(producer: producer), tally: .uncounted, port: unattended, ticket: 0)
        }
    }
}

extension GapFacts {
    /// Numbers lost with rejected groups: only these are followed by others of their boot.
    fileprivate init(_ sequences: ClosedRange<UInt64>, of boot: UniqueID) {
        self.init(
            boot: boot, sequences: sequences, count: UInt64(sequences.count), cause: .groupRejected)
    }
}
