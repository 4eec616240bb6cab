// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Whom a credential names that was not accepted: what its use can be followed by.
///
/// Nothing here lets anybody in. Subject, name and stated issuer are personal or the sender's own words and never
/// reach a leaf; the others are ours.
package struct ClaimedIdentity: Hashable, Sendable {
    package var method: Authentication.Method
    /// An API key's public id, or a certificate's thumbprint.
    package var key: String?
    /// The configured source or issuer that the credential is of; nil where it is of none.
    package var issuer: String?
    /// The issuer as an unknown token states it.
    package var statedIssuer: String?
    package var subject: String?
    package var name: String?
    /// Whether the credential is genuine (its digest is known, its signature is good) and was refused for another
    /// reason; otherwise anybody could have written what is said here.
    package var isVerified: Bool

    package init(
        method: Authentication.Method, key: String? = nil, issuer: String? = nil,
        statedIssuer: String? = nil, subject: String? = nil, name: String? = nil, isVerified: Bool
    ) {
        self.method = method
        self.key = key
        self.issuer = issuer
        self.statedIssuer = statedIssuer
        self.subject = subject
        self.name = name
        self.isVerified = isVerified
    }
}

/// Why a credential is not accepted, and whom it names.
package struct Refusal: Hashable, Sendable {
    package var reason: Reason
    package var claim: ClaimedIdentity?

    package init(_ reason: Reason, claim: ClaimedIdentity? = nil) {
        self.reason = reason
        self.claim = claim
    }
}
