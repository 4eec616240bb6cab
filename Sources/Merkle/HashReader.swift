// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A source of the hashes of a tree's perfect subtrees.
///
/// Proofs are made from such a reader. It is asked for all hashes at once, so that a reader over
/// tiles fetches and checks each tile once.
package protocol HashReader {
    associatedtype Failure: Error

    /// The hashes of perfect subtrees that are complete in the reader's tree, in the order asked for.
    mutating func hashes(of subtrees: [PerfectSubtree]) throws(Failure) -> [NodeHash]
}

extension HashReader {
    /// The hash of each range of leaves.
    ///
    /// Each range occurs as a subtree in some tree: it begins at a multiple of its leaf count rounded
    /// up to a power of two.
    mutating func hashes(ofRanges ranges: [Range<UInt64>]) throws(Failure) -> [NodeHash] {
        let parts = ranges.map(PerfectSubtree.covering)
        let known = try hashes(of: parts.flatMap(\.self))
        var rest = known[...]
        return parts.map { part in
            defer { rest = rest.dropFirst(part.count) }
            return NodeHash(folding: rest.prefix(part.count))
        }
    }

    /// The root that the tree had at an earlier size.
    package mutating func root(at size: TreeSize) throws(Failure) -> RootHash {
        try Frontier(size: size, reading: &self).root()
    }
}
