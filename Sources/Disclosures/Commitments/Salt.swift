// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// The 32 random bytes that keep a commitment from being guessed.
package struct Salt: Hashable, Sendable {
    /// How many bytes a salt has.
    package static let byteCount = 32

    private let one: UInt64
    private let two: UInt64
    private let three: UInt64
    private let four: UInt64

    init(words: SIMD4<UInt64>) {
        (one, two, three, four) = (words[0], words[1], words[2], words[3])
    }

    /// The salt of 32 bytes, or nil for any other number of bytes.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        var words = SIMD4<UInt64>()
        unsafe withUnsafeMutableBytes(of: &words) { target in
            // Safe: both sides are 32 bytes long; copyBytes checks that the target is large enough.
            unsafe target.copyBytes(from: bytes)
        }
        self.init(words: words)
    }

    /// Appends the 32 bytes without allocating.
    package func append(to bytes: inout [UInt8]) {
        unsafe withUnsafeBytes(of: self) { own in
            // Safe: the pointer is used only inside the closure, while the salt is alive.
            unsafe bytes.append(contentsOf: own)
        }
    }

    /// Appends them to prepared memory.
    func append(to text: inout OutputSpan<UInt8>) {
        // Safe: the memory has room for 32 bytes.
        unsafe text.append(exactly: Self.byteCount) {
            unsafe $0.storeBytes(of: self, as: Salt.self)
        }
    }

    /// Appends them to a writer.
    func append(to writer: inout ByteWriter) {
        unsafe withUnsafeBytes(of: self) { own in
            // Safe: the pointer is used only inside the closure, while the salt is alive.
            unsafe writer.append(own)
        }
    }

    /// The 32 bytes.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return bytes
    }
}
