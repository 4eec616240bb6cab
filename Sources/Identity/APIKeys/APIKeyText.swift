// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// The text of an API key: `csk_`, a public id of eight characters, `_`, and 32 random bytes.
///
/// The id is lower-case base 32 (RFC 4648 §6), the secret unpadded base64url. The fixed prefix lets
/// secret scanners find keys that leak; the fixed length lets a check refuse others before hashing.
enum APIKeyText {
    static let prefix = "csk_"
    static let idLength = 8
    static let secretByteCount = 32
    static let length = prefix.utf8.count + idLength + 1 + 43

    /// The text of a key.
    ///
    /// - Parameters:
    ///   - id: five bytes.
    ///   - secret: 32 bytes.
    static func make(id: [UInt8], secret: [UInt8]) -> (id: String, text: String) {
        precondition(
            id.count == 5 && secret.count == secretByteCount,
            "KeysAreFullLength: an API key is made of 5 and 32 bytes")
        let bits = id.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let letters = (0..<idLength).map { position in
            symbol(UInt8(bits >> UInt64(35 - 5 * position) & 31))
        }
        let name = String(decoding: letters, as: UTF8.self)
        return (name, prefix + name + "_" + Base64URL.encode(secret))
    }

    /// Whether a text has the shape of an API key; not whether it is one.
    static func isShaped(_ text: Span<UInt8>) -> Bool {
        guard text.count == length else { return false }
        var at = 0
        for byte in prefix.utf8 {
            guard text[at] == byte else { return false }
            at += 1
        }
        for _ in 0..<idLength {
            guard isIDSymbol(text[at]) else { return false }
            at += 1
        }
        return text[at] == UInt8(ascii: "_")
    }

    /// The public id in a text of that shape.
    static func id(of text: Span<UInt8>) -> String {
        let start = prefix.utf8.count
        return String(
            decoding: (start..<start + idLength).map { text[$0] }, as: UTF8.self)
    }

    /// Whether a text is the id of a key.
    static func isID(_ id: String) -> Bool {
        id.utf8.count == idLength && id.utf8.allSatisfy(isIDSymbol)
    }

    private static func symbol(_ value: UInt8) -> UInt8 {
        value < 26 ? UInt8(ascii: "a") + value : UInt8(ascii: "2") + value - 26
    }

    private static func isIDSymbol(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x32...0x37).contains(byte)
    }
}
