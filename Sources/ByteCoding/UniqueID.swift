// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A UUID of version 7 (RFC 9562 §5.7): 48 bits of milliseconds since 1970, then 74 random bits.
package struct UniqueID: Hashable, Sendable {
    /// The sixteen bytes as two big-endian halves.
    package let high: UInt64
    package let low: UInt64

    /// - Parameter random: bits for the 74 random positions; the rest of them is ignored.
    package init(at instant: UTCInstant, random: (UInt64, UInt64)) {
        let milliseconds = UInt64(max(0, instant.microseconds / 1000))
        high = milliseconds << 16 | 0x7000 | random.0 & 0x0FFF
        low = 0x8000_0000_0000_0000 | random.1 >> 2
    }

    /// The time of an id in 4096ths of a millisecond: the 60 bits before the random ones.
    static func ticks(at instant: UTCInstant) -> UInt64 {
        let microseconds = UInt64(max(0, instant.microseconds))
        return (microseconds / 1000) << 12 | (microseconds % 1000) << 12 / 1000
    }

    /// - Parameters:
    ///   - ticks: as ``ticks(at:)`` counts them.
    ///   - random: bits for the 62 random positions; the rest of them is ignored.
    init(ticks: UInt64, random: UInt64) {
        high = (ticks >> 12) << 16 | 0x7000 | ticks & 0x0FFF
        low = 0x8000_0000_0000_0000 | random >> 2
    }

    /// The id made of two halves, or nil if they lack version or variant.
    package init?(high: UInt64, low: UInt64) {
        guard high >> 12 & 15 == 7, low >> 62 == 2 else { return nil }
        self.high = high
        self.low = low
    }

    /// Appends the 36 characters `xxxxxxxx-xxxx-7xxx-yxxx-xxxxxxxxxxxx` in lower case.
    package func append(to text: inout [UInt8]) {
        unsafe text.append(exactly: 36) { unsafe store(to: $0) }
    }

    /// Appends the 36 characters.
    package func append(to text: inout ByteWriter) {
        unsafe text.append(exactly: 36) { unsafe store(to: $0) }
    }

    /// Appends the 36 characters.
    package func append(to text: inout OutputSpan<UInt8>) {
        unsafe text.append(exactly: 36) { unsafe store(to: $0) }
    }

    /// Stores the 36 characters.
    package func store(to place: UnsafeMutableRawPointer) {
        let hyphen = UInt8(ascii: "-")
        // Safe: the caller has room for 36 bytes; words overlap where the next one is written over them.
        unsafe place.storeBytes(of: HexDigits.of(UInt32(high >> 32)), as: UInt64.self)
        unsafe place.storeBytes(of: hyphen, toByteOffset: 8, as: UInt8.self)
        let middle = HexDigits.of(UInt32(truncatingIfNeeded: high)).littleEndian
        unsafe place.storeBytes(
            of: UInt32(truncatingIfNeeded: middle).littleEndian, toByteOffset: 9, as: UInt32.self)
        unsafe place.storeBytes(of: hyphen, toByteOffset: 13, as: UInt8.self)
        unsafe place.storeBytes(
            of: UInt32(middle >> 32).littleEndian, toByteOffset: 14, as: UInt32.self)
        unsafe place.storeBytes(of: hyphen, toByteOffset: 18, as: UInt8.self)
        let lower = HexDigits.of(UInt32(low >> 32)).littleEndian
        unsafe place.storeBytes(
            of: UInt32(truncatingIfNeeded: lower).littleEndian, toByteOffset: 19, as: UInt32.self)
        unsafe place.storeBytes(of: hyphen, toByteOffset: 23, as: UInt8.self)
        unsafe place.storeBytes(
            of: UInt32(lower >> 32).littleEndian, toByteOffset: 24, as: UInt32.self)
        unsafe place.storeBytes(
            of: HexDigits.of(UInt32(truncatingIfNeeded: low)), toByteOffset: 28, as: UInt64.self)
    }

    /// The 36 characters in lower case.
    package var text: String {
        var text: [UInt8] = []
        append(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// The id of a text that somebody typed or another program wrote: letters may be large, as some systems show them.
    package init?(typed text: String) { self.init(text.lowercased()) }

    /// The id of a text that ``text`` made, or nil: other versions and upper case are refused.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 36, bytes[14] == UInt8(ascii: "7"),
            (0x38...0x39).contains(bytes[19]) || (0x61...0x62).contains(bytes[19])
        else { return nil }
        var halves: [UInt64] = [0, 0]
        var nibbles = 0
        for (position, byte) in bytes.enumerated() {
            if [8, 13, 18, 23].contains(position) {
                guard byte == UInt8(ascii: "-") else { return nil }
            } else {
                guard let nibble = Hex.nibble(byte) else { return nil }
                halves[nibbles / 16] = halves[nibbles / 16] << 4 | UInt64(nibble)
                nibbles += 1
            }
        }
        (high, low) = (halves[0], halves[1])
    }
}
