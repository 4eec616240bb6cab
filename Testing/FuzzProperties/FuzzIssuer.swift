// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Crypto
internal import Identity

/// An issuer that signs whatever it is given, and a verifier that trusts it.
struct FuzzIssuer: Sendable {
    static let shared = FuzzIssuer()
    static let issuer = "https://id.example.com"
    static let audience = "countersign"
    /// 2026-11-21T08:47:12Z.
    static let now = UTCInstant(microseconds: 1_795_250_832_000_000)

    private let key: Curve25519.Signing.PrivateKey
    private let verifier: TokenVerifier

    private init() {
        do {
            key = try Curve25519.Signing.PrivateKey(
                rawRepresentation: [UInt8](repeating: 0x17, count: 32))
            let point = Base64URL.encode(key.publicKey.rawRepresentation)
            let keys = try KeySet(
                parsing: Array(
                    #"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"ed","x":"\#(point)"}]}"#.utf8))
            verifier = try TokenVerifier(
                [
                    TrustedIssuer(
                        issuer: Self.issuer, audiences: [Self.audience],
                        algorithms: Set(TokenAlgorithm.allCases), clockSkew: .seconds(30),
                        types: Set(TokenType.allCases), authorizedParties: [],
                        roleClaims: ClaimPath.usualRoles, knownRoles: nil, keys: keys)
                ], digestKey: SymmetricKey(data: [UInt8](repeating: 7, count: 32)))
        } catch {
            preconditionFailure("FuzzIssuerIsSound: its own configuration is refused")
        }
    }

    func verdict(_ token: [UInt8]) -> CredentialVerdict {
        verifier.verify(token.span, certificateThumbprint: nil, now: Self.now)
    }

    /// A token over exactly these bytes.
    func token(header: ArraySlice<UInt8>, payload: ArraySlice<UInt8>) -> [UInt8] {
        let input = Array((Base64URL.encode(header) + "." + Base64URL.encode(payload)).utf8)
        do {
            let signature = try key.signature(for: input)
            return input + Array(".\(Base64URL.encode(signature))".utf8)
        } catch {
            preconditionFailure("FuzzIssuerIsSound: its key does not sign")
        }
    }
}
