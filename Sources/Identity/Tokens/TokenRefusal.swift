// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel

/// Carries the reason out of the steps of one verification, where it becomes a verdict.
struct TokenRefusal: Error, Hashable {
    var reason: Reason

    init(_ reason: Reason) { self.reason = reason }
}
