// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
package import Merkle

/// What opening a log's files found and put right.
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
    /// The last of these bytes, which an interrupted publication may have left off stable storage.
    var unsettledNotes: [UInt8]
    /// Segments whose evidence may not be synced yet.
    var unsynced: Set<SegmentNumber>
    var facts: RecoveryReport
    /// The producer's last boot, read back from the log.
    var history: BootHistory?
}

/// What recovery did, for the `log.start` record and the operator.
package struct RecoveryReport: Hashable, Sendable {
    /// Records that were durable in the commit journal only and have been brought to their places.
    package var replayedRecords: UInt64 = 0
    /// Bytes of a commit frame that was cut short: its records were never acknowledged.
    package var discardedBytes: UInt64 = 0
    /// The first leaf from which derived files were made anew, where that was more than the usual tail.
    package var rebuiltFrom: LeafIndex?
    /// Records that were read back to learn how the boots before had ended.
    package var readBackRecords: UInt64 = 0
}
