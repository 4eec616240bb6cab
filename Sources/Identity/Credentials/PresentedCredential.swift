// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel

/// What a request's header shows of its sender, before anything of it is believed.
///
/// Ranges lie in the buffer whose offsets ``CredentialFields`` was given.
package enum PresentedCredential: Hashable, Sendable {
    /// No field carries a credential.
    case none
    /// An API key, from `X-Api-Key` or as a bearer credential that starts with `csk_`.
    case apiKey(Range<Int>)
    /// A bearer token (RFC 6750 §2.1).
    case bearer(Range<Int>)
    /// The fields are ambiguous or malformed; no credential is picked from them.
    case refused(Reason)
}
