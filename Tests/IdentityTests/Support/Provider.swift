// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Crypto
import CryptoExtras
import Foundation

/// An identity provider made of swift-crypto alone, so that it can sign whatever a test asks for.
enum Provider {
    static let issuer = "https://id.example.com"
    /// 2026-11-21T08:47:12Z.
    static let nowSeconds: Int64 = 1_795_250_832
    static let now = UTCInstant(microseconds: nowSeconds * 1_000_000)

    static let es = P256.Signing.PrivateKey()
    static let otherES = P256.Signing.PrivateKey()
    static let ed = Curve25519.Signing.PrivateKey()
    static let rsa = makeRSAKey()

    private static func makeRSAKey() -> _RSA.Signing.PrivateKey {
        do {
            return try _RSA.Signing.PrivateKey(keySize: .bits2048)
        } catch {
            fatalError("no RSA key: \(error)")
        }
    }

    /// `r ‖ s` over the bytes.
    static func signES(_ bytes: [UInt8]) throws -> [UInt8] {
        [UInt8](try es.signature(for: bytes).rawRepresentation)
    }

    static func signED(_ bytes: [UInt8]) throws -> [UInt8] {
        [UInt8](try ed.signature(for: bytes))
    }

    static func signRSA(_ bytes: [UInt8]) throws -> [UInt8] {
        [UInt8](
            try rsa.signature(for: SHA256.hash(data: bytes), padding: .insecurePKCS1v1_5)
                .rawRepresentation)
    }
}

/// The members of a JSON object as text, so that tests can write any value and any order.
struct Members {
    var members: [(name: String, json: String)]

    init(_ members: KeyValuePairs<String, String>) {
        self.members = members.map { ($0.key, $0.value) }
    }

    /// A copy with the member set to this JSON text, or without it.
    func with(_ name: String, _ json: String?) -> Members {
        var copy = self
        copy.members.removeAll { $0.name == name }
        if let json { copy.members.append((name, json)) }
        return copy
    }

    var json: String {
        "{" + members.map { "\"\($0.name)\":\($0.json)" }.joined(separator: ",") + "}"
    }
}

extension Provider {
    static let header = Members([
        "alg": #""ES256""#, "typ": #""at+jwt""#, "kid": #""es""#,
    ])

    static let claims = Members([
        "iss": #""https://id.example.com""#, "sub": #""alice""#, "aud": #""countersign""#,
        "exp": "\(nowSeconds + 300)", "nbf": "\(nowSeconds - 10)", "iat": "\(nowSeconds - 10)",
        "jti": #""j-1""#, "roles": #"["reader"]"#,
    ])

    /// A token of these texts, signed over exactly the bytes that it is sent as.
    static func token(
        header: String = header.json, claims: String = claims.json,
        sign: ([UInt8]) throws -> [UInt8] = signES
    ) throws -> String {
        let input = Base64URL.encode(header.utf8) + "." + Base64URL.encode(claims.utf8)
        return input + "." + Base64URL.encode(try sign(Array(input.utf8)))
    }

    static func token(_ claims: Members) throws -> String { try token(claims: claims.json) }
}
