// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Disclosures
import Merkle

/// The blocks of a stretch of disclosures, read at once: those of records that are neighbours.
struct SealedBlocks {
    /// Where the bytes begin in the file.
    private let start: Int
    private let bytes: [UInt8]
    private var blocks: [(range: Range<Int>, commitments: Range<Int>)] = []

    /// - Parameter bytes: from the first byte of a block on; what follows the last whole block is left out.
    init(_ bytes: [UInt8], at start: Int) {
        self.bytes = bytes
        self.start = start
        var place = 0
        // The last block may be shorter than the longest head.
        while place < bytes.count,
            let head = DisclosureBlockHead(
                bytes.span.extracting(
                    place..<min(place + DisclosureBlockHead.byteCount, bytes.count))),
            bytes.count - place >= head.length, head.commitments.upperBound <= head.length
        {
            blocks.append(
                (
                    place..<place + head.length,
                    place + head.commitments.lowerBound..<place + head.commitments.upperBound
                ))
            place += head.length
        }
    }

    /// Bytes that it takes.
    var byteCount: Int { bytes.count }

    /// Whether everything up to here was read.
    func reaches(_ end: Int) -> Bool { start + bytes.count >= end }

    /// The block that begins there in the file, where ``start(of:)`` says that one does.
    func block(at place: Int) throws(BlockFault) -> DisclosureBlock? {
        try DisclosureBlock.read(bytes, at: place - start)
    }

    /// Where the block of a commitment begins in the file; nil if it is not here.
    func start(of commitment: Hash256) -> Int? {
        let wanted = commitment.bytes
        for (range, commitments) in blocks.reversed() {
            var place = commitments.lowerBound
            while place < commitments.upperBound {
                // Commitments differ in their first byte mostly.
                if bytes[place] == wanted[0],
                    bytes[place..<place + wanted.count].elementsEqual(wanted)
                {
                    return start + range.lowerBound
                }
                place += Hash256.byteCount
            }
        }
        return nil
    }
}
