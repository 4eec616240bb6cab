// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What is known of a refused credential, so that its use can be traced.
///
/// Nothing here grants access. Subject, name and stated issuer are personal, or the sender's own words, and never
/// reach a leaf; the rest is ours.
package struct ClaimedIdentity: Hashable, Sendable {
    package var method: Authentication.Method
    /// An API key's public id, or a certificate's thumbprint.
    package var key: String?
    /// The configured source or issuer that the credential belongs to; nil if none.
    package var issuer: String?
    /// The issuer that an unknown token states.
    package var statedIssuer: String?
    package var subject: String?
    package var name: String?
    /// Whether the credential is genuine (known digest, good signature) and was refused for another reason;
    /// otherwise anybody could have made up what it says.
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

/// Why a credential was refused, and whom it names.
package struct Refusal: Hashable, Sendable {
    package var reason: Reason
    package var claim: ClaimedIdentity?
    /// What of it is at fault, in our words and names of the configuration; never what it holds.
    package var detail: String?

    package init(_ reason: Reason, claim: ClaimedIdentity? = nil, detail: String? = nil) {
        self.reason = reason
        self.claim = claim
        self.detail = detail
    }
}
