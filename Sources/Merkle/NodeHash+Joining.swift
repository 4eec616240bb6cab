// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import CSHA256
internal import Crypto

extension NodeHash {
    /// The hash of a subtree from those of its halves: `SHA-256(0x01 ‖ left ‖ right)` (RFC 6962 §2.1).
    package init(left: NodeHash, right: NodeHash) {
        var hasher = SHA256(prefix: HashPrefix.node)
        unsafe Hash256.withBytes(of: left.hash, right.hash) { bytes in
            // Safe: the buffer is read during the call only.
            unsafe hasher.update(bufferPointer: bytes)
        }
        hash = Hash256(hasher.finalize())
    }

    /// The hash of a tree whose neighbouring subtrees, all of one height, have these hashes.
    ///
    /// For 2^k hashes, that is the hash of a perfect subtree. At least one hash is given. Costs one hash
    /// less than the number given.
    package init(joining hashes: some Collection<NodeHash>) {
        precondition(!hashes.isEmpty, "JoinNeedsHashes: the empty tree has a root, but no node")
        var row = Array(hashes)
        while row.count > 1 {
            let odd = row.count.isMultiple(of: 2) ? nil : row.popLast()
            NodeHash.joinPairs(&row)
            if let odd { row.append(odd) }
        }
        self = row[0]
    }

    /// Replaces an even number of hashes by the hashes of their pairs, computed side by side.
    static func joinPairs(_ row: inout [NodeHash], by path: HashingPath = .best) {
        precondition(row.count.isMultiple(of: 2), "PairsAreWhole: a hash has no neighbour to join")
        let pairs = row.count / 2
        unsafe row.withUnsafeMutableBytes { bytes in
            // Safe: a NodeHash is 32 bytes, so there are `pairs` pairs of them; their joins take the first half.
            guard let base = bytes.baseAddress else { return }
            let row = unsafe base.assumingMemoryBound(to: UInt8.self)
            unsafe csha256_join(path.number, HashPrefix.node, row, pairs, row)
        }
        row.removeLast(pairs)
    }

    /// The hash of neighbouring perfect subtrees of falling height, largest first, as the binary
    /// digits of a size arrange them; at least one hash is given.
    init(folding hashes: some BidirectionalCollection<NodeHash>) {
        var hashes = hashes[...]
        guard var right = hashes.popLast() else {
            preconditionFailure("JoinNeedsHashes: the empty tree has a root, but no node")
        }
        while let left = hashes.popLast() { right = NodeHash(left: left, right: right) }
        self = right
    }
}

extension RootHash {
    /// The root of the tree without leaves: `MTH({}) = SHA-256("")` (RFC 6962 §2.1).
    package static let empty = RootHash(Hash256(SHA256().finalize()))

    /// The root of a tree that is one subtree.
    package init(_ node: NodeHash) { hash = node.hash }
}
