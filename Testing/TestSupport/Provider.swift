// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import Crypto
package import CryptoExtras

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// An identity provider made of swift-crypto alone, so that it can sign whatever a test asks for.
package enum Provider {
    package static let issuer = "https://id.example.com"
    /// 2026-11-21T08:47:12Z.
    package static let nowSeconds: Int64 = 1_795_250_832
    package static let now = UTCInstant(microseconds: nowSeconds * 1_000_000)

    package static let es = P256.Signing.PrivateKey()
    package static let otherES = P256.Signing.PrivateKey()
    package static let ed = Curve25519.Signing.PrivateKey()
    package static let rsa = makeRSAKey()

    private static func makeRSAKey() -> _RSA.Signing.PrivateKey {
        do {
            return try _RSA.Signing.PrivateKey(keySize: .bits2048)
        } catch {
            preconditionFailure("ProviderHasKeys: no RSA key was made (\(error))")
        }
    }

    /// `r ‖ s` over the bytes.
    package static func signES(_ bytes: [UInt8]) throws -> [UInt8] {
        [UInt8](try es.signature(for: bytes).rawRepresentation)
    }

    package static func signED(_ bytes: [UInt8]) throws -> [UInt8] {
        [UInt8](try ed.signature(for: bytes))
    }

    package static func signRSA(_ bytes: [UInt8]) throws -> [UInt8] {
        [UInt8](
            try rsa.signature(for: SHA256.hash(data: bytes), padding: .insecurePKCS1v1_5)
                .rawRepresentation)
    }
}

/// The members of a JSON object as text, so that tests can write any value and any order.
package struct Members {
    package var members: [(name: String, json: String)]

    package init(_ members: KeyValuePairs<String, String>) {
        self.members = members.map { ($0.key, $0.value) }
    }

    /// A copy with the member set to this JSON text, or without it.
    package func with(_ name: String, _ json: String?) -> Members {
        var copy = self
        copy.members.removeAll { $0.name == name }
        if let json { copy.members.append((name, json)) }
        return copy
    }

    package var json: String {
        "{" + members.map { "\"\($0.name)\":\($0.json)" }.joined(separator: ",") + "}"
    }
}

extension Provider {
    package static let header = Members([
        "alg": #""ES256""#, "typ": #""at+jwt""#, "kid": #""es""#,
    ])

    package static let claims = Members([
        "iss": #""https://id.example.com""#, "sub": #""alice""#, "aud": #""countersign""#,
        "exp": "\(nowSeconds + 300)", "nbf": "\(nowSeconds - 10)", "iat": "\(nowSeconds - 10)",
        "jti": #""j-1""#, "roles": #"["reader"]"#,
    ])

    /// A token of these texts, signed over exactly the bytes that are sent.
    package static func token(
        header: String = header.json, claims: String = claims.json,
        sign: ([UInt8]) throws -> [UInt8] = signES
    ) throws -> String {
        let input = Base64URL.encode(header.utf8) + "." + Base64URL.encode(claims.utf8)
        return input + "." + Base64URL.encode(try sign(Array(input.utf8)))
    }

    package static func token(_ claims: Members) throws -> String { try token(claims: claims.json) }
}
