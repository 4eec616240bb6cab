// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel

/// Carries a refusal's reason out of the steps of a verification, to become a verdict.
struct TokenRefusal: Error, Hashable {
    var reason: Reason

    init(_ reason: Reason) { self.reason = reason }
}
