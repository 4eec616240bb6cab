// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import AuditRecords
package import ByteCoding
package import Disclosures
package import Merkle
internal import Synchronization

/// Why something was not done about personal values, or not to its end.
package enum PrivacyFault: Error, Hashable, Sendable {
    case refused(PrivacyRefusal)
    /// No slot of the key files has this id.
    case unknownKey(String)
    /// Values are still sealed under this month's key.
    case notOver(Period)
    /// The log took no record: nothing was done.
    case notRecorded(String)
    /// It is recorded, and the next opening of the log, or the next of these commands, does the rest.
    case unfinished(String)
    case closed
}

extension Ledger {
    /// Requests, holds and erasures as they stand.
    package var privacyStanding: PrivacyStanding { privacy.standing }

    /// Does something about personal values: judges it by what the log says at this moment, records it and, if keys are
    /// to be destroyed, destroys them once that record is on stable storage. Blocks until all of it is done.
    ///
    /// `RecordedBeforeDestroyed`: what is cut short after the record is finished by the next opening.
    ///
    /// - Parameters:
    ///   - account: what is known of somebody whom the log names.
    /// - Returns: the record's id, and where it is.
    package func carryOut(
        _ facts: PrivacyFacts, by actor: Principal, account: (String) -> Approver
    ) throws(PrivacyFault) -> (uid: UniqueID, index: LeafIndex) {
        let outcome = privacy.turn.withLock { _ in
            Result { () throws(PrivacyFault) in
                guard !closing.load(ordering: .sequentiallyConsistent) else { throw .closed }
                try finishErasures()
                let judged: PrivacyFacts
                do throws(PrivacyRefusal) {
                    // HoldsBindAtExecution: what is held is asked here, by whoever destroys, and nowhere earlier.
                    judged = try privacy.standing.judged(facts, by: actor.uid, account: account)
                } catch {
                    throw .refused(error)
                }
                try checkKeys(judged)
                let record = try note(judged, by: actor)
                try finishErasures()
                return record
            }
        }
        return try outcome.get()
    }

    /// Whether all keys that are asked for, or about to be destroyed, exist, and none of the months is under way.
    private func checkKeys(_ facts: PrivacyFacts) throws(PrivacyFault) {
        switch facts.deed {
        case .erase, .expire, .request: break
        case .approve, .refuse, .done, .hold, .release: return
        }
        let (known, time) = writer.betweenGroups { ($0.sealedUnder, $0.position.time) }
        for id in facts.scope.subjects where !known.subjects.contains(id) {
            throw .unknownKey(id.text)
        }
        let current = Period(of: max(time, clock.now()))
        for period in facts.scope.periods {
            guard known.periods.contains(period) else { throw .unknownKey(period.text) }
            guard period < current else { throw .notOver(period) }
        }
    }

    /// Destroys the keys of every erasure that is recorded and not done, and records that it is.
    private func finishErasures() throws(PrivacyFault) {
        for pending in privacy.standing.pending {
            do throws(StorageFault) {
                try destroyKeys(pending.scope)
            } catch {
                throw .unfinished("\(error)")
            }
            do throws(PrivacyFault) {
                try noteDone(pending)
            } catch {
                throw .unfinished("\(error)")
            }
        }
    }

    private func destroyKeys(_ scope: PrivacyScope) throws(StorageFault) {
        let (ids, periods) = (Set(scope.subjects), Set(scope.periods))
        var unnoted: StorageFault?
        do throws(GroupWriter.IdleFault) {
            try writer.whileIdle { sequencer throws(StorageFault) in
                let destruction = KeyDestruction(storage: writer.storage)
                do throws(StorageFault) { try destruction.remember(ids, periods) } catch {
                    // A full disk passes: nothing was destroyed.
                    unnoted = error
                    return
                }
                // Crash point D0: remembered beside the newest checkpoint, and nothing is destroyed.
                sequencer.forget(ids, periods)
                try destruction.destroy(ids, periods)
            }
        } catch {
            switch error {
            case .stopped(let fault): throw fault
            case .before(let fault):
                // A full disk passes: the commit journal holds everything, and nothing was destroyed.
                if !fault.isPassing { poison(LogPoisoned(cause: .publish(fault))) }
                throw fault
            case .during(let fault):
                // PoisonedStaysPoisoned: what is left of the keys is in doubt.
                poison(LogPoisoned(cause: .apply(fault)))
                throw fault
            }
        }
        if let unnoted { throw unnoted }
        // From here on whoever comes back gets another id.
        subjects.forget(ids)
    }

    /// Carries out once more what an older copy of the log knows nothing of, and the folder of the newest checkpoint does.
    ///
    /// Nobody has approved it again: it was approved when it was first done, by records that are lost.
    func eraseForgotten(_ scope: PrivacyScope) throws(PrivacyFault) {
        let outcome = privacy.turn.withLock { _ in
            Result { () throws(PrivacyFault) in
                for start in stride(from: 0, to: scope.subjects.count, by: PrivacyScope.most) {
                    let part = scope.subjects[start...].prefix(PrivacyScope.most)
                    _ = try note(
                        PrivacyFacts(.erase, scope: PrivacyScope(subjects: Array(part))),
                        by: .system)
                }
                for start in stride(from: 0, to: scope.periods.count, by: PrivacyScope.most) {
                    let part = scope.periods[start...].prefix(PrivacyScope.most)
                    _ = try note(
                        PrivacyFacts(.expire, scope: PrivacyScope(periods: Array(part))),
                        by: .system)
                }
                try finishErasures()
            }
        }
        try outcome.get()
    }

    func noteDone(_ pending: PrivacyStanding.Pending) throws(PrivacyFault) {
        _ = try note(PrivacyFacts(.done, about: pending.uid), by: .system)
    }

    /// Records something; what it comes to is known once it is acknowledged.
    private func note(
        _ facts: PrivacyFacts, by actor: Principal
    ) throws(PrivacyFault) -> (uid: UniqueID, index: LeafIndex) {
        let previous = privacy.standing.newest
        privacy.begin()
        let (uid, now) = newRecord()
        let record = SystemRecord.privacy(
            facts, uid: uid, time: now, after: previous, actor: actor)
        let outcome = Result { () throws(AppendRefusal) in
            try appendAndWait(record.draft(producer: producer), tally: .uncounted)
        }
        guard case .success(.recorded(let receipt)) = outcome else {
            privacy.end { _ in }
            switch outcome {
            case .success(let fate): throw .notRecorded("\(fate)")
            case .failure(let refusal): throw .notRecorded("\(refusal)")
            }
        }
        privacy.end {
            $0.take(facts, uid: uid, at: receipt.index.value, time: now, actor: actor.uid)
        }
        return (uid, receipt.index)
    }

    /// Destroys every key that the log says is erased and a key file still has: an erasure was cut short, or an older
    /// file was put back. Done after publishing, and before any key is used.
    static func destroyErased(
        in log: inout RecoveredLog, on disk: OpeningStorage
    ) throws(OpenFault) {
        let (ids, periods) = (log.privacy.erasedSubjects, log.privacy.erasedPeriods)
        // An older copy of the log has these keys; they are destroyed once a record says so, and not used before.
        log.subjects.removeAll { log.forgottenErasures.subjects.contains($0.id) }
        log.periods.removeAll { log.forgottenErasures.periods.contains($0.period) }
        guard !log.privacy.pending.isEmpty || log.facts.revivedKeys > 0 else { return }
        do throws(StorageFault) {
            try KeyDestruction(storage: disk.storage).remember(ids, periods)
            try KeyDestruction(storage: disk.storage).destroy(ids, periods)
        } catch {
            throw OpenFault(error)
        }
        log.subjects.removeAll { ids.contains($0.id) }
        log.periods.removeAll { periods.contains($0.period) }
    }
}
