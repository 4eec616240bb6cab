// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What patterns need to know about ASCII bytes.
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

    /// Letters, digits and `-._~` (RFC 3986 §2.3).
    static func isUnreserved(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
            || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "~")
    }

    /// The value of a hexadecimal digit of either case.
    static func nibble(_ digit: UInt8) -> UInt8? {
        switch folded(digit) {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: folded(digit) - 0x57
        default: nil
        }
    }

    /// The upper-case digit of a number below 16.
    static func hexDigit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 0x30 + nibble : 0x37 + nibble }

    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
