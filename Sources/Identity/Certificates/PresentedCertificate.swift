// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
package import ByteCoding
internal import Crypto
internal import SwiftASN1
internal import X509
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// The leaf of a client certificate chain validated by TLS, and whom it names.
///
/// Made once per connection, and again when the configuration changes: an object shared by its
/// requests. The chain, signatures and revocation are the TLS library's work; this reads the name
/// and the end of validity.
package final class PresentedCertificate: Sendable {
    /// `x5t#S256` (RFC 8705 §3.1): unpadded base64url SHA-256 of the DER bytes.
    package let thumbprint: String
    private let content: CredentialVerdict
    private let validFrom: UTCInstant

    /// Reads a certificate from its DER bytes.
    ///
    /// - Parameter source: nil if certificates are requested but name nobody; such a certificate
    ///   can still prove possession for a bound token.
    package init(der: [UInt8], source: CertificateSource?) {
        let thumbprint = Base64URL.encode(SHA256.hash(data: der))
        self.thumbprint = thumbprint
        var validFrom = UTCInstant(microseconds: .min)
        do {
            let certificate = try Certificate(derEncoded: der)
            validFrom = UTCInstant(seconds: certificate.notValidBefore.timeIntervalSince1970)
            content = try Self.read(certificate, thumbprint: thumbprint, source: source)
        } catch {
            // The certificate or one of its extensions cannot be read: it names nobody.
            content = .refused(Self.refusal(thumbprint, source))
        }
        self.validFrom = validFrom
    }

    /// The verdict at this moment: a connection may outlive its certificate.
    package func verdict(now: UTCInstant) -> CredentialVerdict {
        guard case .identified(let identity) = content else { return content }
        guard isValid(at: now) else {
            return .refused(
                Refusal(.certificateInvalid, claim: ClaimedIdentity(genuine: identity)))
        }
        return content
    }

    /// Whether it still names somebody at this moment.
    package func isValid(at now: UTCInstant) -> Bool {
        guard case .identified(let identity) = content, let expires = identity.expires else {
            return false
        }
        return now >= validFrom && now <= expires
    }

    /// TLS has checked the chain, so the certificate is genuine although it names nobody.
    private static func refusal(_ thumbprint: String, _ source: CertificateSource?) -> Refusal {
        Refusal(
            .certificateInvalid,
            claim: ClaimedIdentity(
                method: .mtls, key: thumbprint, issuer: source?.name, isVerified: true))
    }

    private static func read(
        _ certificate: Certificate, thumbprint: String, source: CertificateSource?
    ) throws -> CredentialVerdict {
        guard let source, try isForClients(certificate),
            let names = try certificate.extensions.subjectAlternativeNames,
            let subject = CertificateName.read(names, as: source.subject)
        else { return .refused(refusal(thumbprint, source)) }
        return .identified(
            VerifiedIdentity(
                issuer: source.name, subject: subject, kind: source.kind, roles: source.roles,
                authentication: Authentication(method: .mtls, binding: .mtls, key: thumbprint),
                expires: UTCInstant(seconds: certificate.notValidAfter.timeIntervalSince1970)))
    }

    /// Neither an authority's own certificate nor one for other purposes only (RFC 5280 §4.2.1.12).
    private static func isForClients(_ certificate: Certificate) throws -> Bool {
        if case .isCertificateAuthority = try certificate.extensions.basicConstraints {
            return false
        }
        guard let usage = try certificate.extensions.extendedKeyUsage else { return true }
        return usage.contains(.clientAuth) || usage.contains(.any)
    }
}

extension UTCInstant {
    /// Certificate times are whole seconds in the years 1950 to 9999 (RFC 5280 §4.1.2.5).
    fileprivate init(seconds: Double) { self.init(microseconds: Int64(seconds) * 1_000_000) }
}
