// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// The text of a secret that people and programs carry: a prefix, a public id of eight characters, `_`, and 32 random
/// bytes.
///
/// The id is lower-case base 32 (RFC 4648 §6), the secret unpadded base64url. The fixed prefix lets
/// secret scanners find what leaks; the fixed length lets a check refuse others before hashing.
package struct SecretText: Sendable {
    /// API keys, with which callers come to the proxy.
    package static let apiKey = SecretText(prefix: "csk_")
    /// Access tokens of people who look at the log.
    package static let accessToken = SecretText(prefix: "cst_")

    package let prefix: String

    static let idLength = 8
    static let secretByteCount = 32

    private var length: Int { prefix.utf8.count + Self.idLength + 1 + 43 }

    private init(prefix: String) { self.prefix = prefix }

    /// Draws an id and a secret.
    ///
    /// - Parameter random: a cryptographically secure source; 37 bytes are drawn from it.
    package func make(
        random: inout some RandomNumberGenerator
    ) -> (id: String, text: String) {
        let id = (0..<5).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        let secret = (0..<Self.secretByteCount).map { _ in
            UInt8.random(in: .min ... .max, using: &random)
        }
        let bits = id.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let letters = (0..<Self.idLength).map { position in
            Self.symbol(UInt8(bits >> UInt64(35 - 5 * position) & 31))
        }
        let name = String(decoding: letters, as: UTF8.self)
        return (name, prefix + name + "_" + Base64URL.encode(secret))
    }

    /// Whether a text has the shape of such a secret; not whether it is one.
    package func isShaped(_ text: Span<UInt8>) -> Bool {
        guard text.count == length else { return false }
        var at = 0
        for byte in prefix.utf8 {
            guard text[at] == byte else { return false }
            at += 1
        }
        for _ in 0..<Self.idLength {
            guard Self.isIDSymbol(text[at]) else { return false }
            at += 1
        }
        return text[at] == UInt8(ascii: "_")
    }

    /// The public id in a text of that shape.
    package func id(of text: Span<UInt8>) -> String {
        let start = prefix.utf8.count
        return String(
            decoding: (start..<start + Self.idLength).map { text[$0] }, as: UTF8.self)
    }

    /// Whether a text is the id of such a secret.
    package static func isID(_ id: String) -> Bool {
        id.utf8.count == idLength && id.utf8.allSatisfy(isIDSymbol)
    }

    private static func symbol(_ value: UInt8) -> UInt8 {
        value < 26 ? UInt8(ascii: "a") + value : UInt8(ascii: "2") + value - 26
    }

    private static func isIDSymbol(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x32...0x37).contains(byte)
    }
}
