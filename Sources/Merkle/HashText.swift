// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// The 44 characters of a hash in padded base 64 (RFC 4648 §4), as a value.
package struct HashText: Sendable {
    package static let byteCount = 44
    /// The first 44 bytes of these words.
    private let words: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)

    package init(_ hash: Hash256) {
        let (one, two, three, four) = hash.bigEndianWords
        // Two bytes are left of the 32: three symbols, and one in the place of what is missing.
        let last = Self.eight((four & 0xFFFF) << 32).littleEndian
        words = (
            Self.eight(one >> 16), Self.eight((one & 0xFFFF) << 32 | two >> 32),
            Self.eight((two & 0xFFFF_FFFF) << 16 | three >> 48),
            Self.eight(three & 0xFFFF_FFFF_FFFF), Self.eight(four >> 16),
            (last & 0x00FF_FFFF | UInt64(UInt8(ascii: "=")) << 24).littleEndian
        )
    }

    /// The symbols of 48 bits as eight bytes of memory.
    ///
    /// Six bits are spread over each byte of a word. What a symbol is more or less than its value changes with the range
    /// that the value is in, and is added to all bytes at once; none of them carries into the next.
    @inline(__always)
    private static func eight(_ bits: UInt64) -> UInt64 {
        var values = bits & 0xFF_FFFF | (bits >> 24) << 32
        values = values & 0x0000_0FFF_0000_0FFF | (values & 0x00FF_F000_00FF_F000) << 4
        values = values & 0x003F_003F_003F_003F | (values & 0x0FC0_0FC0_0FC0_0FC0) << 2
        /// One in each byte whose value is not below `limit`.
        func atLeast(_ limit: UInt64) -> UInt64 {
            (values &+ (128 &- limit) &* ones) >> 7 & ones
        }
        // From `A`; from `a` at 26; from `0` at 52; `+` at 62 and `/` at 63.
        let symbols =
            values &+ 65 &* ones &+ atLeast(26) &* 6 &- atLeast(52) &* 75 &- atLeast(62) &* 15
            &+ atLeast(63) &* 3
        return symbols.bigEndian
    }

    private static let ones: UInt64 = 0x0101_0101_0101_0101

    /// Stores the 44 characters.
    package func store(to place: UnsafeMutableRawPointer) {
        unsafe withUnsafeBytes(of: words) { own in
            // Safe: the caller has room for 44 bytes, and there are 48 to copy from.
            guard let start = own.baseAddress else { return }
            unsafe place.copyMemory(from: start, byteCount: Self.byteCount)
        }
    }
}

extension Hash256 {
    /// Appends the 44 characters of padded base 64 without allocating while there is room.
    package func appendBase64(to text: inout [UInt8]) {
        unsafe text.append(exactly: HashText.byteCount) { unsafe HashText(self).store(to: $0) }
    }

    /// Stores them over the 44 bytes at an offset.
    package func storeBase64(at offset: Int, of text: inout [UInt8]) {
        HashText(self).store(at: offset, of: &text)
    }
}

extension HashText {
    /// Stores the characters over the 44 bytes at an offset.
    package func store(at offset: Int, of text: inout [UInt8]) {
        precondition(
            offset >= 0 && offset <= text.count - Self.byteCount,
            "HashFitsItsHole: there are no 44 bytes for the hash")
        unsafe text.withUnsafeMutableBytes { bytes in
            // Safe: the 44 bytes behind the offset are the text's, as was just made sure.
            guard let start = bytes.baseAddress else { return }
            unsafe store(to: start + offset)
        }
    }
}

extension ByteWriter {
    /// Appends the 44 characters.
    package mutating func append(_ text: HashText) {
        unsafe append(exactly: HashText.byteCount) { unsafe text.store(to: $0) }
    }
}
