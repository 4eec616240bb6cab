// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Writes the subset of RFC 8785 (JCS) that records are made of.
package enum CanonicalJSON {
    /// Appends a value; members are sorted by UTF-16 code units as RFC 8785 §3.2.3 asks.
    ///
    /// The value holds no ``JSONValue/number(_:)`` and no ``JSONValue/null``: canonical text has no form for them here.
    package static func append(_ value: JSONValue, to text: inout [UInt8]) {
        switch value {
        case .object(let members):
            text.append(UInt8(ascii: "{"))
            let sorted = members.sorted { $0.name.utf16.lexicographicallyPrecedes($1.name.utf16) }
            for (position, member) in sorted.enumerated() {
                if position > 0 { text.append(UInt8(ascii: ",")) }
                append(string: member.name.utf8, to: &text)
                text.append(UInt8(ascii: ":"))
                append(member.value, to: &text)
            }
            text.append(UInt8(ascii: "}"))
        case .array(let items):
            text.append(UInt8(ascii: "["))
            for (position, item) in items.enumerated() {
                if position > 0 { text.append(UInt8(ascii: ",")) }
                append(item, to: &text)
            }
            text.append(UInt8(ascii: "]"))
        case .string(let string): append(string: string.utf8, to: &text)
        case .integer(let number): append(integer: number, to: &text)
        case .bool(let flag): text.append(contentsOf: (flag ? "true" : "false").utf8)
        case .number, .null:
            preconditionFailure("CanonicalNumbersOnly: fractions and null have no canonical form")
        }
    }

    /// The canonical text of a value.
    package static func encode(_ value: JSONValue) -> [UInt8] {
        var text: [UInt8] = []
        append(value, to: &text)
        return text
    }

    /// Appends a string with its quotes; `utf8` is valid UTF-8.
    package static func append(string utf8: some Collection<UInt8>, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "\""))
        for byte in utf8 {
            if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                text.append(byte)
            } else if let letter = shortEscape(byte) {
                text.append(UInt8(ascii: "\\"))
                text.append(letter)
            } else {
                text.append(contentsOf: longEscape(byte))
            }
        }
        text.append(UInt8(ascii: "\""))
    }

    /// Appends an integer within ±(2^53−1) in decimal without allocating.
    package static func append(integer number: some BinaryInteger, to text: inout [UInt8]) {
        if number < 0 { text.append(UInt8(ascii: "-")) }
        var rest = UInt64(number.magnitude)
        precondition(
            rest <= JSONValue.largestInteger.magnitude,
            "CanonicalNumbersOnly: integer beyond 2^53-1")
        let start = text.count
        repeat {
            text.append(0x30 + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        text[start...].reverse()
    }

    /// The letter after the backslash for bytes that have a two-character escape.
    static func shortEscape(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x08: UInt8(ascii: "b")
        case 0x09: UInt8(ascii: "t")
        case 0x0A: UInt8(ascii: "n")
        case 0x0C: UInt8(ascii: "f")
        case 0x0D: UInt8(ascii: "r")
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): byte
        default: nil
        }
    }

    /// The inverse of ``shortEscape(_:)``.
    static func escapedByte(_ letter: UInt8) -> UInt8? {
        switch letter {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "t"): 0x09
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): letter
        default: nil
        }
    }

    /// The six characters of a control character without a short escape.
    static func longEscape(_ byte: UInt8) -> [UInt8] {
        Array("\\u00".utf8) + [Hex.digit(byte >> 4), Hex.digit(byte & 15)]
    }
}
