// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Merkle

/// Disclosures of one commit group, subject and group, sealed together: an item of a segment's `disclosures`.
///
/// ```text
///  0   4       "CSD1": magic and version
///  4   4       total length in bytes, from the magic to the tag
///  8   1       group: 1 who, 2 where, 3 what, 4 payload
///  9   1       s, length of the subject id, 1 to 20
/// 10   s       subject id in ASCII: `sub_…`, `anonymous` or `tenant`
///  +   7       period in ASCII: `2026-11`
///  +  12       nonce: 4 bytes random per start of the writer ‖ 8 bytes block number
///  +   2       n, number of disclosures, at least 1
///  +  32 × n   their commitments, in order
///  +   c       AES-256-GCM ciphertext of, for each disclosure: salt (32) ‖ v (4) ‖ value (v bytes)
///  +  16       tag
/// ```
///
/// All integers are big-endian. Everything before the ciphertext is associated data, so no byte of
/// a block can change unnoticed. The key is derived from subject key, period key and group
/// (record.md §4.2).
package struct DisclosureBlock: Sendable {
    /// The most commitments in one block: its count has 16 bits.
    package static let mostDisclosures = 65_535

    package let group: CommitGroup
    package let subject: SubjectID
    package let period: Period
    /// The commitments to the sealed values, in the order of sealing.
    package let commitments: [Hash256]
    /// Where the block is in the bytes it was read from.
    package let range: Range<Int>

    let associated: ArraySlice<UInt8>
    let nonce: ArraySlice<UInt8>
    let ciphertext: ArraySlice<UInt8>
    let tag: ArraySlice<UInt8>

    static let magic = Array("CSD1".utf8)
    static let nonceBytes = 12
    static let tagBytes = 16
    /// Up to and including the length of the subject id.
    static let fixedHead = 10
}

/// Why a disclosure block cannot be read or opened, and where it begins.
package struct BlockFault: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// The bytes end before the block does.
        case torn
        /// No block begins here.
        case badMagic
        /// The lengths contradict one another.
        case badLength
        case unknownGroup
        case badSubject
        case badPeriod
        /// A block without disclosures.
        case empty
        /// The keys given belong to another subject or period.
        case wrongKey
        /// The block was changed, or sealed with another key.
        case notAuthentic
        /// The sealed content is not a list of as many disclosures as there are commitments.
        case badContent
    }

    package var kind: Kind
    /// Offset of the block's first byte.
    package var offset: Int

    package init(_ kind: Kind, at offset: Int) {
        self.kind = kind
        self.offset = offset
    }
}
