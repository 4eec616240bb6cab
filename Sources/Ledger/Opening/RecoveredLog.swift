// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AuditRecords
internal import ByteCoding
internal import Disclosures
internal import LogFormat
package import Merkle

/// What opening a log's files found and repaired.
struct RecoveredLog {
    var position: LogPosition
    var subjects: [SubjectKey]
    /// Every subject with a slot, live or destroyed: none gets a second one.
    var savedSubjects: Set<SubjectID> = []
    var periods: [PeriodKey]
    /// The newest signed checkpoint; nil for a log without records.
    var checkpoint: [UInt8]?
    /// The size of the last checkpoint in the journal of checkpoints.
    var publishedSize: TreeSize
    /// Bytes of whole notes in the journal of checkpoints.
    var checkpointJournalLength: Int
    /// How many whole notes it has.
    var checkpointCount: Int
    /// The last of these bytes, which an interrupted publication may not have brought to stable
    /// storage.
    var unsettledNotes: [UInt8]
    /// Segments whose evidence may not be synced yet.
    var unsynced: Set<SegmentNumber>
    /// The slot of the state file that does not hold the newest checkpoint.
    var freeStateSlot = 0
    /// Whether the state file remembers exactly this checkpoint.
    var rememberedIsNewest = false
    /// Whether what the state file remembers was abandoned.
    var forgetsState = false
    var facts: RecoveryReport
    /// The producer's last boot, read back from the log.
    var history: BootHistory?
    /// What its records about personal values come to.
    var privacy = PrivacyStanding()
    /// What was erased according to log.state, of which this older copy of the log says nothing.
    var forgottenErasures = PrivacyScope()
}

/// What recovery did, for the `log.start` record and the operator.
package struct RecoveryReport: Hashable, Sendable {
    /// Records that were durable in the commit journal only and have been applied.
    package var replayedRecords: UInt64 = 0
    /// Bytes of a commit frame that was cut short: its records were never acknowledged.
    package var discardedBytes: UInt64 = 0
    /// Files that had lost published content, restored from the commit journal.
    package var restoredFiles: [String] = []
    /// Whether log.state remembered nothing although something was published, and somebody accepts
    /// that.
    package var stateWasMissing = false
    /// Unsigned records after the newest checkpoint, left out: those of a log that was copied while
    /// in use.
    package var unsignedRecords: UInt64 = 0
    /// Losses that somebody has accepted.
    package var adopted: [AdoptedLoss] = []
    /// The first leaf from which derived files were rebuilt, if that was more than the usual tail.
    package var rebuiltFrom: LeafIndex?
    /// What is missing of what the previous boot acknowledged before its sync; nil if nothing is.
    package var unsynced: UnsyncedLoss?
    /// Records that were read back to learn how earlier boots ended.
    package var readBackRecords: UInt64 = 0
    /// Keys that had been destroyed and were there again; they are destroyed anew.
    package var revivedKeys: UInt64 = 0
    /// How many of these only log.state remembers: the log is a copy from before their erasure.
    package var forgottenErasures: UInt64 = 0
    /// Whether nothing remembers what was erased after the newest record.
    package var mayHaveLostErasures = false
}

/// A loss with which a log is opened only if somebody accepts it: `adopted.losses`.
package enum AdoptedLoss: String, CaseIterable, Sendable {
    /// log.state holds no checkpoint of this log.
    case stateLost = "state_lost"
    /// log.state remembers more records than there are.
    case recordsLost = "records_lost"
}
