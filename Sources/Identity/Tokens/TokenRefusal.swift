// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel

/// Carries a refusal's reason out of the steps of a verification, to become a verdict.
struct TokenRefusal: Error, Hashable {
    var reason: Reason
    /// The claim that is missing or has no usable form, where that is why.
    var claim: String?

    init(_ reason: Reason) { self.reason = reason }

    /// A claim that is needed is missing, or has no usable form.
    init(claim: String) {
        reason = .tokenClaims
        self.claim = claim
    }
}
