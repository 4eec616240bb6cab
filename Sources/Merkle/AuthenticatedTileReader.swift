// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Reads hashes of a tree through tiles of an untrusted source and believes none of them.
///
/// The tree is the one with the given size and root. Partial tiles, which together are the right
/// edge, are checked against the root before anything else; every full tile is checked against its
/// hash in the tile above, which was checked in the same way. A tile that was not checked cannot be
/// read from (`EveryTileAuthenticated`; compare CVE-2026-56865).
package struct AuthenticatedTileReader<Source: TileSource>: HashReader {
    package let size: TreeSize
    package let root: RootHash
    package private(set) var source: Source
    /// Tiles that lead to the root, in the form they have at this size.
    private var authentic: [TileCoordinate: [NodeHash]] = [:]
    private var edgeIsAuthentic = false

    package init(size: TreeSize, root: RootHash, source: Source) {
        self.size = size
        self.root = root
        self.source = source
    }

    /// Every subtree is complete in the tree of this size.
    package mutating func hashes(
        of subtrees: [PerfectSubtree]
    ) throws(TileReadFault<Source.Failure>) -> [NodeHash] {
        try authenticateEdge()
        var hashes: [NodeHash] = []
        hashes.reserveCapacity(subtrees.count)
        for subtree in subtrees {
            precondition(
                subtree.isComplete(in: size), "ProofsStayInside: the subtree is in the tree")
            // A subtree between two levels is joined from at most 128 hashes of the lower one.
            let count = 1 << (subtree.height.value % TileLevel.heightStep)
            let first = subtree.position * UInt64(count)
            let tile = try authenticTile(
                level: TileLevel(holdingHeight: subtree.height),
                index: first / UInt64(TileLevel.fullWidth))
            let slot = Int(first % UInt64(TileLevel.fullWidth))
            hashes.append(NodeHash(joining: tile[slot..<slot + count]))
        }
        return hashes
    }

    /// Fetches all partial tiles and full ones that are a whole row, and checks that they fold to the
    /// root.
    private mutating func authenticateEdge() throws(TileReadFault<Source.Failure>) {
        guard !edgeIsAuthentic else { return }
        var partial: [TileCoordinate: [NodeHash]] = [:]
        var digits: [NodeHash] = []
        for subtree in Frontier.subtrees(of: size) {
            let level = TileLevel(holdingHeight: subtree.height)
            let index = level.hashCount(in: size) / UInt64(TileLevel.fullWidth)
            guard let coordinate = TileCoordinate(level: level, index: index, in: size) else {
                preconditionFailure("EdgeIsPartial: a digit of the size has a partial tile")
            }
            let tile: [NodeHash]
            if let known = partial[coordinate] {
                tile = known
            } else {
                tile = try fetch(coordinate)
                partial[coordinate] = tile
            }
            let count = 1 << (subtree.height.value % TileLevel.heightStep)
            let slot = Int(subtree.position * UInt64(count) % UInt64(TileLevel.fullWidth))
            digits.append(NodeHash(joining: tile[slot..<slot + count]))
        }
        let computed = digits.isEmpty ? RootHash.empty : RootHash(NodeHash(folding: digits))
        guard computed == root else { throw .edgeLeadsElsewhere }
        authentic.merge(partial) { known, _ in known }
        edgeIsAuthentic = true
    }

    private mutating func authenticTile(
        level: TileLevel, index: UInt64
    ) throws(TileReadFault<Source.Failure>) -> [NodeHash] {
        guard let coordinate = TileCoordinate(level: level, index: index, in: size) else {
            preconditionFailure("ProofsStayInside: the tile is in the tree")
        }
        if let known = authentic[coordinate] { return known }
        // Partial tiles are all authentic since the edge is, so this one is full and has a parent.
        guard coordinate.isFull, let above = level.above else {
            preconditionFailure("EveryTileAuthenticated: a partial tile is part of the edge")
        }
        let parent = try authenticTile(level: above, index: index / UInt64(TileLevel.fullWidth))
        let tile = try fetch(coordinate)
        guard NodeHash(joining: tile) == parent[Int(index % UInt64(TileLevel.fullWidth))] else {
            throw .forgedTile(coordinate)
        }
        authentic[coordinate] = tile
        return tile
    }

    private mutating func fetch(
        _ coordinate: TileCoordinate
    ) throws(TileReadFault<Source.Failure>) -> [NodeHash] {
        let bytes: [UInt8]
        do {
            bytes = try source.tile(coordinate)
        } catch {
            throw .source(error)
        }
        guard bytes.count == coordinate.byteCount else { throw .wrongLength(coordinate) }
        return NodeHash.row(bytes)
    }
}

extension AuthenticatedTileReader: Sendable where Source: Sendable {}
