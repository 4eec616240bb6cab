// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
package import ByteCoding
package import Crypto

/// Verifies bearer tokens (RFC 7519) of configured issuers, as RFC 8725 asks.
///
/// It is a value without locks and runs on an event loop: about 60 µs for ES256, most of it the
/// signature. Verdicts can be kept in a ``VerifiedTokenCache``.
///
/// The order of checks, which is the order of reasons: size and form, header, issuer, type, algorithm,
/// key, signature, times, audience, remaining claims. The issuer is read before the signature is
/// checked, but only to pick the key set that may check it.
package struct TokenVerifier: Sendable {
    /// Where to look for tokens; nowhere without an issuer.
    package let fields: Set<CredentialField>
    private let issuers: [String: TrustedIssuer]
    private let digester: TokenDigester

    /// - Parameter digestKey: names tokens in records; kept as long as those should be
    ///   recognisable.
    package init(_ issuers: [TrustedIssuer], digestKey: SymmetricKey)
        throws(IdentityConfigurationFault)
    {
        var known: [String: TrustedIssuer] = [:]
        for issuer in issuers {
            try issuer.check()
            guard known.updateValue(issuer, forKey: issuer.issuer) == nil else {
                throw .duplicateIssuer(issuer.issuer)
            }
        }
        self.issuers = known
        fields = issuers.reduce(into: []) { $0.formUnion($1.fields) }
        digester = TokenDigester(key: digestKey)
    }

    /// Since which generation each issuer has been unchanged.
    ///
    /// - Parameters:
    ///   - now: the generation of this configuration.
    ///   - before: the one that it replaces, with its generations.
    func generations(
        from now: SourcesGeneration, after before: (TokenVerifier, CredentialGenerations)?
    ) -> [String: SourcesGeneration] {
        issuers.mapValues { issuer in
            guard let (before, since) = before, before.digester == digester,
                let same = before.issuers[issuer.issuer], same.isSame(as: issuer)
            else { return now }
            return since[.issuer(issuer.issuer)] ?? now
        }
    }

    /// The verdict on a token sent as a bearer credential.
    ///
    /// A token that names none of the issuers is foreign. One that cannot be read is foreign as
    /// well, unless it contains one of their names: a service might read it, and would then have
    /// one of our credentials.
    ///
    /// - Parameter certificateThumbprint: `x5t#S256` of the client certificate of the connection, for
    ///   tokens that are bound to one (RFC 8705 §3).
    package func verify(
        _ token: Span<UInt8>, certificateThumbprint: String?, now: UTCInstant
    ) -> CredentialVerdict {
        let parsed: UnverifiedToken
        do {
            parsed = try UnverifiedToken(token)
        } catch {
            guard let issuer = MangledToken.issuer(of: token, among: issuers.keys) else {
                return .foreign(Refusal(.tokenMalformed))
            }
            return .refused(
                Refusal(
                    .tokenMalformed,
                    claim: ClaimedIdentity(method: .oidc, issuer: issuer, isVerified: false)))
        }
        let claims = TokenClaims(payload: parsed.payload)
        guard let issuer = issuer(of: claims) else { return .foreign(foreign(parsed, claims)) }
        var checks = Checks(issuer: issuer, certificateThumbprint: certificateThumbprint, now: now)
        do {
            return .identified(try identity(of: parsed, claims, &checks))
        } catch {
            return .refused(
                Refusal(
                    error.reason,
                    claim: ClaimedIdentity(
                        method: .oidc, issuer: issuer.issuer,
                        subject: claims.usableText("sub") ?? issuer.stated(in: claims),
                        name: claims.usableText("name"), isVerified: checks.isGenuine),
                    detail: error.claim.map { "claim \($0)" }))
        }
    }

    /// Why a token of an unknown issuer would not be accepted, and what it says about itself.
    private func foreign(_ token: UnverifiedToken, _ claims: TokenClaims) -> Refusal {
        var reason = Reason.tokenIssuer
        do { _ = try TokenHeader(token.header) } catch { reason = error.reason }
        return Refusal(
            reason,
            claim: ClaimedIdentity(
                method: .oidc, statedIssuer: claims.usableText("iss"),
                subject: claims.usableText("sub"), isVerified: false))
    }

    /// The input and progress of one verification.
    private struct Checks {
        let issuer: TrustedIssuer
        let certificateThumbprint: String?
        let now: UTCInstant
        /// Whether the signature was verified as the issuer's.
        var isGenuine = false

        init(issuer: TrustedIssuer, certificateThumbprint: String?, now: UTCInstant) {
            self.issuer = issuer
            self.certificateThumbprint = certificateThumbprint
            self.now = now
        }
    }

    private func identity(
        of token: UnverifiedToken, _ claims: TokenClaims, _ checks: inout Checks
    ) throws(TokenRefusal) -> VerifiedIdentity {
        let header = try TokenHeader(token.header)
        let issuer = checks.issuer
        guard issuer.types.contains(header.type) else { throw TokenRefusal(.tokenType) }
        guard issuer.algorithms.contains(header.algorithm) else {
            throw TokenRefusal(.tokenAlgorithm)
        }
        let key = try issuer.keys.key(id: header.keyID, for: header.algorithm)
        guard key.isValid(token.signature, over: token.signingInput) else {
            throw TokenRefusal(.tokenSignature)
        }
        checks.isGenuine = true
        let expires = try checkTimes(claims, skew: issuer.clockSkew, now: checks.now)
        try checkAudience(claims, issuer: issuer)
        try claims.checkKind()
        let binding = try checkBinding(
            claims, certificateThumbprint: checks.certificateThumbprint)
        let subject = try claims.subject(of: issuer)
        var optional = OptionalClaims(claims)
        let (name, userName) = (optional.text("name"), optional.text("preferred_username"))
        return VerifiedIdentity(
            issuer: issuer.issuer, subject: subject.text, kind: subject.kind,
            roles: try optional.roles(of: issuer), session: optional.text("sid"),
            name: name ?? userName, email: optional.email(),
            authentication: Authentication(
                method: .oidc, multiFactor: optional.multiFactor(), binding: binding,
                key: binding == .mtls ? checks.certificateThumbprint : nil,
                token: digester.name(
                    issuer: issuer.issuer, id: optional.text("jti"),
                    signingInput: token.signingInput)),
            expires: expires, unusedClaims: optional.unused)
    }

    private func issuer(of claims: TokenClaims) -> TrustedIssuer? {
        guard let name = claims.payload["iss"]?.string, let issuer = issuers[name],
            // Strings are equal up to Unicode normalisation; issuers must be the same bytes.
            issuer.issuer.utf8.elementsEqual(name.utf8)
        else { return nil }
        return issuer
    }

    private func checkTimes(_ claims: TokenClaims, skew: Duration, now: UTCInstant)
        throws(TokenRefusal) -> UTCInstant
    {
        let skew = skew.wholeMicroseconds
        guard let expires = try claims.instant("exp") else { throw TokenRefusal(claim: "exp") }
        // When a token was made does not matter, so an unreadable form refuses none.
        let starts = [try claims.instant("nbf"), claims.usableInstant("iat")]
        guard now.microseconds < expires.microseconds + skew else {
            throw TokenRefusal(.tokenExpired)
        }
        for start in starts {
            guard let start else { continue }
            guard now.microseconds >= start.microseconds - skew else {
                throw TokenRefusal(.tokenNotYetValid)
            }
        }
        return expires
    }

    private func checkAudience(_ claims: TokenClaims, issuer: TrustedIssuer) throws(TokenRefusal) {
        let audiences = try claims.texts("aud")
        let isMeantForUs = audiences.contains { audience in
            issuer.audiences.contains { $0.utf8.elementsEqual(audience.utf8) }
        }
        guard isMeantForUs else { throw TokenRefusal(.tokenAudience) }
        let (party, client) = (claims.usableText("azp"), claims.usableText("client_id"))
        guard !issuer.authorizedParties.isEmpty else { return }
        guard let holder = party ?? client, issuer.authorizedParties.contains(holder) else {
            throw TokenRefusal(.tokenAudience)
        }
    }

    /// A token bound to a key is worthless without proof of that key (RFC 7800, RFC 8705, RFC
    /// 9449).
    private func checkBinding(_ claims: TokenClaims, certificateThumbprint: String?)
        throws(TokenRefusal) -> Authentication.Binding
    {
        guard let confirmation = claims.payload["cnf"], confirmation != .null else { return .none }
        guard let members = confirmation.members else { throw TokenRefusal(claim: "cnf") }
        // Any other confirmation, `jkt` above all, requires a proof that a bearer credential lacks.
        guard members.count == 1, let bound = confirmation["x5t#S256"]?.string,
            let certificateThumbprint, bound == certificateThumbprint
        else { throw TokenRefusal(.tokenType) }
        return .mtls
    }
}

extension Duration {
    /// Rounded down; for durations of at most some minutes.
    fileprivate var wholeMicroseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}
