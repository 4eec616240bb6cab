// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Merkle

extension DisclosureBlock {
    /// Reads the block at an offset without opening it, or nil at the end of the bytes.
    ///
    /// The next block begins at the upper bound of ``range``.
    package static func read(
        _ bytes: [UInt8], at offset: Int
    ) throws(BlockFault) -> DisclosureBlock? {
        guard offset < bytes.count else { return nil }
        guard bytes[offset...].prefix(4).elementsEqual(magic.prefix(bytes.count - offset)) else {
            throw BlockFault(.badMagic, at: offset)
        }
        guard let total = BigEndian.read(UInt32.self, from: bytes, at: offset + 4),
            bytes.count - offset >= total
        else { throw BlockFault(.torn, at: offset) }
        return try DisclosureBlock(bytes[offset..<offset + Int(total)])
    }

    /// All blocks up to the end or the first fault.
    package static func scan(_ bytes: [UInt8]) -> (blocks: [DisclosureBlock], fault: BlockFault?) {
        var blocks: [DisclosureBlock] = []
        do throws(BlockFault) {
            while let next = try read(bytes, at: blocks.last?.range.upperBound ?? 0) {
                blocks.append(next)
            }
            return (blocks, nil)
        } catch {
            return (blocks, error)
        }
    }

    /// - Parameter bytes: the whole block, as long as its length says.
    private init(_ bytes: ArraySlice<UInt8>) throws(BlockFault) {
        let start = bytes.startIndex
        guard bytes.count > Self.fixedHead else { throw BlockFault(.badLength, at: start) }
        guard let group = CommitGroup(code: bytes[start + 8]) else {
            throw BlockFault(.unknownGroup, at: start)
        }
        let subjectStart = start + Self.fixedHead
        let periodStart = subjectStart + Int(bytes[start + 9])
        let nonceStart = periodStart + Period.textBytes
        let countStart = nonceStart + Self.nonceBytes
        let listStart = countStart + 2
        guard listStart <= bytes.endIndex else { throw BlockFault(.badLength, at: start) }
        let count = Int(bytes[countStart]) << 8 | Int(bytes[countStart + 1])
        let sealedStart = listStart + count * Hash256.byteCount
        let tagStart = bytes.endIndex - Self.tagBytes
        guard sealedStart <= tagStart else { throw BlockFault(.badLength, at: start) }
        guard count > 0 else { throw BlockFault(.empty, at: start) }
        guard
            let name = String(validating: bytes[subjectStart..<periodStart], as: UTF8.self),
            let subject = SubjectID(name)
        else { throw BlockFault(.badSubject, at: start) }
        guard let period = Period(bytes[periodStart..<nonceStart]) else {
            throw BlockFault(.badPeriod, at: start)
        }
        self.group = group
        self.subject = subject
        self.period = period
        range = bytes.startIndex..<bytes.endIndex
        commitments = stride(from: listStart, to: sealedStart, by: Hash256.byteCount)
            .compactMap { Hash256(bytes[$0..<$0 + Hash256.byteCount].span) }
        associated = bytes[..<sealedStart]
        nonce = bytes[nonceStart..<countStart]
        ciphertext = bytes[sealedStart..<tagStart]
        tag = bytes[tagStart...]
    }
}

/// Where a block ends and its commitments are, without anything else of it.
package struct DisclosureBlockHead: Sendable {
    /// Bytes of the whole block.
    package let length: Int
    /// Where its commitments are, from the block's first byte.
    package let commitments: Range<Int>

    /// Bytes that are enough to know how many commitments there are.
    package static let byteCount = DisclosureBlock.fixedHead + 255 + countedFrom + 2

    private static let countedFrom = Period.textBytes + DisclosureBlock.nonceBytes

    /// - Parameter bytes: the first ones of a block, all that there are or at least ``byteCount``.
    /// - Returns: nil if no block begins there, or its lengths contradict one another.
    package init?(_ bytes: Span<UInt8>) {
        guard bytes.count > DisclosureBlock.fixedHead else { return nil }
        for place in DisclosureBlock.magic.indices
        where bytes[place] != DisclosureBlock.magic[place] {
            return nil
        }
        let counted = DisclosureBlock.fixedHead + Int(bytes[9]) + Self.countedFrom
        guard counted + 2 <= bytes.count, let length = BigEndian.read32(bytes, at: 4) else {
            return nil
        }
        let count = Int(bytes[counted]) << 8 | Int(bytes[counted + 1])
        let end = counted + 2 + count * Hash256.byteCount
        guard count > 0, end + DisclosureBlock.tagBytes <= Int(length) else { return nil }
        self.length = Int(length)
        commitments = counted + 2..<end
    }
}
