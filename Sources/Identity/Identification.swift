// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import ByteCoding

/// What is known of a request's sender once all sources have been asked.
package enum Identification: Hashable, Sendable {
    /// No credential was shown.
    case anonymous
    case identified(VerifiedIdentity)
    /// A credential was shown and is not accepted; it never falls back to another one.
    case refused(Reason)
}

/// The verdict on one credential.
package enum CredentialVerdict: Hashable, Sendable {
    case identified(VerifiedIdentity)
    case refused(Reason)

    /// The same verdict as the answer for the whole request.
    package var identification: Identification {
        switch self {
        case .identified(let identity): .identified(identity)
        case .refused(let reason): .refused(reason)
        }
    }
}

extension VerifiedIdentity {
    /// Until when the verdict on this credential may be used again for the same bytes, or nil where it
    /// depends on more than those: a token bound to a client certificate is checked on every request.
    package var reusableUntil: UTCInstant? {
        guard authentication.method == .oidc, authentication.binding != .mtls else { return nil }
        return expires
    }
}
