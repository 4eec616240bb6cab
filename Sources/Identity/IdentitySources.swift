// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
package import ByteCoding

/// Everyone who may vouch for a caller, by configuration: API keys, tokens, client certificates.
///
/// A request has one identity. Its order of precedence:
/// 1. A refused header field refuses the request, and so do two credentials of ours.
/// 2. An API key or token of ours in the header decides alone. A bad one is refused everywhere,
///    even if the connection has a good certificate: falling back would let a caller act as someone
///    they did not mean to be, and hide that a credential has ended.
/// 3. What no source claims is the service's, and is ignored here.
/// 4. Without one of ours, the client certificate decides, if a source for certificates is
/// configured.
/// 5. Without either, the caller is anonymous, and policy says what that allows.
package struct IdentitySources: Sendable {
    /// Which configuration this is.
    package let generation: SourcesGeneration
    /// Since when each source has been unchanged; used by caches.
    package let generations: CredentialGenerations
    /// How certificates are read; pass it to ``PresentedCertificate/init(der:source:)``.
    package let certificates: CertificateSource?
    /// Where to look for credentials.
    package let places: CredentialPlaces
    private let keys: APIKeyRing
    private let tokens: TokenVerifier

    /// - Parameter before: the sources in force until now; what an unchanged one of them verified
    ///   remains valid. Nil: nothing does.
    package init(
        generation: SourcesGeneration, keys: APIKeyRing, tokens: TokenVerifier,
        certificates: CertificateSource?, after before: IdentitySources? = nil
    ) {
        self.generation = generation
        let since = before.flatMap { $0.keys == keys ? $0.generations[.apiKeys] : nil }
        generations = CredentialGenerations(
            keys: since ?? generation,
            issuers: tokens.generations(
                from: generation, after: before.map { ($0.tokens, $0.generations) }))
        self.keys = keys
        self.tokens = tokens
        self.certificates = certificates
        places = CredentialPlaces(keys: keys.fields, tokens: tokens.fields)
    }

    /// Whether checking it takes as long as verifying a signature: too long for an event loop on
    /// which others wait.
    package func isSlow(_ credential: PresentedCredential) -> Bool {
        switch credential {
        case .none, .foreign, .refused: false
        case .one(let shown): shown.form.isToken
        case .several(let shown): shown.contains { $0.form.isToken }
        }
    }

    /// Who makes the request.
    ///
    /// - Parameters:
    ///   - credential: found by ``CredentialFields``.
    ///   - head: the buffer that the credential's range refers to.
    ///   - binding: what the credential may be bound to.
    package func identify(
        _ credential: PresentedCredential, in head: Span<UInt8>, binding: RequestBinding,
        now: UTCInstant
    ) -> Identification {
        let certificate = binding.certificate
        let shown: [ShownCredential]
        switch credential {
        case .refused(let reason): return .refused(Refusal(reason))
        case .none: return withoutCredential(nil, certificate, now)
        case .foreign(let reason): return withoutCredential(Refusal(reason), certificate, now)
        case .one(let one): shown = [one]
        case .several(let several): shown = several
        }
        var ours: Identification?
        var stray: Refusal?
        for one in shown {
            switch verdict(one, in: head, binding, now) {
            case .foreign(let refusal): if stray == nil { stray = refusal }
            case .identified(let identity):
                if let ours { return Self.ambiguous(ours) }
                ours = .identified(identity, by: one)
            case .refused(let refusal):
                if let ours { return Self.ambiguous(ours) }
                ours = .refused(refusal)
            }
        }
        return ours ?? withoutCredential(stray, certificate, now)
    }

    /// Two are ours: the record names the first.
    private static func ambiguous(_ first: Identification) -> Identification {
        let claim: ClaimedIdentity? =
            switch first {
            case .identified(let identity, _): ClaimedIdentity(genuine: identity)
            case .refused(let refusal), .foreign(let refusal): refusal.claim
            case .anonymous: nil
            }
        return .refused(Refusal(.ambiguousCredentials, claim: claim))
    }

    private func withoutCredential(
        _ stray: Refusal?, _ certificate: PresentedCertificate?, _ now: UTCInstant
    ) -> Identification {
        guard let certificate, certificates != nil else {
            return stray.map { .foreign($0) } ?? .anonymous
        }
        switch certificate.verdict(now: now) {
        case .identified(let identity): return .identified(identity, by: nil)
        case .foreign(let refusal), .refused(let refusal): return .refused(refusal)
        }
    }

    private func verdict(
        _ shown: ShownCredential, in head: Span<UInt8>, _ binding: RequestBinding,
        _ now: UTCInstant
    ) -> CredentialVerdict {
        let text = head.extracting(shown.range)
        switch shown.form {
        case .apiKey: return keys.verify(text, now: now)
        case .basic:
            // Past the scheme and the spaces after it; the reader found the key there before.
            var start = 0
            while start < text.count, text[start] != UInt8(ascii: " ") { start += 1 }
            while start < text.count, text[start] == UInt8(ascii: " ") { start += 1 }
            guard case .key(let key) = BasicCredential.read(text.extracting(start..<text.count))
            else { return .refused(Refusal(.unknownKey)) }
            return keys.verify(key.span, now: now)
        case .bearer:
            return tokens.verify(
                text, certificateThumbprint: binding.certificate?.thumbprint, now: now)
        case .dpop:
            switch tokens.verify(
                text, certificateThumbprint: binding.certificate?.thumbprint, now: now)
            {
            case .foreign: return .foreign(Refusal(.tokenType))
            case .refused(let refusal):
                return .refused(Refusal(.tokenType, claim: refusal.claim))
            case .identified(let identity):
                return .refused(
                    Refusal(.tokenType, claim: ClaimedIdentity(genuine: identity)))
            }
        }
    }
}

extension ClaimedIdentity {
    /// For a credential that is genuine but not accepted.
    init(genuine identity: VerifiedIdentity) {
        self.init(
            method: identity.authentication.method, key: identity.authentication.key,
            issuer: identity.issuer, subject: identity.subject, name: identity.name,
            isVerified: true)
    }
}
