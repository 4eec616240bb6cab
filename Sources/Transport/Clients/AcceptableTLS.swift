// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import NIOSSL

/// What is accepted in TLS on both sides, stated rather than left to the library.
extension [SignatureAlgorithm] {
    /// What the other side may sign its handshake with: SHA-2 and Ed25519, never SHA-1.
    static var acceptable: [SignatureAlgorithm] {
        [
            .ecdsaSecp256R1Sha256, .ecdsaSecp384R1Sha384, .ecdsaSecp521R1Sha512, .ed25519,
            .rsaPssRsaeSha256, .rsaPssRsaeSha384, .rsaPssRsaeSha512, .rsaPkcs1Sha256,
            .rsaPkcs1Sha384, .rsaPkcs1Sha512,
        ]
    }
}
