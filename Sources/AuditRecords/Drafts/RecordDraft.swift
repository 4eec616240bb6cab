// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import Disclosures

/// A record but for what only the ledger can say: its place in the log and its producer sequence number.
///
/// All of that stands in the member ``ledgerMember``, behind every other, so that completing a draft is one bulk copy, and
/// all but the last blocks of a group's leaves can be hashed side by side.
package struct RecordDraft: Sendable {
    /// Bytes of the longest leaf that fits the entry framing (C2SP tlog-tiles).
    package static let largestLeaf = RecordLimits.leafBytes

    /// The record's `uid`.
    package let uid: UniqueID
    /// The record's `stage`.
    package let stage: RecordStage
    /// What the record's `commit` names.
    package let commitments: Commitments

    /// The member that the ledger writes. No other member of a record sorts behind it (RFC 8785 §3.2.3).
    package static let ledgerMember = "written"

    /// How the ledger's member begins: up to its first value.
    static let ledgersStart: StaticString = #""written":{"index":"#

    /// Holds the record's text; empty as long as that stands in a ``DraftText``.
    private(set) var bytes: [UInt8]
    /// Where the text lies: all members but the ledger's, each with a comma behind it, from the opening brace on, and
    /// ``ledgersStart``.
    let range: Range<Int>

    /// A draft with a text of its own.
    init(uid: UniqueID, stage: RecordStage, commitments: Commitments, bytes: [UInt8]) {
        self.uid = uid
        self.stage = stage
        self.commitments = commitments
        self.bytes = bytes
        range = 0..<bytes.count
    }

    /// A draft whose text lies at a place of one that many share.
    init(uid: UniqueID, stage: RecordStage, commitments: Commitments, at range: Range<Int>) {
        self.uid = uid
        self.stage = stage
        self.commitments = commitments
        bytes = []
        self.range = range
    }

    /// Takes the text that it was written into, if it was; nothing more is written into that one.
    package mutating func take(_ text: DraftText.Finished) {
        if bytes.isEmpty { bytes = text.bytes }
    }
}
