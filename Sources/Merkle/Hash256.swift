// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Crypto

/// The 32 bytes of a SHA-256 digest as a fixed-size value, without a heap object.
///
/// Four words rather than a vector, whose alignment would cost every object and array that holds one.
package struct Hash256: Hashable, Sendable {
    private let one: UInt64
    private let two: UInt64
    private let three: UInt64
    private let four: UInt64

    /// How many bytes a digest has.
    package static let byteCount = 32

    /// All bytes zero: `written.prev` of the first record.
    package static let zero = Hash256(words: SIMD4())

    /// The digest whose bytes lie in these words.
    init(words: SIMD4<UInt64>) {
        (one, two, three, four) = (words[0], words[1], words[2], words[3])
    }

    private var words: SIMD4<UInt64> { SIMD4(one, two, three, four) }

    package init(_ digest: SHA256.Digest) {
        self = unsafe digest.withUnsafeBytes { bytes in
            // Safe: a SHA-256 digest has exactly 32 bytes, and loadUnaligned checks its bounds.
            unsafe Hash256(words: bytes.loadUnaligned(as: SIMD4<UInt64>.self))
        }
    }

    /// The digest in 32 bytes, or nil for any other number of bytes.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        var words = SIMD4<UInt64>()
        unsafe withUnsafeMutableBytes(of: &words) { target in
            // Safe: both sides are 32 bytes long; copyBytes checks that the target is large enough.
            unsafe target.copyBytes(from: bytes)
        }
        self.init(words: words)
    }

    /// The digest in a span of 32 bytes, or nil for any other length; for loops in other modules, which
    /// would call the generic form through witness tables.
    package init?(_ bytes: Span<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        // Safe: there are exactly 32 bytes, and every bit pattern is a vector of integers.
        self.init(
            words: unsafe bytes.bytes.unsafeLoadUnaligned(
                fromByteOffset: 0, as: SIMD4<UInt64>.self))
    }

    /// A hash of the digest for tables in memory, unpredictable without the secret.
    package func mixed(with secret: SIMD4<UInt64>) -> UInt64 {
        let keyed = words ^ secret
        let (one, other) = (
            keyed[0].multipliedFullWidth(by: keyed[1]), keyed[2].multipliedFullWidth(by: keyed[3])
        )
        return one.high ^ one.low ^ (other.high &+ other.low)
    }

    /// The 32 bytes.
    package var bytes: [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: Self.byteCount) { buffer, count in
            // Safe: the buffer has room for the 32 bytes that are stored into it.
            unsafe UnsafeMutableRawBufferPointer(buffer).storeBytes(
                of: words, as: SIMD4<UInt64>.self)
            count = Self.byteCount
        }
    }

    /// The 256 bits as numbers, the first bytes highest; for loops of other modules, to which ``withBytes(_:)`` is a call.
    package var bigEndianWords: (UInt64, UInt64, UInt64, UInt64) {
        (one.bigEndian, two.bigEndian, three.bigEndian, four.bigEndian)
    }

    /// Appends the 32 bytes without allocating.
    package func append(to bytes: inout [UInt8]) {
        unsafe withUnsafeBytes(of: self) { own in
            // Safe: the pointer is used only inside the closure, while the value is alive.
            unsafe bytes.append(contentsOf: own)
        }
    }

    /// Calls `body` with the 32 bytes; the buffer is valid only during the call.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        // Safe: the pointer is handed to a body that does not keep it, while the value is alive.
        unsafe withUnsafeBytes(of: self) { own in unsafe body(own) }
    }

    /// The digest of 44 characters of padded base 64 given as ASCII, or nil for any other text; does not
    /// allocate.
    package init?(base64 text: Span<UInt8>) {
        guard text.count == 44, text[43] == UInt8(ascii: "=") else { return nil }
        let values = base64Values.span
        // Values of symbols have six bits; anything else has the seventh set.
        var all: UInt8 = 0
        func value(_ position: Int) -> UInt64 {
            let value = values[Int(text[position])]
            all |= value
            return UInt64(value)
        }
        func ten(_ first: Int) -> UInt64 {
            var bits: UInt64 = 0
            for position in first..<first + 10 { bits = bits << 6 | value(position) }
            return bits
        }
        // 256 bits are 42 symbols and two thirds of one: those at 10, 21 and 42 lie across words.
        let (third, sixth, last) = (value(10), value(21), value(42))
        let words = SIMD4<UInt64>(
            UInt64(bigEndian: ten(0) << 4 | third >> 2),
            UInt64(bigEndian: third << 62 | ten(11) << 2 | sixth >> 4),
            UInt64(bigEndian: sixth << 60 | ten(22)),
            UInt64(bigEndian: ten(32) << 4 | last >> 2))
        // Two trailing bits that are not zero would give one hash a second text.
        guard all < 64, last & 3 == 0 else { return nil }
        self.init(words: words)
    }

    /// Calls `body` with the bytes of two digests, one after the other; valid only during the call.
    static func withBytes<Result>(
        of one: Hash256, _ other: Hash256, _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        let both = SIMD8(lowHalf: one.words, highHalf: other.words)
        // Safe: the pointer is handed to a body that does not keep it, while `both` is alive.
        return unsafe withUnsafeBytes(of: both) { bytes in unsafe body(bytes) }
    }
}

/// The value of each base-64 symbol (RFC 4648 §4) by its ASCII code; 64 for other characters.
private let base64Values: [UInt8] = {
    let symbols =
        Array(UInt8(0x41)...0x5A) + Array(0x61...0x7A) + Array(0x30...0x39) + [0x2B, 0x2F]
    var values = [UInt8](repeating: 64, count: 256)
    for (value, symbol) in symbols.enumerated() { values[Int(symbol)] = UInt8(value) }
    return values
}()
