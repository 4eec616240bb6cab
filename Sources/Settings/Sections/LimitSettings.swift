// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Policy

/// `services[].limit`: how often one subject may use the service.
package struct LimitSettings: Hashable, Sendable {
    /// `per`, default actor: whose accesses count together.
    package var per: RateLimit.Per
    /// `rate`, required: the sustained rate.
    package var rate: Rate
    /// `burst`, default what the rate allows in one second, at least 1: how many may come at once
    /// after a pause.
    package var burst: Int?

    static let section = Section(
        start: LimitSettings(per: .actor, rate: .oneADay, burst: nil),
        fields: [
            Field("per", \.per, .choice()),
            Field("rate", \.rate, .rate, isRequired: true),
            Field("burst", \.burst, .optional(.integer(1...RateLimit.mostBurst))),
        ],
        checks: [
            Check("per", "rate", "burst") { limit, _, _ in limit.burst = limit.limit.burst }
        ])

    var limit: RateLimit {
        guard let limit = RateLimit(per: per, rate: rate, burst: burst) else {
            preconditionFailure("PlaceholdersNeverEscape: a burst out of range")
        }
        return limit
    }
}
