// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import CryptoExtras
internal import SwiftASN1
internal import X509

/// What a chain must satisfy besides RFC 5280: strong keys and signatures, and purposes that fit.
struct ClientCertificatePolicy: VerifierPolicy {
    let verifyingCriticalExtensions: [ASN1ObjectIdentifier] = [
        .X509ExtensionID.keyUsage, .X509ExtensionID.extendedKeyUsage,
    ]

    /// The CA/Browser Forum's minimum (Baseline Requirements §6.1.5).
    private static let leastRSABits = 2048

    private static let signatures: Set<Certificate.SignatureAlgorithm> = [
        .ecdsaWithSHA256, .ecdsaWithSHA384, .ecdsaWithSHA512, .sha256WithRSAEncryption,
        .sha384WithRSAEncryption, .sha512WithRSAEncryption, .ed25519,
    ]

    func chainMeetsPolicyRequirements(chain: UnverifiedCertificateChain) -> PolicyEvaluationResult {
        let leaf = chain.leaf
        do {
            guard try Self.isForClients(leaf, isLeaf: true) else {
                return .failsToMeetPolicy(reason: "the certificate is not for clients")
            }
            for (place, certificate) in chain.enumerated() {
                guard Self.isStrong(certificate.publicKey) else {
                    return .failsToMeetPolicy(reason: "a key is too weak")
                }
                // Only the configuration vouches for the authority.
                let isAnchor = place == chain.count - 1
                guard isAnchor || Self.signatures.contains(certificate.signatureAlgorithm) else {
                    return .failsToMeetPolicy(reason: "a signature is too weak")
                }
                guard try place == 0 || Self.mayIssue(certificate) else {
                    return .failsToMeetPolicy(
                        reason: "an authority may not issue such a certificate")
                }
            }
        } catch {
            return .failsToMeetPolicy(reason: "an extension cannot be read")
        }
        return .meetsPolicy
    }

    private static func isStrong(_ key: Certificate.PublicKey) -> Bool {
        // Kinds other than RSA are curves of at least 256 bits, or the certificate could not be
        // read.
        guard let rsa = _RSA.Signing.PublicKey(key) else { return true }
        return rsa.keySizeInBits >= leastRSABits
    }

    /// Not an authority's own certificate, and not limited to other purposes (RFC 5280 §4.2.1.3,
    /// §4.2.1.12).
    private static func isForClients(_ certificate: Certificate, isLeaf: Bool) throws -> Bool {
        let extensions = certificate.extensions
        if isLeaf {
            if case .isCertificateAuthority = try extensions.basicConstraints { return false }
            if let usage = try extensions.keyUsage, !usage.digitalSignature { return false }
        }
        guard let purposes = try extensions.extendedKeyUsage else { return true }
        return purposes.contains(.clientAuth) || purposes.contains(.any)
    }

    /// Whether an authority may sign certificates, and those of clients.
    private static func mayIssue(_ certificate: Certificate) throws -> Bool {
        if let usage = try certificate.extensions.keyUsage, !usage.keyCertSign { return false }
        return try isForClients(certificate, isLeaf: false)
    }
}
