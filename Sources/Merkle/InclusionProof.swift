// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Shows that a leaf is at its index in a tree with a given root (RFC 9162 §2.1.3).
package struct InclusionProof: Hashable, Sendable {
    package let index: LeafIndex
    package let size: TreeSize
    /// The leaf's sibling first, a child of the root last; at most 64.
    package let path: [NodeHash]

    package init(index: LeafIndex, size: TreeSize, path: [NodeHash]) {
        self.index = index
        self.size = size
        self.path = path
    }

    /// Makes the proof for a leaf that is in the tree.
    package init<Reader: HashReader>(
        index: LeafIndex, size: TreeSize, reading reader: inout Reader
    ) throws(Reader.Failure) {
        precondition(size.contains(index), "ProofsStayInside: the leaf is in the tree")
        self.index = index
        self.size = size
        path = try reader.hashes(ofRanges: Self.siblings(of: index, in: size))
    }

    /// The subtrees beside the way from the leaf up to the root: `PATH(m, D[n])` of RFC 6962 §2.1.1.
    private static func siblings(of index: LeafIndex, in size: TreeSize) -> [Range<UInt64>] {
        var siblings: [Range<UInt64>] = []
        var subtree = 0..<size.count
        while subtree.upperBound - subtree.lowerBound > 1 {
            let (left, right) = halves(of: subtree)
            if left.contains(index.value) {
                siblings.append(right)
                subtree = left
            } else {
                siblings.append(left)
                subtree = right
            }
        }
        return siblings.reversed()
    }

    /// The root that the leaf and the path lead to, or nil when index, size and length do not fit.
    ///
    /// RFC 9162 §2.1.3.2; costs one hash per element of the path.
    package func root(of leaf: LeafHash) -> RootHash? {
        guard size.contains(index) else { return nil }
        var walk = Walk(from: index.value, last: size.count - 1)
        var hash = NodeHash(leaf)
        for sibling in path {
            guard let side = walk.climb() else { return nil }
            hash =
                switch side {
                case .left: NodeHash(left: sibling, right: hash)
                case .right: NodeHash(left: hash, right: sibling)
                }
        }
        return walk.isAtRoot ? RootHash(hash) : nil
    }

    /// Whether the leaf is at the index of the tree with this root.
    package func check(_ leaf: LeafHash, in root: RootHash) -> ProofVerdict {
        guard size.contains(index) else { return .outsideTree }
        guard let computed = self.root(of: leaf) else { return .wrongLength }
        return computed == root ? .holds : .rootMismatch
    }
}

/// Splits a subtree of more than one leaf: the left half has the largest power of two below its
/// leaf count (RFC 6962 §2.1).
func halves(of subtree: Range<UInt64>) -> (left: Range<UInt64>, right: Range<UInt64>) {
    let last = subtree.upperBound - subtree.lowerBound - 1
    let middle = subtree.lowerBound + (1 << UInt64(63 - last.leadingZeroBitCount))
    return (subtree.lowerBound..<middle, middle..<subtree.upperBound)
}
