// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Merkle

/// The tree as RFC 6962 §2.1 writes it down, recursive and slow: the oracle of these tests.
struct ReferenceTree {
    var leaves: [LeafHash]

    /// Distinct leaves `0`, `1`, ….
    init(count: Int) { leaves = (0..<count).map { LeafHash(of: Array("leaf \($0)".utf8)) } }

    var size: TreeSize { TreeSize(UInt64(leaves.count)) }

    func root(_ size: Int) -> RootHash {
        size == 0 ? .empty : RootHash(node(0..<size))
    }

    /// MTH of a range that is not empty.
    func node(_ range: Range<Int>) -> NodeHash {
        if range.count == 1 { return NodeHash(leaves[range.lowerBound]) }
        let middle = range.lowerBound + split(range.count)
        return NodeHash(
            left: node(range.lowerBound..<middle), right: node(middle..<range.upperBound))
    }

    /// PATH(m, D[range]).
    func path(_ index: Int, _ range: Range<Int>) -> [NodeHash] {
        guard range.count > 1 else { return [] }
        let middle = range.lowerBound + split(range.count)
        return index < middle
            ? path(index, range.lowerBound..<middle) + [node(middle..<range.upperBound)]
            : path(index, middle..<range.upperBound) + [node(range.lowerBound..<middle)]
    }

    /// SUBPROOF(m, D[range], whole), with m counted from the start of the range.
    func subproof(_ old: Int, _ range: Range<Int>, _ whole: Bool) -> [NodeHash] {
        if old == range.count { return whole ? [] : [node(range)] }
        let middle = range.lowerBound + split(range.count)
        let left = range.lowerBound..<middle
        let right = middle..<range.upperBound
        return old <= left.count
            ? subproof(old, left, whole) + [node(right)]
            : subproof(old - left.count, right, false) + [node(left)]
    }

    /// The largest power of two below a count.
    func split(_ count: Int) -> Int {
        var power = 1
        while power * 2 < count { power *= 2 }
        return power
    }
}

/// Rows of tile hashes in memory, grown by a frontier like the files of a log.
struct MemoryRows: LevelSource {
    var rows: [[NodeHash]] = Array(repeating: [], count: 8)
    var frontier = Frontier()

    init() {}

    init(_ leaves: some Sequence<LeafHash>) {
        for leaf in leaves { append(leaf) }
    }

    mutating func append(_ leaf: LeafHash) {
        frontier.append(leaf) { level, hash in rows[level.value].append(hash) }
    }

    func hashes(level: TileLevel, first: UInt64, count: Int) -> [NodeHash] {
        Array(rows[level.value][Int(first)..<Int(first) + count])
    }
}

/// Tiles cut from rows, with one byte of one tile flipped where asked for.
struct MemoryTiles: TileSource {
    var rows: MemoryRows
    var forged: (tile: TileCoordinate, byte: Int)?
    var fetched: [TileCoordinate] = []

    mutating func tile(_ coordinate: TileCoordinate) -> [UInt8] {
        fetched.append(coordinate)
        let row = rows.hashes(
            level: coordinate.level, first: coordinate.index * 256, count: coordinate.width)
        var bytes = row.flatMap(\.hash.bytes)
        if let forged, forged.tile == coordinate { bytes[forged.byte] ^= 1 }
        return bytes
    }
}
