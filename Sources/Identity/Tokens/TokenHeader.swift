// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import ByteCoding

/// The header of a token after the checks that need no configuration.
///
/// Keys and links to keys in the header (`jwk`, `jku`, `x5c`, `x5u`, `x5t`) are never used: keys
/// come only from the issuer's set (RFC 8725 §3.10).
struct TokenHeader {
    let algorithm: TokenAlgorithm
    let type: TokenType
    let keyID: String?

    init(_ header: JSONValue) throws(TokenRefusal) {
        // No extension is supported, so every critical one is refused (RFC 7515 §4.1.11); `b64` and
        // `zip` change what is signed, `enc` belongs to encryption, `cty` to nested tokens.
        for name in ["crit", "b64", "zip", "enc", "cty"] where header[name] != nil {
            throw TokenRefusal(.tokenMalformed)
        }
        guard let name = header["alg"]?.string else { throw TokenRefusal(.tokenMalformed) }
        guard let algorithm = TokenAlgorithm(rawValue: name) else {
            throw TokenRefusal(.tokenAlgorithm)
        }
        guard let type = TokenType(header: try Self.text("typ", of: header)) else {
            throw TokenRefusal(.tokenType)
        }
        self.algorithm = algorithm
        self.type = type
        keyID = try Self.text("kid", of: header)
    }

    private static func text(_ name: String, of header: JSONValue) throws(TokenRefusal) -> String? {
        guard let value = header[name] else { return nil }
        guard let text = value.string else { throw TokenRefusal(.tokenMalformed) }
        return text
    }
}
