// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import CryptoExtras
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// A public key of an issuer, usable with exactly one algorithm.
enum VerificationKey: Sendable {
    case p256(P256.Signing.PublicKey)
    case ed25519(Curve25519.Signing.PublicKey)
    case rsa(_RSA.Signing.PublicKey)

    /// The one algorithm that goes with the key (RFC 8725 §3.1).
    var algorithm: TokenAlgorithm {
        switch self {
        case .p256: .es256
        case .ed25519: .edDSA
        case .rsa: .rs256
        }
    }

    /// Whether the signature over the message was made with this key's private half.
    func isValid(_ signature: [UInt8], over message: ArraySlice<UInt8>) -> Bool {
        switch self {
        case .p256(let key):
            // r ‖ s of 32 bytes each (RFC 7518 §3.4); DER would have a different length. The
            // library refuses zero and everything else outside 1 ..< order.
            guard signature.count == 64 else { return false }
            do {
                let parsed = try P256.Signing.ECDSASignature(rawRepresentation: signature)
                return key.isValidSignature(parsed, for: message)
            } catch {
                // A signature that cannot be read is not valid.
                return false
            }
        case .ed25519(let key):
            guard signature.count == 64 else { return false }
            return key.isValidSignature(signature, for: message)
        case .rsa(let key):
            guard signature.count == key.keySizeInBits / 8 else { return false }
            return key.isValidSignature(
                _RSA.Signing.RSASignature(rawRepresentation: signature),
                for: SHA256.hash(data: message), padding: .insecurePKCS1v1_5)
        }
    }
}

extension VerificationKey: Equatable {
    /// Whether both are the same key.
    static func == (one: Self, other: Self) -> Bool {
        switch (one, other) {
        case (.p256(let one), .p256(let other)):
            one.x963Representation == other.x963Representation
        case (.ed25519(let one), .ed25519(let other)):
            one.rawRepresentation == other.rawRepresentation
        case (.rsa(let one), .rsa(let other)): one.derRepresentation == other.derRepresentation
        case (.p256, _), (.ed25519, _), (.rsa, _): false
        }
    }
}
