// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// An identity provider whose tokens are accepted, and what they must look like.
package struct TrustedIssuer: Equatable, Sendable {
    /// The most that clocks may differ.
    package static let largestClockSkew = Duration.seconds(300)

    /// `iss`, compared byte by byte: one slash more or less is another issuer.
    package var issuer: String
    /// A token must be meant for at least one of these.
    package var audiences: [String]
    package var algorithms: Set<TokenAlgorithm>
    /// How far `exp`, `nbf` and `iat` may be off.
    package var clockSkew: Duration
    package var types: Set<TokenType>
    /// Clients (`azp`, else `client_id`) that may have been given the token; empty allows every one.
    package var authorizedParties: Set<String>
    /// Claims whose values are the subject's roles, all of them together.
    package var roleClaims: [ClaimPath]
    /// Roles to keep, e.g. those that policies name; nil keeps all.
    package var knownRoles: Set<String>?
    package var keys: KeySet
    /// Claims that name the subject if there is no `sub`; the first one present counts.
    package var subjectClaims: [String]
    /// Where clients may show the tokens.
    package var fields: Set<CredentialField>

    /// What machine tokens hold instead of `sub` (RFC 9068 §2.2).
    package static let usualSubjectClaims = ["client_id", "azp"]

    package init(
        issuer: String, audiences: [String], algorithms: Set<TokenAlgorithm>,
        clockSkew: Duration, types: Set<TokenType>, authorizedParties: Set<String>,
        roleClaims: [ClaimPath], knownRoles: Set<String>?, keys: KeySet,
        subjectClaims: [String] = TrustedIssuer.usualSubjectClaims,
        fields: Set<CredentialField> = CredentialField.usualOfTokens
    ) {
        self.issuer = issuer
        self.audiences = audiences
        self.algorithms = algorithms
        self.clockSkew = clockSkew
        self.types = types
        self.authorizedParties = authorizedParties
        self.roleClaims = roleClaims
        self.knownRoles = knownRoles
        self.keys = keys
        self.subjectClaims = subjectClaims
        self.fields = fields
    }

    /// Whether nothing has changed for tokens that were verified by the other.
    func isSame(as other: TrustedIssuer) -> Bool {
        // Strings are equal up to Unicode normalisation; these two are compared byte by byte.
        self == other && issuer.utf8.elementsEqual(other.issuer.utf8)
            && audiences.elementsEqual(other.audiences) { $0.utf8.elementsEqual($1.utf8) }
    }

    func check() throws(IdentityConfigurationFault) {
        guard !issuer.isEmpty, !issuer.utf8.contains(0) else { throw .issuer }
        guard !audiences.isEmpty, !audiences.contains("") else { throw .noAudience(issuer: issuer) }
        guard !algorithms.isEmpty else { throw .noAlgorithm(issuer: issuer) }
        guard !types.isEmpty else { throw .noTokenType(issuer: issuer) }
        guard clockSkew >= .zero, clockSkew <= Self.largestClockSkew else {
            throw .clockSkew(issuer: issuer)
        }
    }
}
