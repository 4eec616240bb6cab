// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import Disclosures
package import LogReading
package import Merkle
package import Query
package import SignedNotes

/// What somebody wants handed over. The same order of the same size of a log gives the same bytes.
package struct EvidenceOrder: Sendable {
    /// Who asks, when and why: all of an order that differs between two runs of it.
    package struct Request: Sendable {
        package var uid: UniqueID
        package var by: String
        package var purpose: String?
        package var time: UTCInstant

        package init(uid: UniqueID, by: String, purpose: String?, time: UTCInstant) {
            self.uid = uid
            self.by = by
            self.purpose = purpose
            self.time = time
        }
    }

    /// What is asked for, and what matches.
    package enum Unit: String, CaseIterable, Sendable {
        /// Each record by itself.
        case record
        /// Each access once, as its newest record says; its older records do not match.
        case access
    }

    package var query: RecordQuery
    /// The salt of the hash that the record of the order calls the query by, where that is personal.
    package var salt: [UInt8]?
    /// What has to hold besides, as whoever asks may not see the rest; the question stays what was asked.
    package var besides = RecordQuery(.everything)
    package var unit = Unit.record
    /// The indices that are searched; nil for all that can match.
    package var range: Range<UInt64>?
    /// Whether records that do not match are handed over, too, with their values withheld.
    package var isFullRange: Bool
    /// Whose values are disclosed.
    package var groups: Set<CommitGroup>
    package var request: Request
    /// The zone in which days of the query were taken, as it is shown; all moments are written in UTC.
    package var zone: String
    /// The command that does it again, for people.
    package var command: String

    package init(
        query: RecordQuery, range: Range<UInt64>?, isFullRange: Bool, groups: Set<CommitGroup>,
        request: Request, zone: String, command: String
    ) {
        self.query = query
        self.range = range
        self.isFullRange = isFullRange
        self.groups = groups
        self.request = request
        self.zone = zone
        self.command = command
    }

    /// What the record of the order calls the query by.
    package var hash: String { QuestionHash(of: query.text, salt: salt).text }

    /// What is looked for, without what is left out.
    package var sought: RecordQuery {
        RecordQuery(all: [unit == .access ? query.ofAccesses : query, besides])
    }

    /// Whether every record of the range is handed over.
    var takesAll: Bool { isFullRange || sought.expression == .everything && unit == .record }
}

/// What evidence is made from, besides the order.
package struct EvidenceSource: Sendable {
    package var snapshot: LogSnapshot
    /// The signed size that everything is proven against; the snapshot has at least as many records.
    package var checkpoint: UnverifiedCheckpoint
    /// The log's public keys.
    package var keys: [NoteVerifierKey]
    /// Who signs the manifest; without any, nobody does.
    package var signers: [NoteSigner]
    /// What the receiver saw last.
    package var remembered: UnverifiedCheckpoint?
    /// Texts of rules by their version; those whose digest is another are not used.
    package var policies: [String: [UInt8]]
    /// Digest of the configuration in force; nil if unknown.
    package var configuration: String?

    package init(
        snapshot: LogSnapshot, checkpoint: UnverifiedCheckpoint, keys: [NoteVerifierKey],
        signers: [NoteSigner], remembered: UnverifiedCheckpoint?, policies: [String: [UInt8]],
        configuration: String?
    ) {
        self.snapshot = snapshot
        self.checkpoint = checkpoint
        self.keys = keys
        self.signers = signers
        self.remembered = remembered
        self.policies = policies
        self.configuration = configuration
    }

    /// The newest checkpoint of a log, or that of an earlier signed size.
    package static func checkpoint(
        of snapshot: LogSnapshot, size: UInt64?
    ) throws(LogReadFailure) -> UnverifiedCheckpoint? {
        guard let size else { return snapshot.newest }
        let files = try snapshot.checkpointFiles()
        return files.all.compactMap(\.checkpoint).last { $0.claim.size.count == size }
    }

    /// The proof that a log at one of its checkpoints continues another one that somebody kept.
    ///
    /// - Throws: ``EvidenceFailure/notContinued`` where it is of another log, of another past, or newer.
    package static func continuing(
        _ kept: UnverifiedCheckpoint, to checkpoint: UnverifiedCheckpoint, of snapshot: LogSnapshot
    ) throws(EvidenceFailure) -> ConsistencyProof {
        let (old, new) = (kept.claim, checkpoint.claim)
        guard old.origin == new.origin, old.size <= new.size else { throw .notContinued }
        let proof = try EvidenceFailure.reading { () throws(LogReadFailure) in
            var reader = try snapshot.hashReader()
            return try ConsistencyProof(old: old.size, new: new.size, reading: &reader)
        }
        guard proof.check(old: old.root, new: new.root) == .holds else { throw .notContinued }
        return proof
    }
}

/// How far an export has come.
package struct EvidenceProgress: Sendable {
    package var read: UInt64
    package var total: UInt64
    /// What was written.
    package var bytes: Int64
}
