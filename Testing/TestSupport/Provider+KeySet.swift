// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
package import ByteCoding
package import Crypto
package import CryptoExtras
package import Identity

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension Provider {
    package static func jwk(_ key: P256.Signing.PublicKey, kid: String?) -> Members {
        let point = [UInt8](key.x963Representation)
        return Members([
            "kty": #""EC""#, "crv": #""P-256""#,
            "x": "\"\(Base64URL.encode(point[1...32]))\"",
            "y": "\"\(Base64URL.encode(point[33...64]))\"",
        ]).with("kid", kid.map { "\"\($0)\"" })
    }

    package static func jwk(_ key: Curve25519.Signing.PublicKey, kid: String?) -> Members {
        Members([
            "kty": #""OKP""#, "crv": #""Ed25519""#,
            "x": "\"\(Base64URL.encode(key.rawRepresentation))\"",
        ]).with("kid", kid.map { "\"\($0)\"" })
    }

    package static func jwk(_ key: _RSA.Signing.PublicKey, kid: String?) throws -> Members {
        let numbers = try key.getKeyPrimitives()
        return Members([
            "kty": #""RSA""#, "n": "\"\(Base64URL.encode(numbers.modulus))\"",
            "e": "\"\(Base64URL.encode(numbers.publicExponent))\"",
        ]).with("kid", kid.map { "\"\($0)\"" })
    }

    package static func keySetText(_ keys: [Members]) -> [UInt8] {
        Array("{\"keys\":[\(keys.map(\.json).joined(separator: ","))]}".utf8)
    }

    /// The provider's three keys: `es`, `ed`, `rsa`.
    package static func keySet() throws -> KeySet {
        try KeySet(
            parsing: keySetText([
                jwk(es.publicKey, kid: "es"), jwk(ed.publicKey, kid: "ed"),
                try jwk(rsa.publicKey, kid: "rsa"),
            ]))
    }

    /// The provider as it is usually configured.
    package static func trusted(keys: KeySet? = nil) throws -> TrustedIssuer {
        TrustedIssuer(
            issuer: issuer, audiences: ["countersign", "https://api.example.com"],
            algorithms: Set(TokenAlgorithm.allCases), clockSkew: .seconds(30),
            types: Set(TokenType.allCases), authorizedParties: [],
            roleClaims: ClaimPath.usualRoles, knownRoles: nil,
            keys: try keys ?? keySet())
    }

    package static let digestKey = SymmetricKey(data: [UInt8](repeating: 7, count: 32))

    /// The verdict on a token at ``now`` or another moment, under the usual or another configuration.
    package static func verdict(
        _ token: String, at instant: UTCInstant = now, thumbprint: String? = nil,
        configure: (inout TrustedIssuer) throws -> Void = { _ in }
    ) throws -> CredentialVerdict {
        var trusted = try trusted()
        try configure(&trusted)
        let verifier = try TokenVerifier([trusted], digestKey: digestKey)
        let bytes = Array(token.utf8)
        return verifier.verify(bytes.span, certificateThumbprint: thumbprint, now: instant)
    }
}
