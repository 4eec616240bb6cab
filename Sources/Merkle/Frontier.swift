// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The right edge of a growing tree: all it takes to append leaves and compute the root.
///
/// It holds the roots of the perfect subtrees given by the binary digits of the size, largest first.
/// Appending costs two hashes per leaf on average, counting the leaf's own.
package struct Frontier: Hashable, Sendable {
    package private(set) var size: TreeSize
    private var roots: [NodeHash]

    /// The edge of the empty tree.
    package init() {
        size = .empty
        roots = []
        roots.reserveCapacity(64)
    }

    /// The edge of a tree of this size, or nil unless there is one hash for each perfect subtree.
    ///
    /// - Parameter perfectSubtrees: the hashes of ``subtrees(of:)``, in that order.
    package init?(size: TreeSize, perfectSubtrees: [NodeHash]) {
        guard perfectSubtrees.count == size.count.nonzeroBitCount else { return nil }
        self.size = size
        roots = perfectSubtrees
    }

    /// The edge of a tree whose hashes a reader knows.
    package init<Reader: HashReader>(
        size: TreeSize, reading reader: inout Reader
    ) throws(Reader.Failure) {
        self.size = size
        roots = try reader.hashes(of: Self.subtrees(of: size))
    }

    /// The perfect subtrees that a tree of this size consists of, largest first.
    package static func subtrees(of size: TreeSize) -> [PerfectSubtree] {
        PerfectSubtree.covering(0..<size.count)
    }

    /// The hashes of ``subtrees(of:)`` for the size, largest subtree first.
    package var perfectSubtrees: [NodeHash] { roots }

    /// The Merkle tree hash of all leaves; at most 63 hashes.
    package func root() -> RootHash {
        roots.isEmpty ? .empty : RootHash(NodeHash(folding: roots))
    }

    /// All leaves as one node, as they count when other leaves stand to their left; nil without leaves.
    ///
    /// Law: for two neighbouring parts of a tree, the left one's size a multiple of a power of two that
    /// the right one's does not exceed, `left.root(followedBy: right.joined) == whole.root()`.
    package var joined: NodeHash? { roots.isEmpty ? nil : NodeHash(folding: roots) }

    /// The root of the tree that has further leaves, given as ``joined``, behind these.
    package func root(followedBy right: NodeHash) -> RootHash {
        RootHash(NodeHash(folding: roots + [right]))
    }

    /// Adds the next leaf.
    package mutating func append(_ leaf: LeafHash) {
        append(leaf) { _, _ in }
    }

    /// Adds the next leaf and reports every tile hash that it completes.
    ///
    /// - Parameter completed: called with level 0 and the leaf's own hash, then, when the leaf is the
    ///   last of 256, with level 1 and the hash of those, and so on upwards. Each hash is the next
    ///   one of its level, so appending it to a file `tree/<level>` keeps that file complete.
    package mutating func append(
        _ leaf: LeafHash, completed: (_ level: TileLevel, _ hash: NodeHash) -> Void
    ) {
        append(NodeHash(leaf), height: .leaf, completed: completed)
    }

    /// Adds all leaves of a perfect subtree, such as a whole segment, at once.
    ///
    /// The size is a multiple of the subtree's leaf count. Tile hashes below the subtree's height are
    /// not reported: the caller computed them while hashing the subtree.
    package mutating func append(
        _ subtree: NodeHash, height: SubtreeHeight,
        completed: (_ level: TileLevel, _ hash: NodeHash) -> Void
    ) {
        var digits = size.count >> UInt64(height.value)
        precondition(
            digits << UInt64(height.value) == size.count,
            "SubtreesStartAligned: a subtree begins at a multiple of its own leaf count")
        size = TreeSize(size.count + height.leafCount)
        var hash = subtree
        var row = height.value
        report(hash, row: row, to: completed)
        while digits & 1 == 1 {
            hash = NodeHash(left: roots.removeLast(), right: hash)
            digits >>= 1
            row += 1
            report(hash, row: row, to: completed)
        }
        roots.append(hash)
    }

    /// Adds several leaves at once, hashing their nodes side by side, row by row.
    ///
    /// - Parameter completed: called with each hash of level 1 and above that the leaves complete, level by level, with its
    ///   place in its level.
    package mutating func append(
        contentsOf leaves: Span<NodeHash>, by path: HashingPath = .best,
        completed: (_ level: TileLevel, _ position: UInt64, _ hash: NodeHash) -> Void
    ) {
        guard !leaves.isEmpty else { return }
        // The place of the row's first hash, at the row's height.
        var first = size.count
        size = TreeSize(first + UInt64(leaves.count))
        var row: [NodeHash] = []
        row.reserveCapacity(leaves.count + 1)
        var left: [NodeHash] = []
        var height = 0
        // The subtree to the left, still waiting for its other half.
        if !first.isMultiple(of: 2) { row.append(roots.removeLast()) }
        for place in leaves.indices { row.append(leaves[place]) }
        while true {
            if !row.count.isMultiple(of: 2) { left.append(row.removeLast()) }
            guard !row.isEmpty else { break }
            NodeHash.joinPairs(&row, by: path)
            first /= 2
            height += 1
            if height.isMultiple(of: TileLevel.heightStep) {
                let level = TileLevel(holdingHeight: SubtreeHeight(unchecked: height))
                for (place, hash) in row.enumerated() {
                    completed(level, first + UInt64(place), hash)
                }
            }
            if !first.isMultiple(of: 2) { row.insert(roots.removeLast(), at: 0) }
        }
        roots.append(contentsOf: left.reversed())
    }

    private func report(
        _ hash: NodeHash, row: Int, to completed: (TileLevel, NodeHash) -> Void
    ) {
        guard row.isMultiple(of: TileLevel.heightStep) else { return }
        completed(TileLevel(holdingHeight: SubtreeHeight(unchecked: row)), hash)
    }
}
