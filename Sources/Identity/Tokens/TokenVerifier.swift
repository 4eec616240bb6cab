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
    private let issuers: [String: TrustedIssuer]
    private let digester: TokenDigester

    /// - Parameter digestKey: names tokens in records; kept as long as those shall be recognised.
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
        digester = TokenDigester(key: digestKey)
    }

    /// The verdict on a token sent as a bearer credential.
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
            return .refused(.tokenMalformed)
        }
        do {
            return .identified(
                try identity(of: parsed, certificateThumbprint: certificateThumbprint, now: now))
        } catch {
            return .refused(error.reason)
        }
    }

    private func identity(
        of token: UnverifiedToken, certificateThumbprint: String?, now: UTCInstant
    ) throws(TokenRefusal) -> VerifiedIdentity {
        let header = try TokenHeader(token.header)
        let claims = TokenClaims(payload: token.payload)
        let issuer = try issuer(of: claims)
        guard issuer.types.contains(header.type) else { throw TokenRefusal(.tokenType) }
        guard issuer.algorithms.contains(header.algorithm) else {
            throw TokenRefusal(.tokenAlgorithm)
        }
        let key = try issuer.keys.key(id: header.keyID, for: header.algorithm)
        guard key.isValid(token.signature, over: token.signingInput) else {
            throw TokenRefusal(.tokenSignature)
        }
        let expires = try checkTimes(claims, skew: issuer.clockSkew, now: now)
        try checkAudience(claims, issuer: issuer)
        try claims.checkKind()
        let binding = try checkBinding(claims, certificateThumbprint: certificateThumbprint)
        guard let subject = try claims.text("sub") else { throw TokenRefusal(.tokenClaims) }
        let (name, userName) = (try claims.text("name"), try claims.text("preferred_username"))
        return VerifiedIdentity(
            issuer: issuer.issuer, subject: subject, kind: try claims.kind(subject: subject),
            roles: try claims.roles(of: issuer), session: try claims.text("sid"),
            name: name ?? userName, email: try claims.email(),
            authentication: Authentication(
                method: .oidc, multiFactor: try claims.multiFactor(), binding: binding,
                key: binding == .mtls ? certificateThumbprint : nil,
                token: digester.name(
                    issuer: issuer.issuer, id: try claims.text("jti"),
                    signingInput: token.signingInput)),
            expires: expires)
    }

    private func issuer(of claims: TokenClaims) throws(TokenRefusal) -> TrustedIssuer {
        guard let name = claims.payload["iss"]?.string, let issuer = issuers[name],
            // Strings are equal up to Unicode normalisation; issuers must be the same bytes.
            issuer.issuer.utf8.elementsEqual(name.utf8)
        else { throw TokenRefusal(.tokenIssuer) }
        return issuer
    }

    private func checkTimes(_ claims: TokenClaims, skew: Duration, now: UTCInstant)
        throws(TokenRefusal) -> UTCInstant
    {
        let skew = skew.wholeMicroseconds
        guard let expires = try claims.instant("exp") else { throw TokenRefusal(.tokenClaims) }
        let starts = [try claims.instant("nbf"), try claims.instant("iat")]
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
        let (party, client) = (try claims.text("azp"), try claims.text("client_id"))
        guard !issuer.authorizedParties.isEmpty else { return }
        guard let holder = party ?? client, issuer.authorizedParties.contains(holder) else {
            throw TokenRefusal(.tokenAudience)
        }
    }

    /// A token bound to a key is worth nothing without proof of that key (RFC 7800, RFC 8705, RFC 9449).
    private func checkBinding(_ claims: TokenClaims, certificateThumbprint: String?)
        throws(TokenRefusal) -> Authentication.Binding
    {
        guard let confirmation = claims.payload["cnf"] else { return .none }
        guard let members = confirmation.members else { throw TokenRefusal(.tokenClaims) }
        // Any other confirmation, `jkt` above all, asks for a proof that a bearer credential lacks.
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
