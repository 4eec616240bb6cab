// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Crypto
internal import JWTKit

/// An identity provider for development and demos: one ES256 key and what it signs.
///
/// Tokens are signed by JWTKit, so that our verifier and our issuer share no code.
package struct DevelopmentIssuer: Sendable {
    /// The `iss` of its tokens.
    package let issuer: String
    /// RFC 7638 thumbprint of the public key; the `kid` of its tokens.
    package let keyID: String
    private let key: P256.Signing.PrivateKey

    /// An issuer with a new key.
    package init(newKeyFor issuer: String) {
        self.init(issuer: issuer, key: P256.Signing.PrivateKey())
    }

    /// An issuer with the key of a PEM text made by ``privateKeyPEM``.
    package init(issuer: String, privateKeyPEM: String) throws(DevelopmentIssuerFault) {
        do {
            self.init(
                issuer: issuer, key: try P256.Signing.PrivateKey(pemRepresentation: privateKeyPEM))
        } catch {
            throw DevelopmentIssuerFault(.unreadableKey, cause: error)
        }
    }

    private init(issuer: String, key: P256.Signing.PrivateKey) {
        self.issuer = issuer
        self.key = key
        let canonical = CanonicalJSON.encode(.object(Self.coordinates(of: key.publicKey)))
        keyID = Base64URL.encode(SHA256.hash(data: canonical))
    }

    /// The private key; its file is readable by its owner only.
    package var privateKeyPEM: String { key.pemRepresentation }

    /// The public key as a JSON Web Key Set, for the proxy's configuration.
    package var keySet: [UInt8] {
        let key = JSONValue.object(
            Self.coordinates(of: key.publicKey) + [
                JSONMember("kid", .string(keyID)), JSONMember("use", .string("sig")),
                JSONMember("alg", .string(TokenAlgorithm.es256.rawValue)),
            ])
        return CanonicalJSON.encode(.object([JSONMember("keys", .array([key]))]))
    }

    /// A signed access token (RFC 9068) in compact serialisation.
    package func token(_ claims: DevelopmentClaims) async throws(DevelopmentIssuerFault) -> String {
        do {
            let signing = try ES256PrivateKey(pem: key.pemRepresentation)
            let keys = await JWTKeyCollection().add(ecdsa: signing)
            return try await keys.sign(
                DevelopmentPayload(issuer: issuer, claims: claims),
                header: ["typ": "at+jwt", "kid": .string(keyID)])
        } catch {
            throw DevelopmentIssuerFault(.notSigned, cause: error)
        }
    }

    /// The members that RFC 7638 hashes.
    private static func coordinates(of key: P256.Signing.PublicKey) -> [JSONMember] {
        let point = [UInt8](key.x963Representation)
        return [
            JSONMember("crv", .string("P-256")), JSONMember("kty", .string("EC")),
            JSONMember("x", .string(Base64URL.encode(point[1...32]))),
            JSONMember("y", .string(Base64URL.encode(point[33...64]))),
        ]
    }
}

/// Why the development issuer cannot work.
package struct DevelopmentIssuerFault: Error, Sendable {
    package enum Code: String, Hashable, Sendable {
        case unreadableKey = "unreadable_key"
        case notSigned = "not_signed"
    }

    package let code: Code
    package let cause: any Error

    init(_ code: Code, cause: any Error) {
        self.code = code
        self.cause = cause
    }

    /// One sentence for people, ending in what to do.
    package var message: String {
        switch code {
        case .unreadableKey:
            "The issuer's key is not a P-256 private key in PEM form; make a new one."
        case .notSigned: "The token could not be signed (\(cause)); make a new issuer key."
        }
    }
}
