// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Makes a ``SharedProof`` while all leaves of a tree pass, and computes the root of the tree on the way.
///
/// A hash is handed out as soon as it is known that its subtree has none of the leaves and is as large as can be: when a
/// leaf that is taken arrives to its right, or when it is joined with a subtree to its left that has one. Both happen
/// from left to right, so that nothing has to be kept but the right edge.
package struct SharedProofBuilder: Sendable {
    /// A perfect subtree on the right edge.
    package struct Node: Hashable, Sendable {
        package var hash: NodeHash
        package var height: Int
        /// Whether it holds a leaf that is taken, or its hash was handed out.
        package var isCovered: Bool

        package init(hash: NodeHash, height: Int, isCovered: Bool) {
            self.hash = hash
            self.height = height
            self.isCovered = isCovered
        }
    }

    /// The perfect subtrees so far, largest first.
    package private(set) var edge: [Node] = []
    package private(set) var hasLeaf = false
    package private(set) var size = TreeSize.empty

    package init() {}

    /// One that goes on where another was; nil if there is no tree with such an edge.
    package init?(edge: [Node], hasLeaf: Bool) {
        var count: UInt64 = 0
        for (place, node) in edge.enumerated() {
            guard (0...62).contains(node.height),
                place == 0 || node.height < edge[place - 1].height
            else { return nil }
            count += 1 << UInt64(node.height)
        }
        self.edge = edge
        self.hasLeaf = hasLeaf
        size = TreeSize(count)
    }

    /// Adds the next leaf.
    ///
    /// - Parameter emit: gets the next hashes of the proof.
    package mutating func append(
        _ leaf: LeafHash, isTaken: Bool, emit: (NodeHash) -> Void
    ) {
        if isTaken {
            hasLeaf = true
            for place in edge.indices where !edge[place].isCovered {
                emit(edge[place].hash)
                edge[place].isCovered = true
            }
        }
        push(Node(hash: NodeHash(leaf), height: 0, isCovered: isTaken), emit)
    }

    /// Adds a subtree none of whose leaves is taken. The size is a multiple of its number of leaves.
    package mutating func skip(
        _ subtree: PerfectSubtree, _ hash: NodeHash, emit: (NodeHash) -> Void
    ) {
        precondition(
            subtree.position << UInt64(subtree.height.value) == size.count,
            "SubtreesStartAligned: a subtree is added where it stands")
        push(Node(hash: hash, height: subtree.height.value, isCovered: false), emit)
    }

    private mutating func push(_ node: Node, _ emit: (NodeHash) -> Void) {
        size = TreeSize(size.count + 1 << UInt64(node.height))
        var node = node
        while let left = edge.last, left.height == node.height {
            edge.removeLast()
            if left.isCovered, !node.isCovered { emit(node.hash) }
            node = Node(
                hash: NodeHash(left: left.hash, right: node.hash), height: node.height + 1,
                isCovered: left.isCovered || node.isCovered)
        }
        edge.append(node)
    }

    /// Hands out what is left of the proof.
    ///
    /// - Returns: the root of the tree.
    package consuming func finish(emit: (NodeHash) -> Void) -> RootHash {
        guard var right = edge.popLast() else { return .empty }
        while let left = edge.popLast() {
            if left.isCovered, !right.isCovered { emit(right.hash) }
            right = Node(
                hash: NodeHash(left: left.hash, right: right.hash), height: left.height + 1,
                isCovered: left.isCovered || right.isCovered)
        }
        if !hasLeaf { emit(right.hash) }
        return RootHash(right.hash)
    }
}
