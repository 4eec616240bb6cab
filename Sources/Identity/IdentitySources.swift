// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
package import ByteCoding

/// Everyone who may vouch for a caller, by configuration: API keys, tokens, client certificates.
///
/// A request has one identity. Its order of precedence:
/// 1. A refused header field refuses the request.
/// 2. An API key or token in the header decides alone. A bad one is refused even where the connection has
///    a good certificate: falling back would let a caller act as someone they did not mean to be, and hide
///    that a credential has ended.
/// 3. Without one, the client certificate decides, where a source for certificates is configured.
/// 4. Without either, the caller is anonymous, and policy says what that allows.
package struct IdentitySources: Sendable {
    /// Tells caches which configuration this is.
    package let generation: SourcesGeneration
    /// How certificates are read; hand it to ``PresentedCertificate/init(der:source:)``.
    package let certificates: CertificateSource?
    private let keys: APIKeyRing
    private let tokens: TokenVerifier

    package init(
        generation: SourcesGeneration, keys: APIKeyRing, tokens: TokenVerifier,
        certificates: CertificateSource?
    ) {
        self.generation = generation
        self.keys = keys
        self.tokens = tokens
        self.certificates = certificates
    }

    /// Who makes the request.
    ///
    /// - Parameters:
    ///   - credential: found by ``CredentialFields``.
    ///   - head: the buffer that the credential's range lies in.
    ///   - certificate: the client certificate of the connection, validated by TLS, if it sent one.
    package func identify(
        _ credential: PresentedCredential, in head: Span<UInt8>,
        certificate: PresentedCertificate?, now: UTCInstant
    ) -> Identification {
        switch credential {
        case .refused(let reason): return .refused(reason)
        case .apiKey(let range):
            return keys.verify(head.extracting(range), now: now).identification
        case .bearer(let range):
            return tokens.verify(
                head.extracting(range), certificateThumbprint: certificate?.thumbprint, now: now
            ).identification
        case .none:
            guard let certificate, certificates != nil else { return .anonymous }
            return certificate.verdict(now: now).identification
        }
    }
}
