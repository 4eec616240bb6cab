// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Base 64 with the standard alphabet and padding (RFC 4648 §4), as C2SP formats and records use it.
package enum Base64 {
    /// The padded text of the bytes.
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        append(Array(bytes), to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends the padded text of the bytes to a buffer.
    ///
    /// Concrete, because the generic form is called through witness tables, at 70 instructions per byte.
    package static func append(_ bytes: [UInt8], to text: inout [UInt8]) {
        Base64Alphabet.standard.encode(bytes.span, padded: true, into: &text)
    }

    /// The bytes of a padded text, or nil: wrong length, other characters, missing padding and
    /// non-zero trailing bits are refused, so that one value has one text.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        decode(utf8: Array(text.utf8))
    }

    /// The bytes of a padded text given as ASCII.
    package static func decode(utf8 text: [UInt8]) -> [UInt8]? {
        Base64Alphabet.standard.decode(text, padded: true)
    }
}

/// Base 64 with the URL-safe alphabet and no padding (RFC 4648 §5, RFC 7515 §2).
package enum Base64URL {
    /// The unpadded text of the bytes.
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        Base64Alphabet.urlSafe.encode(Array(bytes).span, padded: false, into: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes of an unpadded text, or nil: padding, white space, other characters and non-zero
    /// trailing bits are refused.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        Base64Alphabet.urlSafe.decode(Array(text.utf8), padded: false)
    }
}

/// One of the two alphabets with its inverse.
struct Base64Alphabet {
    static let standard = Base64Alphabet(symbol62: 0x2B, symbol63: 0x2F)
    static let urlSafe = Base64Alphabet(symbol62: 0x2D, symbol63: 0x5F)

    private let symbols: [UInt8]
    /// The value of each symbol by its ASCII code; 255 for other characters.
    private let values: [UInt8]

    private init(symbol62: UInt8, symbol63: UInt8) {
        let symbols =
            Array(UInt8(0x41)...0x5A) + Array(0x61...0x7A) + Array(0x30...0x39)
            + [symbol62, symbol63]
        var values = [UInt8](repeating: 255, count: 256)
        for (value, symbol) in symbols.enumerated() { values[Int(symbol)] = UInt8(value) }
        self.symbols = symbols
        self.values = values
    }

    func encode(_ bytes: Span<UInt8>, padded: Bool, into text: inout [UInt8]) {
        text.reserveCapacity(text.count + (bytes.count + 2) / 3 * 4)
        let symbols = symbols.span
        var at = 0
        while bytes.count - at >= 3 {
            let group =
                UInt32(bytes[at]) << 16 | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2])
            text.append(symbols[Int(group >> 18)])
            text.append(symbols[Int(group >> 12 & 63)])
            text.append(symbols[Int(group >> 6 & 63)])
            text.append(symbols[Int(group & 63)])
            at += 3
        }
        let held = bytes.count - at
        guard held > 0 else { return }
        let group = UInt32(bytes[at]) << 16 | (held == 2 ? UInt32(bytes[at + 1]) << 8 : 0)
        for position in 0...held {
            text.append(symbols[Int(group >> UInt32(18 - 6 * position) & 63)])
        }
        guard padded else { return }
        for _ in held..<3 { text.append(0x3D) }
    }

    func decode(_ text: [UInt8], padded: Bool) -> [UInt8]? {
        var length = text.count
        if padded {
            guard length.isMultiple(of: 4) else { return nil }
            while length > 0, text.count - length < 2, text[length - 1] == 0x3D { length -= 1 }
        }
        guard length % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(length * 3 / 4)
        var bits: UInt32 = 0
        var held = 0
        for at in 0..<length {
            let value = values[Int(text[at])]
            guard value != 255 else { return nil }
            bits = bits << 6 | UInt32(value)
            held += 6
            guard held >= 8 else { continue }
            held -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
        }
        // Trailing bits that are not zero would give one value a second text.
        guard bits & (1 << UInt32(held) - 1) == 0 else { return nil }
        return bytes
    }
}
