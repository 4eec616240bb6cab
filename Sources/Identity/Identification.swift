// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import ByteCoding

/// What is known of a request's sender after asking all sources.
package enum Identification: Hashable, Sendable {
    /// No credential was shown.
    case anonymous
    /// What was shown belongs to none of our sources: the sender is anonymous to us, and the field
    /// is the service's. The refusal is for an access that is not open to anonymous senders.
    case foreign(Refusal)
    /// - Parameter by: the credential in the header, which is not for the service; nil for a certificate.
    case identified(VerifiedIdentity, by: ShownCredential?)
    /// One of our credentials was shown and is not accepted; there is no fallback to another one.
    case refused(Refusal)

    /// Why there is no identity; nil if there is one, or nothing was shown.
    package var reason: Reason? {
        switch self {
        case .anonymous, .identified: nil
        case .foreign(let refusal), .refused(let refusal): refusal.reason
        }
    }
}

/// The verdict on one credential.
package enum CredentialVerdict: Hashable, Sendable {
    case identified(VerifiedIdentity)
    /// It belongs to nobody named by the configuration.
    case foreign(Refusal)
    case refused(Refusal)

    /// Why it is not accepted; nil if it is.
    package var reason: Reason? {
        switch self {
        case .identified: nil
        case .foreign(let refusal), .refused(let refusal): refusal.reason
        }
    }
}

extension VerifiedIdentity {
    /// Until when the verdict on this credential may be reused for the same bytes, or nil if it
    /// depends on more than those: a token bound to a client certificate is checked on every
    /// request.
    package var reusableUntil: UTCInstant? {
        guard authentication.method == .oidc, authentication.binding != .mtls else { return nil }
        return expires
    }
}
