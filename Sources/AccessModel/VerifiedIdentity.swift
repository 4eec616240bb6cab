// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// Whom a credential names, in the identity provider's own words.
///
/// Personal, so never in a leaf: the subject becomes an opaque id, the rest the `who` disclosure.
package struct VerifiedIdentity: Hashable, Sendable {
    /// Who vouches: the token's `iss`, or the name of the configured source of API keys or certificates.
    package var issuer: String
    /// The subject within the issuer: `sub`, an API key's holder, or a certificate's name.
    package var subject: String
    package var kind: Principal.Kind
    /// Sorted, without duplicates.
    package var roles: [String]
    package var session: String?
    package var name: String?
    package var email: String?
    package var authentication: Authentication
    /// When the credential expires; nil if never.
    package var expires: UTCInstant?
    /// Configured claims whose form cannot be used, by their configured names.
    package var unusedClaims: [String]

    package init(
        issuer: String, subject: String, kind: Principal.Kind, roles: [String],
        session: String? = nil, name: String? = nil, email: String? = nil,
        authentication: Authentication, expires: UTCInstant?, unusedClaims: [String] = []
    ) {
        self.issuer = issuer
        self.subject = subject
        self.kind = kind
        self.roles = Array(Set(roles)).sorted()
        self.session = session
        self.name = name
        self.email = email
        self.authentication = authentication
        self.expires = expires
        self.unusedClaims = unusedClaims
    }
}
