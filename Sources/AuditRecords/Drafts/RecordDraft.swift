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

    /// All members but the ledger's, each with a comma behind it, from the opening brace on, and ``ledgersStart``.
    let bytes: [UInt8]
}
