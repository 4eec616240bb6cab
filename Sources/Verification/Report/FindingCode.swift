// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What a finding says, for programs.
package enum FindingCode: String, CaseIterable, Sendable {
    // Integrity: the stored log is not the one that was signed.
    case fileMissing = "file_missing"
    case segmentAway = "segment_away"
    case segmentStateUnreadable = "segment_state_unreadable"
    case entryTorn = "entry_torn"
    case trailingBytes = "trailing_bytes"
    case journalConflict = "journal_conflict"
    case notARecord = "not_a_record"
    case wrongIndex = "wrong_index"
    case recordsDeleted = "records_deleted"
    case recordsInserted = "records_inserted"
    case recordsReordered = "records_reordered"
    case wrongOrigin = "wrong_origin"
    case brokenChain = "broken_chain"
    case timeWentBack = "time_went_back"
    case leafNotInTree = "leaf_not_in_tree"
    case nodeNotInTree = "node_not_in_tree"
    case treeFileTooShort = "tree_file_too_short"
    case offsetsDiffer = "offsets_differ"
    case checkpointUnreadable = "checkpoint_unreadable"
    case checkpointForged = "checkpoint_forged"
    case keyOutOfTerm = "key_out_of_term"
    case checkpointNotJournalled = "checkpoint_not_journalled"
    case checkpointsNotGrowing = "checkpoints_not_growing"
    case checkpointsMissing = "checkpoints_missing"
    case checkpointBeyondLog = "checkpoint_beyond_log"
    case rootMismatch = "root_mismatch"
    case proofFails = "proof_fails"
    case leafHashDiffers = "leaf_hash_differs"
    // Rollback: the log is not the one that was seen before.
    case olderThanRemembered = "older_than_remembered"
    case forked = "forked"
    // Disclosure: personal values do not match what was committed to.
    case disclosureMismatch = "disclosure_mismatch"
    case disclosureMissing = "disclosure_missing"
    case disclosureDamaged = "disclosure_damaged"
    case keyMissing = "key_missing"
    case keyFileDamaged = "key_file_damaged"
    case erasedWithoutRecord = "erased_without_record"
    // Completeness: something did not reach the log.
    case bootWithoutStart = "boot_without_start"
    case restartMismatch = "restart_mismatch"
    case sequenceGap = "sequence_gap"
    case sequenceRepeated = "sequence_repeated"
    case bootResumed = "boot_resumed"
    case counterMismatch = "counter_mismatch"
    case accessesUnrecorded = "accesses_unrecorded"
    case admittedGap = "admitted_gap"
    case outcomeMissing = "outcome_missing"
    // Undecided: nothing wrong was found, but not everything could be checked.
    case noKey = "no_key"
    case unknownLog = "unknown_log"
    case notSignedByLog = "not_signed_by_log"
    case quorumNotMet = "quorum_not_met"
    case noCheckpoint = "no_checkpoint"
    case rememberedUnreadable = "remembered_unreadable"
    case proofAbsent = "proof_absent"
    case laterSchema = "later_schema"
    case foreignLeaves = "foreign_leaves"
    case noRecords = "no_records"
    // Stale.
    case stale = "stale"
    // Notes: nothing is wrong.
    case notYetApplied = "not_yet_applied"
    case derivedUnfinished = "derived_unfinished"
    case notYetDurable = "not_yet_durable"
    case notYetPublished = "not_yet_published"
    case unsignedRecords = "unsigned_records"
    case gapAdopted = "gap_adopted"
    case inFlight = "in_flight"
    case tornJournalEnd = "torn_journal_end"
    case checkpointRestorable = "checkpoint_restorable"
    case treeAuthentic = "tree_authentic"
    case keyNotChecked = "key_not_checked"
}

/// What a finding puts in question; the order is that of exit codes (highest first).
package enum Concern: String, CaseIterable, Sendable {
    case integrity
    case rollback
    case disclosure
    case completeness
    case undecided
    case stale
    /// Nothing.
    case note
}

extension FindingCode {
    package var concern: Concern {
        switch self {
        case .fileMissing, .segmentAway, .segmentStateUnreadable, .entryTorn, .trailingBytes,
            .journalConflict, .notARecord, .wrongIndex, .recordsDeleted, .recordsInserted,
            .recordsReordered, .wrongOrigin, .brokenChain,
            .timeWentBack, .leafNotInTree, .nodeNotInTree,
            .treeFileTooShort, .offsetsDiffer, .checkpointUnreadable, .checkpointForged,
            .keyOutOfTerm, .checkpointNotJournalled, .checkpointsNotGrowing, .checkpointsMissing,
            .checkpointBeyondLog, .rootMismatch,
            .proofFails, .leafHashDiffers:
            .integrity
        case .olderThanRemembered, .forked: .rollback
        case .disclosureMismatch, .disclosureMissing, .disclosureDamaged, .keyMissing,
            .keyFileDamaged, .erasedWithoutRecord:
            .disclosure
        case .bootWithoutStart, .restartMismatch, .sequenceGap, .sequenceRepeated, .bootResumed,
            .counterMismatch, .accessesUnrecorded, .admittedGap, .outcomeMissing:
            .completeness
        case .noKey, .unknownLog, .notSignedByLog, .quorumNotMet, .noCheckpoint,
            .rememberedUnreadable, .proofAbsent, .laterSchema, .foreignLeaves, .noRecords:
            .undecided
        case .stale: .stale
        case .notYetApplied, .derivedUnfinished, .notYetDurable, .notYetPublished, .unsignedRecords,
            .gapAdopted,
            .inFlight, .tornJournalEnd, .checkpointRestorable, .treeAuthentic, .keyNotChecked:
            .note
        }
    }

    /// One clause for people.
    package var message: String {
        switch self {
        case .fileMissing: "the file does not exist: it was removed, or this copy is not whole"
        case .segmentAway:
            "the segment is said to be elsewhere, or destroyed, so none of its records was read"
        case .segmentStateUnreadable: "where the segment is said to be cannot be read"
        case .entryTorn: "the entries end before the records that were signed"
        case .trailingBytes: "there are bytes behind the last record that was signed"
        case .journalConflict: "stored bytes contradict the commit journal"
        case .notARecord: "the stored bytes are no record"
        case .wrongIndex: "the record says that it has another index"
        case .recordsDeleted: "records were taken out here: those that follow belong further on"
        case .recordsInserted: "records were put in here: those that follow belong further back"
        case .recordsReordered: "records stand in one another's places"
        case .wrongOrigin: "the record is of another log"
        case .brokenChain: "the record does not follow the one before it"
        case .timeWentBack: "the record was sequenced before the one before it"
        case .leafNotInTree: "stored bytes do not match the tree"
        case .nodeNotInTree: "a stored hash is not that of what is below it"
        case .treeFileTooShort: "hashes are missing"
        case .offsetsDiffer: "stored offsets are not those of the entries"
        case .checkpointUnreadable: "the bytes are no signed checkpoint"
        case .checkpointForged: "the signature of a known key is wrong"
        case .keyOutOfTerm:
            "the checkpoint is signed only by keys that the log had not announced by then, or had retired"
        case .checkpointNotJournalled: "the journal of checkpoints does not have what was published"
        case .checkpointsNotGrowing: "a checkpoint is not larger than the one before it"
        case .checkpointsMissing:
            "a published checkpoint is not in the journal of checkpoints any more"
        case .checkpointBeyondLog: "the checkpoint is of more records than there are"
        case .rootMismatch: "the signed root is not that of the records"
        case .proofFails: "the record is not where the proof says"
        case .leafHashDiffers: "the leaf hash given is not that of the leaf"
        case .olderThanRemembered: "the log is older than the checkpoint seen before"
        case .forked: "the log contradicts the checkpoint seen before"
        case .disclosureMismatch: "a disclosed value is not the one committed to"
        case .disclosureMissing: "a committed value is not in the disclosures"
        case .disclosureDamaged: "sealed disclosures were changed or cannot be read"
        case .keyMissing: "the key of sealed disclosures is missing without an erasure record"
        case .keyFileDamaged: "keys are missing, were changed, or cannot be read"
        case .erasedWithoutRecord: "values were erased, and no record says so"
        case .bootWithoutStart: "the first record of a start is not log.start with sequence 1"
        case .restartMismatch: "log.start does not name the start before it and its last record"
        case .sequenceGap: "records are missing"
        case .sequenceRepeated: "a sequence number occurs again"
        case .bootResumed: "an earlier start writes again after a later one began"
        case .counterMismatch: "a heartbeat counted other records than the log has"
        case .accessesUnrecorded: "accesses went through without a record, as their route allows"
        case .admittedGap: "the log admits that records are missing"
        case .outcomeMissing: "an access was started and has no outcome"
        case .noKey: "no key was given to check signatures with"
        case .unknownLog: "no key given is of this log"
        case .notSignedByLog: "no key given has signed the checkpoint"
        case .quorumNotMet: "too few witnesses have cosigned the checkpoint"
        case .noCheckpoint: "there is no checkpoint"
        case .rememberedUnreadable: "the remembered checkpoint cannot be read"
        case .proofAbsent: "there is no proof"
        case .laterSchema:
            "the record is of a schema that this program does not know, and is not judged: verify it with a newer version, which does"
        case .foreignLeaves:
            "these are no Countersign records; of their content nothing was checked"
        case .noRecords:
            "the log has no record, not even of its start: an empty log says nothing"
        case .stale: "the newest record is older than allowed"
        case .notYetApplied:
            "some bytes are in the commit journal only; opening the log applies them"
        case .derivedUnfinished:
            "what is derived of the newest records is missing, as a crash may leave it; opening the log makes it again"
        case .notYetDurable:
            "the newest group is left out: nothing shows yet that it is on stable storage; it is settled in a moment, "
                + "or when the log is opened"
        case .notYetPublished:
            "the newest checkpoint is in the journal only; opening the log publishes it"
        case .unsignedRecords:
            "records behind the newest checkpoint are signed by nobody: this is an unfinished copy of a log in use "
                + "(`countersign log snapshot` makes whole ones), or newer checkpoints are lost"
        case .gapAdopted:
            "the log admits that records are missing, and a later log.adopt takes note of it"
        case .inFlight: "accesses were under way when the log ended"
        case .tornJournalEnd: "the last checkpoint was not written to its end"
        case .checkpointRestorable:
            "the journal of checkpoints ends before the published one; opening the log puts it back"
        case .treeAuthentic:
            "the stored tree leads to the signed root, so every other record is as signed"
        case .keyNotChecked:
            "signatures of this key are of a kind that this program cannot check; they never count"
        }
    }
}
