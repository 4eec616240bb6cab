// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Crypto

extension NodeHash {
    /// The hash of a subtree from those of its halves: `SHA-256(0x01 ‖ left ‖ right)` (RFC 6962 §2.1).
    package init(left: NodeHash, right: NodeHash) {
        var hasher = SHA256(prefix: 0x01)
        unsafe Hash256.withBytes(of: left.hash, right.hash) { bytes in
            // Safe: the buffer is read during the call only.
            unsafe hasher.update(bufferPointer: bytes)
        }
        hash = Hash256(hasher.finalize())
    }

    /// The hash of a tree whose neighbouring subtrees, all of one height, have these hashes.
    ///
    /// For 2^k hashes it is the hash of a perfect subtree. At least one hash is given. Costs one hash
    /// less than there are hashes.
    package init(joining hashes: some Collection<NodeHash>) {
        precondition(!hashes.isEmpty, "JoinNeedsHashes: the empty tree has a root, but no node")
        var row = Array(hashes)
        var count = row.count
        while count > 1 {
            for pair in 0..<count / 2 {
                row[pair] = NodeHash(left: row[2 * pair], right: row[2 * pair + 1])
            }
            if !count.isMultiple(of: 2) { row[count / 2] = row[count - 1] }
            count = (count + 1) / 2
        }
        self = row[0]
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
