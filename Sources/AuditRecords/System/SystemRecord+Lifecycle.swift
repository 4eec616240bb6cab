// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import ByteCoding
import Disclosures

/// The boot before this one, read back from the log: the restart rule of record.md.
package struct PreviousBoot: Hashable, Sendable {
    package var boot: UniqueID
    /// The last producer sequence number of that boot in the log.
    package var lastSequence: UInt64

    package init(boot: UniqueID, lastSequence: UInt64) {
        self.boot = boot
        self.lastSequence = lastSequence
    }
}

/// What opening the log found and repaired: `recovery` of `log.start`.
package struct RecoveryFacts: Hashable, Sendable {
    /// Whether the previous boot ended with a `log.stop`.
    package var wasClean: Bool
    /// Entries that were applied again from the commit journal.
    package var replayedEntries: UInt64
    /// Bytes after the last durable group that were cut off.
    package var discardedBytes: UInt64
    /// `started` records without an outcome, each of which gets a record of stage `unknown`.
    package var unknownOutcomes: UInt64
    /// Files that had lost published bytes, restored from the commit journal.
    package var restoredFiles: [String]
    /// Whether the state file remembered nothing although something had been published.
    package var stateWasMissing: Bool
    /// Records without a checkpoint that were left out of a copy.
    package var unsignedRecords: UInt64
    /// When the previous boot last recorded, if it was cut off: accesses that are recorded when
    /// complete and were under way then, or began later, have no record. The start's own time is
    /// the other end of that span.
    package var silentSince: UTCInstant?
    /// What became of records that the previous boot had acknowledged before their sync; nil if
    /// nothing is missing.
    package var unsynced: UnsyncedLoss?
    /// Keys that had been destroyed and were there again, because an older file was put back; they are destroyed anew.
    package var revivedKeys: UInt64

    package init(
        wasClean: Bool, replayedEntries: UInt64, discardedBytes: UInt64, unknownOutcomes: UInt64,
        restoredFiles: [String] = [], stateWasMissing: Bool = false, unsignedRecords: UInt64 = 0,
        silentSince: UTCInstant? = nil, unsynced: UnsyncedLoss? = nil,
        revivedKeys: UInt64 = 0
    ) {
        self.revivedKeys = revivedKeys
        self.unsynced = unsynced
        self.silentSince = silentSince
        self.restoredFiles = restoredFiles
        self.stateWasMissing = stateWasMissing
        self.unsignedRecords = unsignedRecords
        self.wasClean = wasClean
        self.replayedEntries = replayedEntries
        self.discardedBytes = discardedBytes
        self.unknownOutcomes = unknownOutcomes
    }
}

/// What is missing after a boot that acknowledged records before their sync and was cut off:
/// `recovery.unsynced`.
package enum UnsyncedLoss: String, CaseIterable, Sendable {
    /// Whether the power failed and took records is unknown; none are missing if only the process
    /// was killed.
    case possible
    /// There are later groups on the disk than the last whole one: the power failed and took
    /// records.
    case lost
}

extension SystemRecord {
    /// `log.start`, OCSF Application Lifecycle: Start. The first record of every boot.
    ///
    /// - Parameters:
    ///   - previous: nil only for the first record of a log.
    ///   - version: of the software.
    ///   - configuration: `sha256:` and hex of the configuration in force; nil without one.
    ///   - durability: what this boot's acknowledged records survive.
    package static func logStart(
        uid: UniqueID, time: UTCInstant, previous: PreviousBoot?, recovery: RecoveryFacts,
        version: String, configuration: String?, durability: LogDurability
    ) -> SystemRecord {
        var details: [JSONMember] = []
        if let previous {
            var members = [JSONMember("boot", .string(previous.boot.text))]
            members.add("last_seq", previous.lastSequence)
            details.add("previous", members)
        }
        var facts = [JSONMember("clean", .bool(recovery.wasClean))]
        facts.add("discarded_bytes", recovery.discardedBytes)
        facts.add("replayed_entries", recovery.replayedEntries)
        if !recovery.restoredFiles.isEmpty {
            let names = recovery.restoredFiles.prefix(RecordLimits.arrayItems)
            facts.append(JSONMember("restored_files", .array(names.map { .string($0) })))
        }
        if recovery.revivedKeys > 0 { facts.add("revived_keys", recovery.revivedKeys) }
        facts.add("silent_since", recovery.silentSince?.rfc3339)
        if recovery.stateWasMissing { facts.add("state", "missing") }
        facts.add("unknown_outcomes", recovery.unknownOutcomes)
        if recovery.unsignedRecords > 0 {
            facts.add("unsigned_records", recovery.unsignedRecords)
        }
        facts.add("unsynced", recovery.unsynced?.rawValue)
        details.add("recovery", facts)
        var software: [JSONMember] = []
        software.add("config", configuration)
        software.add("name", "countersign")
        software.add("version", version)
        details.add("software", software)
        details += durability.details
        return SystemRecord(
            uid: uid, time: time, category: .system, eventClass: .applicationLifecycle,
            activity: 3, action: .logStart,
            end: EventEnd(
                outcome: .success,
                severity: recovery.stateWasMissing || !recovery.restoredFiles.isEmpty
                    || recovery.unsynced == .lost || recovery.revivedKeys > 0
                    ? .high : recovery.wasClean ? .informational : .medium),
            actor: .system, details: details)
    }

    /// `log.adopt`, OCSF Application Lifecycle: Update. Somebody has accepted a loss: the log goes
    /// on from what is left, and gaps that earlier records admit are known.
    ///
    /// - Parameters:
    ///   - losses: what else was lost, in the words of `adopted.losses`.
    ///   - size: how many records were left.
    ///   - ticket: why, as they put it.
    ///   - user: their user number on the host.
    package static func adoption(
        uid: UniqueID, time: UTCInstant, losses: [String], size: UInt64, ticket: String,
        user: UInt32
    ) -> SystemRecord {
        var members: [JSONMember] = []
        if !losses.isEmpty {
            members.append(JSONMember("losses", .array(losses.map { .string($0) })))
        }
        members.add("size", size)
        var change: [JSONMember] = []
        change.add("object", "log")
        change.add("ticket", ticket)
        return SystemRecord(
            uid: uid, time: time, category: .admin, eventClass: .applicationLifecycle,
            activity: 8, action: .logAdopt,
            end: EventEnd(outcome: .success, severity: .high), actor: .hostUser(user),
            details: [
                JSONMember("adopted", .object(members)), JSONMember("change", .object(change)),
            ])
    }

    /// `log.stop`, OCSF Application Lifecycle: Stop. The last record of a boot that ends cleanly.
    ///
    package static func logStop(
        uid: UniqueID, time: UTCInstant, cause: StopCause
    ) -> SystemRecord {
        var record = SystemRecord(
            uid: uid, time: time, category: .system, eventClass: .applicationLifecycle,
            activity: 4, action: .logStop, end: EventEnd(outcome: .success, severity: .low),
            actor: .system, details: [])
        record.reason = cause.rawValue
        return record
    }

    /// `config.loaded` and `config.rejected`, OCSF Application Lifecycle: Update.
    ///
    /// There are several if more keys changed than a record can list.
    ///
    /// - Parameters:
    ///   - cause: why it was refused, without any value; nil: it takes effect once all of them are durable.
    ///   - next: an id and the time for each.
    package static func configuration(
        _ change: ConfigurationChange, refusedFor cause: String?, actor: Principal,
        next: () -> (uid: UniqueID, time: UTCInstant)
    ) -> [SystemRecord] {
        change.pieces.map { piece in
            let (uid, time) = next()
            return configuration(
                uid: uid, time: time, change: piece, refusedFor: cause, actor: actor)
        }
    }

    private static func configuration(
        uid: UniqueID, time: UTCInstant, change: [JSONMember], refusedFor cause: String?,
        actor: Principal
    ) -> SystemRecord {
        var record = SystemRecord(
            uid: uid, time: time, category: .admin, eventClass: .applicationLifecycle,
            activity: 8, action: cause == nil ? .configLoaded : .configRejected,
            end: cause == nil
                ? EventEnd(outcome: .success, severity: .low)
                : EventEnd(outcome: .failure, severity: .medium),
            actor: actor, details: [JSONMember("change", .object(change))])
        if let cause {
            record.decision = failed
            record.detail = cause
            record.reason = "config_invalid"
            record.message = "The configuration is not valid; the one before stays in force."
        }
        return record
    }
}

extension LogDurability {
    /// The member `durability`.
    var details: [JSONMember] {
        [JSONMember("durability", .object([JSONMember("mode", .string(rawValue))]))]
    }
}

extension Record {
    /// What this record's boot acknowledges; nil for a later version's word. For records that say
    /// how a boot writes; older ones said it only where it was not `synced`.
    package var durability: LogDurability? {
        guard let word = word(.durability) else { return .synced }
        return LogDurability(rawValue: word)
    }
}

/// How a boot came to its `log.stop`: `event.reason`.
package enum StopCause: String, CaseIterable, Sendable {
    /// Cleanly; every access has its outcome.
    case shutdown
    /// Cleanly, but some outcomes could not be recorded, so accesses may be open: the next start
    /// looks for them.
    case outcomesLost = "outcomes_lost"
}
