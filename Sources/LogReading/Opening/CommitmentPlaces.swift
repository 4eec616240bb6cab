// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Disclosures
package import Merkle

/// Where the commitments of a segment's disclosures are, or those of a part of them, and nothing else: some ten bytes
/// each, where a parsed block has hundreds.
package struct CommitmentPlaces: Sendable {
    /// So much of the file is known.
    package private(set) var covered: Int
    /// Where each block begins.
    private var starts: [Int] = []
    /// The first eight bytes of commitments, which are as good as random; zero where there is none. A commitment stands
    /// in the first free place from where these bytes say.
    private var keys: [UInt64]
    /// Which block each of them is in.
    private var blocks: [UInt32]
    private var count = 0

    package init() { self.init(from: 0, room: 1024) }

    /// - Parameters:
    ///   - start: where a block begins; those before are not looked at.
    ///   - room: for twice as many commitments as are expected; a power of two.
    init(from start: Int, room: Int) {
        covered = start
        keys = [UInt64](repeating: 0, count: room)
        blocks = [UInt32](repeating: 0, count: room)
    }

    /// Bytes that it takes.
    var byteCount: Int { keys.count * 12 + starts.count * 8 }

    /// Reads on from where it was, up to the end or the first fault.
    ///
    /// - Parameter limit: where to end, if that is before the file's end.
    package mutating func extend(
        to file: OverlaidFile, limit: Int = .max
    ) throws(LogReadFailure) {
        let end = min(file.readableLength, limit)
        var window: [UInt8] = []
        var windowStart = covered
        /// Has the window hold bytes from an offset on, as many as there are of those that are wanted.
        func fill(_ offset: Int, _ wanted: Int) throws(LogReadFailure) -> Range<Int>? {
            let upper = min(offset + wanted, end)
            guard offset < upper else { return nil }
            if offset < windowStart || upper > windowStart + window.count {
                let range = offset..<min(end, max(upper, offset + Self.windowBytes))
                guard let bytes = try file.bytes(range) else { return nil }
                (window, windowStart) = (bytes, offset)
            }
            return offset - windowStart..<upper - windowStart
        }
        while let range = try fill(covered, DisclosureBlockHead.byteCount) {
            guard let head = DisclosureBlockHead(window.span.extracting(range)),
                covered + head.length <= end,
                let all = try fill(covered, head.commitments.upperBound),
                all.count == head.commitments.upperBound
            else { return }
            var place = all.lowerBound + head.commitments.lowerBound
            while place < all.upperBound {
                insert(Self.key(window.span, at: place), UInt32(starts.count))
                place += Hash256.byteCount
            }
            starts.append(covered)
            covered += head.length
        }
    }

    private static let windowBytes = 1 << 20

    private static func key(_ bytes: Span<UInt8>, at place: Int) -> UInt64 {
        var key: UInt64 = 0
        for offset in 0..<8 { key = key << 8 | UInt64(bytes[place + offset]) }
        return max(key, 1)
    }

    private mutating func insert(_ key: UInt64, _ block: UInt32) {
        if count * 2 >= keys.count {
            let (oldKeys, oldBlocks) = (keys, blocks)
            keys = [UInt64](repeating: 0, count: oldKeys.count * 2)
            blocks = [UInt32](repeating: 0, count: oldKeys.count * 2)
            for (place, key) in oldKeys.enumerated() where key != 0 {
                put(key, oldBlocks[place])
            }
        }
        count += 1
        put(key, block)
    }

    private mutating func put(_ key: UInt64, _ block: UInt32) {
        var place = Int(truncatingIfNeeded: key) & (keys.count - 1)
        while keys[place] != 0 { place = (place + 1) & (keys.count - 1) }
        (keys[place], blocks[place]) = (key, block)
    }

    /// The blocks that a commitment may be in, the last one first: mostly one, in which it is.
    package func blocks(of commitment: Hash256) -> [Range<Int>] {
        let key = Self.key(commitment.bytes.span, at: 0)
        var place = Int(truncatingIfNeeded: key) & (keys.count - 1)
        var found: [Range<Int>] = []
        while keys[place] != 0 {
            if keys[place] == key {
                let number = Int(blocks[place])
                let end = number + 1 < starts.count ? starts[number + 1] : covered
                found.append(starts[number]..<end)
            }
            place = (place + 1) & (keys.count - 1)
        }
        return found.reversed()
    }
}
