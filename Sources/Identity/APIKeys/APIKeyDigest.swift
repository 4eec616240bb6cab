// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Crypto

/// SHA-256 of a whole API key: all that is stored of it.
///
/// Keys carry 256 random bits, so a plain digest cannot be searched and no slow hash is needed.
package struct APIKeyDigest: Hashable, Sendable {
    private let words: SIMD4<UInt64>

    /// The digest of the bytes as presented. Costs about 1 µs.
    package init(of key: Span<UInt8>) {
        var hash = SHA256()
        unsafe key.withUnsafeBytes { bytes in
            // Safe: the buffer is valid during the call, and the hash does not keep it.
            unsafe hash.update(bufferPointer: bytes)
        }
        words = unsafe hash.finalize().withUnsafeBytes { bytes in
            // Safe: a SHA-256 digest has exactly 32 bytes, and loadUnaligned checks its bounds.
            unsafe bytes.loadUnaligned(as: SIMD4<UInt64>.self)
        }
    }

    /// The digest of a text `sha256:` and 64 lower-case hex digits, or nil for any other text.
    package init?(_ text: some StringProtocol) {
        guard text.hasPrefix(Self.prefix),
            let bytes = Hex.decode(text.dropFirst(Self.prefix.count)), bytes.count == 32
        else { return nil }
        words = unsafe bytes.withUnsafeBytes { bytes in
            // Safe: 32 bytes were counted above, and loadUnaligned checks its bounds.
            unsafe bytes.loadUnaligned(as: SIMD4<UInt64>.self)
        }
    }

    /// `sha256:` and 64 lower-case hex digits.
    package var text: String {
        let bytes = unsafe withUnsafeBytes(of: words) { bytes in
            // Safe: the array copies the bytes while `words` is alive.
            unsafe Array(bytes)
        }
        return Self.prefix + Hex.encode(bytes)
    }

    /// Always compares all words, so that the time does not reveal where two digests differ.
    package static func == (one: Self, other: Self) -> Bool {
        let difference = one.words ^ other.words
        return difference[0] | difference[1] | difference[2] | difference[3] == 0
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(words) }

    private static let prefix = "sha256:"
}
