// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The hash of one leaf: `SHA-256(0x00 ‖ leaf)` (RFC 6962 §2.1).
package struct LeafHash: Hashable, Sendable {
    package let hash: Hash256

    package init(_ hash: Hash256) { self.hash = hash }
}

/// The hash of a perfect subtree: of one leaf, or `SHA-256(0x01 ‖ left ‖ right)` (RFC 6962 §2.1).
package struct NodeHash: Hashable, Sendable {
    package let hash: Hash256

    package init(_ hash: Hash256) { self.hash = hash }

    /// A leaf is the perfect subtree of one.
    package init(_ leaf: LeafHash) { hash = leaf.hash }
}

/// The Merkle tree hash of a whole tree (RFC 6962 §2.1), for the empty tree `SHA-256("")`.
package struct RootHash: Hashable, Sendable {
    package let hash: Hash256

    package init(_ hash: Hash256) { self.hash = hash }
}
