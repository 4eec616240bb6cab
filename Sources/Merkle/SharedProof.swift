// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Some leaves of a tree, and the hashes of whatever stands between them, each from left to right.
package protocol SharedProofSource: ~Copyable {
    associatedtype Failure: Error

    /// The next leaf's place and hash; nil after the last one. Places grow.
    mutating func nextLeaf() throws(Failure) -> (index: LeafIndex, hash: LeafHash)?
    /// The next hash of the proof; nil after the last one.
    mutating func nextHash() throws(Failure) -> NodeHash?
}

/// One proof for any number of leaves: the hashes of all subtrees without any of them, largest first.
///
/// The tree is walked as RFC 6962 defines it, left before right. A subtree without any of the leaves is one hash of the
/// proof. So leaves and hashes are each read once and only the way down is kept, however many there are. The proof of a
/// range has at most two hashes for each level of the tree, and so has that of one leaf, whose siblings they are.
package enum SharedProof {
    /// Why there is no root.
    package enum Fault<Failure: Error>: Error {
        case source(Failure)
        /// There are fewer hashes than subtrees without a leaf.
        case tooFewHashes
        /// There are more.
        case tooManyHashes
        /// This leaf stands outside the tree, or does not follow the one before it.
        case misplaced(LeafIndex)
    }

    /// The root of a tree of this size; all leaves and hashes are read.
    package static func root<Source: SharedProofSource & ~Copyable>(
        of size: TreeSize, reading source: inout Source
    ) throws(Fault<Source.Failure>) -> RootHash {
        var next = try leaf(&source)
        let root =
            size == .empty
            ? RootHash.empty : RootHash(try node(0..<size.count, &next, &source))
        if let next { throw .misplaced(next.index) }
        guard try hash(&source) == nil else { throw .tooManyHashes }
        return root
    }

    private static func node<Source: SharedProofSource & ~Copyable>(
        _ leaves: Range<UInt64>, _ next: inout (index: LeafIndex, hash: LeafHash)?,
        _ source: inout Source
    ) throws(Fault<Source.Failure>) -> NodeHash {
        guard let taken = next, leaves.contains(taken.index.value) else {
            guard let hash = try hash(&source) else { throw .tooFewHashes }
            return hash
        }
        let count = leaves.upperBound - leaves.lowerBound
        guard count > 1 else {
            next = try leaf(&source)
            return NodeHash(taken.hash)
        }
        // The largest power of two below the number of leaves.
        let middle = leaves.lowerBound + 1 << UInt64(63 - (count - 1).leadingZeroBitCount)
        let left = try node(leaves.lowerBound..<middle, &next, &source)
        return NodeHash(
            left: left, right: try node(middle..<leaves.upperBound, &next, &source))
    }

    private static func leaf<Source: SharedProofSource & ~Copyable>(
        _ source: inout Source
    ) throws(Fault<Source.Failure>) -> (index: LeafIndex, hash: LeafHash)? {
        do throws(Source.Failure) {
            return try source.nextLeaf()
        } catch {
            throw .source(error)
        }
    }

    private static func hash<Source: SharedProofSource & ~Copyable>(
        _ source: inout Source
    ) throws(Fault<Source.Failure>) -> NodeHash? {
        do throws(Source.Failure) {
            return try source.nextHash()
        } catch {
            throw .source(error)
        }
    }
}
