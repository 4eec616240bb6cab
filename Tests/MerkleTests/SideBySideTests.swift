// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Crypto
import Merkle
import Testing

/// Our own SHA-256 beside swift-crypto's, on every path that the processor has.
struct SideBySideTests {
    static let paths = HashingPath.available

    private func reference(_ bytes: ArraySlice<UInt8>, prefix: UInt8) -> Hash256 {
        var hasher = SHA256()
        hasher.update(data: [prefix])
        hasher.update(data: bytes)
        return Hash256(hasher.finalize())
    }

    /// A buffer with leaves of these lengths and gaps between them.
    private func buffer(
        _ lengths: [Int], _ random: inout some RandomNumberGenerator
    ) -> (bytes: [UInt8], leaves: [Range<Int>]) {
        var bytes: [UInt8] = []
        var leaves: [Range<Int>] = []
        for length in lengths {
            bytes += (0..<Int.random(in: 0...3, using: &random)).map { _ in 0xAA }
            leaves.append(bytes.count..<bytes.count + length)
            bytes += (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
        return (bytes, leaves)
    }

    private func ranges(_ leaves: [Range<Int>]) -> MessageRanges {
        var ranges = MessageRanges()
        for leaf in leaves { ranges.append(leaf) }
        return ranges
    }

    @Test func `the portable path is there on every processor, and the best one is there`() {
        #expect(Self.paths.contains(.portable))
        #expect(Self.paths.contains(.best))
    }

    @Test(arguments: paths)
    func `a leaf of every length hashes as swift-crypto does it, alone`(path: HashingPath) {
        var random = Seeded(9)
        for length in 0...300 {
            let (bytes, leaves) = buffer([length], &random)
            var row: [NodeHash] = []
            ranges(leaves).hashLeaves(in: bytes.span, by: path, to: &row)
            #expect(row.map(\.hash) == [reference(bytes[leaves[0]], prefix: 0)])
        }
    }

    @Test(arguments: paths)
    func `leaves of any lengths hash as swift-crypto does it, side by side`(path: HashingPath) {
        var random = Seeded(9)
        for round in 0..<120 {
            let count = round % 40
            // Now all alike, as a log's leaves nearly are, now anything from nothing to the longest.
            let lengths = (0..<count).map { _ in
                switch round % 4 {
                case 0: 1000
                case 1: Int.random(in: 900...1100, using: &random)
                case 2: Int.random(in: 0...300, using: &random)
                default: [0, 55, 63, 64, 119, 4000, 65_535].randomElement(using: &random) ?? 0
                }
            }
            let (bytes, leaves) = buffer(lengths, &random)
            // Behind what the row has already.
            var row = [NodeHash(.zero)]
            ranges(leaves).hashLeaves(in: bytes.span, by: path, to: &row)
            #expect(
                row.map(\.hash) == [.zero] + leaves.map { reference(bytes[$0], prefix: 0) })
        }
    }

    @Test(arguments: paths)
    func `messages behind a byte of their own hash as one piece`(path: HashingPath) {
        var random = Seeded(9)
        let (bytes, messages) = buffer((0..<50).map { $0 * 7 }, &random)
        #expect(
            ranges(messages).digests(in: bytes.span, after: 0x63, by: path)
                == messages.map { reference(bytes[$0], prefix: 0x63) })
        #expect(MessageRanges().digests(in: bytes.span, after: 0, by: path) == [])
    }

    @Test(arguments: paths)
    func `a leaf begun before its end is known hashes as if it had been whole`(path: HashingPath) {
        var random = Seeded(9)
        for round in 0..<120 {
            let lengths = (0..<round % 20).map { _ in Int.random(in: 0...500, using: &random) }
            var (bytes, leaves) = buffer(lengths, &random)
            let beginnings = leaves.map {
                $0.lowerBound..<$0.lowerBound + Int.random(in: 0...$0.count, using: &random)
            }
            var begun = BegunLeaves(by: path)
            begun.begin(ranges(beginnings), in: bytes.span)
            for (leaf, beginning) in zip(leaves, beginnings) {
                for place in beginning.upperBound..<leaf.upperBound { bytes[place] ^= 0x55 }
            }
            for (place, leaf) in leaves.enumerated() {
                #expect(
                    begun.finish(place, leaf: leaf, in: bytes.span).hash
                        == reference(bytes[leaf], prefix: 0))
            }
        }
    }

    @Test(arguments: paths)
    func `leaves added at once make the tree that they make one by one`(path: HashingPath) {
        let tree = ReferenceTree(count: 700)
        let leaves = tree.leaves.map { NodeHash($0) }
        for (before, count) in [
            (0, 0), (0, 1), (1, 1), (1, 2), (3, 1), (0, 256), (255, 1), (255, 2), (256, 255),
            (7, 600), (300, 400), (0, 700), (511, 2), (513, 17),
        ] {
            var (slow, fast) = (Frontier(), Frontier())
            for leaf in tree.leaves[..<before] {
                slow.append(leaf)
                fast.append(leaf)
            }
            var reported: [[NodeHash]] = [[], []]
            for leaf in tree.leaves[before..<before + count] {
                slow.append(leaf) { if $0.value > 0 { reported[0].append($1) } }
            }
            var positions: [UInt64] = []
            fast.append(contentsOf: leaves[before..<before + count].span, by: path) {
                reported[1].append($2)
                positions.append($1)
                #expect($0 == TileLevel(1))
            }
            #expect(fast == slow)
            #expect(fast.root() == tree.root(before + count))
            #expect(reported[0] == reported[1])
            let tiles = UInt64(before / 256)..<UInt64((before + count) / 256)
            #expect(positions == Array(tiles))
        }
    }

    @Test func `leaves that complete level 2 report it behind level 1`() {
        let leaves = (0..<65_536).map { NodeHash(LeafHash(of: Array(String($0).utf8))) }
        var frontier = Frontier()
        var levels: [Int: [NodeHash]] = [:]
        frontier.append(contentsOf: leaves.span) { level, position, hash in
            #expect(position == UInt64(levels[level.value, default: []].count))
            levels[level.value, default: []].append(hash)
        }
        #expect(levels.mapValues(\.count) == [1: 256, 2: 1])
        #expect(levels[2]?.first.map { RootHash($0) } == frontier.root())
        #expect(frontier.joined == NodeHash(joining: leaves))
    }
}

/// SplitMix64: the same lengths and bytes in every run.
private struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}
