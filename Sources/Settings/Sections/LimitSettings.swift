// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Policy

/// `services[].limit`: how often one subject may use the service.
package struct LimitSettings: Hashable, Sendable {
    package var per = RateLimit.Per.actor
    package var rate: Rate
    /// Nil only while a section is read.
    package var burst: Int?

    static let section = Section(
        start: LimitSettings(rate: .oneADay),
        keys: [
            Key("per", \.per, .choice(), "Whose accesses count together.", example: "peer"),
            Key(
                "rate", \.rate, .rate, isRequired: true, "The sustained rate per s, m, h or d.",
                example: "100/m"),
            Key(
                "burst", \.burst, .optional(.integer(1...RateLimit.mostBurst)),
                "How many may come at once after a pause.", example: "20",
                standard: "what the rate allows in one second, at least 1"),
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
