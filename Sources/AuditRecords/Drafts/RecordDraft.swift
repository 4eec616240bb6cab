// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import Disclosures

/// A record without what only the ledger knows: its place in the log and its producer sequence
/// number.
///
/// All of that is in the member ``ledgerMember``, after every other, so that completing a draft is
/// one bulk copy, and all but the last blocks of a group's leaves can be hashed side by side.
package struct RecordDraft: Sendable {
    /// Bytes of the longest leaf that fits the entry framing (C2SP tlog-tiles).
    package static let largestLeaf = RecordLimits.leafBytes

    /// The record's `uid`.
    package let uid: UniqueID
    /// The record's `stage`.
    package let stage: RecordStage
    /// What the record's `commit` names.
    package let commitments: Commitments

    /// The member that the ledger writes. No other member of a record sorts after it (RFC 8785
    /// §3.2.3).
    package static let ledgerMember = "written"

    /// How the ledger's member begins: up to its first value.
    static let ledgersStart: StaticString = #""written":{"index":"#

    /// Holds the record's text; empty while that is in a ``DraftText``.
    package private(set) var bytes: [UInt8]
    /// Where the text is: from the opening brace, all members but the ledger's, each followed by a
    /// comma, and ``ledgersStart``.
    package let range: Range<Int>

    /// A draft with its own text.
    init(uid: UniqueID, stage: RecordStage, commitments: Commitments, bytes: [UInt8]) {
        self.uid = uid
        self.stage = stage
        self.commitments = commitments
        self.bytes = bytes
        range = 0..<bytes.count
    }

    /// A draft whose text is part of a shared one.
    init(uid: UniqueID, stage: RecordStage, commitments: Commitments, at range: Range<Int>) {
        self.uid = uid
        self.stage = stage
        self.commitments = commitments
        bytes = []
        self.range = range
    }

    /// Takes the text that it was written into, if any, which is not written to any more.
    package mutating func take(_ text: DraftText.Finished) {
        if bytes.isEmpty { bytes = text.bytes }
    }
}
