// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Shows that a tree was only appended to between two sizes (RFC 9162 §2.1.4).
package struct ConsistencyProof: Hashable, Sendable {
    package let old: TreeSize
    package let new: TreeSize
    /// In the order of RFC 6962 §2.1.2; empty for equal sizes and an empty old tree.
    package let path: [NodeHash]

    package init(old: TreeSize, new: TreeSize, path: [NodeHash]) {
        self.old = old
        self.new = new
        self.path = path
    }

    /// Makes the proof; the old tree is not larger than the new one.
    package init<Reader: HashReader>(
        old: TreeSize, new: TreeSize, reading reader: inout Reader
    ) throws(Reader.Failure) {
        precondition(old <= new, "ProofsStayInside: the old tree is not larger than the new one")
        self.old = old
        self.new = new
        path = try reader.hashes(ofRanges: Self.subtrees(from: old, to: new))
    }

    /// `SUBPROOF(m, D[n], true)` of RFC 6962 §2.1.2.
    private static func subtrees(from old: TreeSize, to new: TreeSize) -> [Range<UInt64>] {
        guard old != .empty, old != new else { return [] }
        var ranges: [Range<UInt64>] = []
        var subtree = 0..<new.count
        while subtree.upperBound != old.count {
            let (left, right) = halves(of: subtree)
            if old.count <= left.upperBound {
                ranges.append(right)
                subtree = left
            } else {
                ranges.append(left)
                subtree = right
            }
        }
        // The subtree that ends the old tree; where it is the whole old tree, its root is known.
        if subtree.lowerBound > 0 { ranges.append(subtree) }
        return ranges.reversed()
    }

    /// Whether the tree with the new root begins with all leaves of the tree with the old root.
    ///
    /// RFC 9162 §2.1.4.2. Against the empty tree there is nothing to show; see
    /// ``ProofVerdict/vacuous``.
    package func check(old oldRoot: RootHash, new newRoot: RootHash) -> ProofVerdict {
        guard old <= new else { return .outsideTree }
        if old == .empty || old == new {
            guard path.isEmpty else { return .wrongLength }
            if old == .empty, oldRoot != .empty { return .rootMismatch }
            if old < new { return .vacuous }
            return oldRoot == newRoot ? .holds : .rootMismatch
        }
        var path = path[...]
        var start = NodeHash(oldRoot.hash)
        if old.count.nonzeroBitCount > 1 {
            guard let first = path.popFirst() else { return .wrongLength }
            start = first
        }
        var walk = Walk(from: old.count - 1, last: new.count - 1)
        walk.skipRightChildren()
        var (oldHash, newHash) = (start, start)
        for sibling in path {
            guard let side = walk.climb() else { return .wrongLength }
            switch side {
            case .left:
                oldHash = NodeHash(left: sibling, right: oldHash)
                newHash = NodeHash(left: sibling, right: newHash)
            case .right: newHash = NodeHash(left: newHash, right: sibling)
            }
        }
        guard walk.isAtRoot else { return .wrongLength }
        return RootHash(oldHash) == oldRoot && RootHash(newHash) == newRoot
            ? .holds : .rootMismatch
    }
}
