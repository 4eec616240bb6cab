// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// What a development token says about its subject.
package struct DevelopmentClaims: Hashable, Sendable {
    package var subject: String
    package var audiences: [String]
    package var roles: [String]
    package var name: String?
    package var email: String?
    package var session: String?
    /// How the subject signed in (RFC 8176), e.g. `pwd`, `otp`.
    package var authenticationMethods: [String]
    package var issuedAt: UTCInstant
    /// At least one second; fractions of a second are dropped.
    package var lifetime: Duration
    /// `jti`, unique per token.
    package var id: String

    package init(
        subject: String, audiences: [String], roles: [String], name: String?, email: String?,
        session: String?, authenticationMethods: [String], issuedAt: UTCInstant,
        lifetime: Duration, id: String
    ) {
        self.subject = subject
        self.audiences = audiences
        self.roles = roles
        self.name = name
        self.email = email
        self.session = session
        self.authenticationMethods = authenticationMethods
        self.issuedAt = issuedAt
        self.lifetime = lifetime
        self.id = id
    }
}
