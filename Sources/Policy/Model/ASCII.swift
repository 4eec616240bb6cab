// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The few questions about ASCII bytes that patterns ask.
enum ASCII {
    static let slash = UInt8(ascii: "/")

    /// The byte with `A`…`Z` turned into `a`…`z`.
    @inline(__always)
    static func folded(_ byte: UInt8) -> UInt8 {
        (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }

    static func isLowercase(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }

    static func isUppercase(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }

    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isLowercase(byte) || isUppercase(byte) || isDigit(byte)
    }

    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
