// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// A record but for what only the ledger can say: its place in the log and its producer sequence number.
///
/// The bytes are final except for two holes, so that completing a draft is three bulk copies.
package struct RecordDraft: Sendable {
    /// Bytes of the longest leaf that fits the entry framing (C2SP tlog-tiles).
    package static let largestLeaf = RecordLimits.leafBytes

    /// The record's `uid`.
    package let uid: UniqueID
    /// The record's `stage`.
    package let stage: RecordStage
    /// What the record's `commit` names.
    package let commitments: Commitments

    let bytes: [UInt8]
    /// Offset just after `"log":`.
    let logHole: Int
    /// Offset just after `"seq":`, later than ``logHole``.
    let sequenceHole: Int
}
