// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Crypto

extension LeafHash {
    /// The hash of a leaf's bytes: `MTH({d}) = SHA-256(0x00 ‖ d)` (RFC 6962 §2.1).
    ///
    /// The leaf is hashed where it lies; no prefixed copy is made.
    package init(of leaf: RawSpan) {
        var hasher = SHA256(prefix: HashPrefix.leaf)
        unsafe leaf.withUnsafeBytes { bytes in
            // Safe: the buffer is read during the call only.
            unsafe hasher.update(bufferPointer: bytes)
        }
        hash = Hash256(hasher.finalize())
    }

    /// The hash of a leaf's bytes.
    package init(of leaf: Span<UInt8>) {
        // Safe: bytes have no padding, so a raw view reads nothing uninitialised.
        self.init(of: unsafe leaf.bytes)
    }

    /// The hash of a leaf that has an array of its own.
    package init(of leaf: [UInt8]) { self.init(of: leaf.span) }

    /// The hash of a leaf that is a part of an array.
    package init(of leaf: ArraySlice<UInt8>) { self.init(of: leaf.span) }
}

extension SHA256 {
    /// A hasher that has taken in the byte that separates leaves from nodes.
    init(prefix: UInt8) {
        self.init()
        unsafe withUnsafeBytes(of: prefix) { bytes in
            // Safe: the pointer to the one byte is used during the call only.
            unsafe update(bufferPointer: bytes)
        }
    }
}
