// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Lower-case hexadecimal, eight digits at a time.
package enum HexDigits {
    /// The digits of 32 bits as eight bytes of memory, the most significant first.
    ///
    /// Nibbles are spread over the bytes of a word, and the difference between letters and digits is added
    /// to all bytes at once.
    @inline(__always)
    static func of(_ part: UInt32) -> UInt64 {
        var spread = UInt64(part.byteSwapped)
        spread = (spread | spread << 16) & 0x0000_FFFF_0000_FFFF
        spread = (spread | spread << 8) & 0x00FF_00FF_00FF_00FF
        spread = (spread >> 4 & 0x000F_000F_000F_000F) | (spread & 0x000F_000F_000F_000F) << 8
        // A nibble above 9 carries into bit 4 when 6 is added.
        let isLetter = (spread &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        return (spread &+ 0x3030_3030_3030_3030 &+ isLetter &* 0x27).littleEndian
    }

    /// Stores the 16 digits of a word.
    package static func store(_ word: UInt64, to place: UnsafeMutableRawPointer) {
        // Safe: the caller has room for 16 bytes.
        unsafe place.storeBytes(of: of(UInt32(word >> 32)), as: UInt64.self)
        unsafe place.storeBytes(
            of: of(UInt32(truncatingIfNeeded: word)), toByteOffset: 8, as: UInt64.self)
    }
}

extension [UInt8] {
    /// Appends the 16 digits of a word in lower case, most significant first.
    package mutating func append(hex word: UInt64) {
        unsafe append(exactly: 16) { unsafe HexDigits.store(word, to: $0) }
    }
}

extension ByteWriter {
    /// Appends the 16 digits of a word in lower case, most significant first.
    package mutating func append(hex word: UInt64) {
        unsafe append(exactly: 16) { unsafe HexDigits.store(word, to: $0) }
    }
}
