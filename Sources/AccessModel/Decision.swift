// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What was decided about an access, and by which rule of which policy.
package struct Decision: Hashable, Sendable {
    /// `decision.effect` of the record.
    package enum Effect: String, CaseIterable, Sendable {
        case allow
        case deny
        case challenge
        case limit
        case error
    }

    package var effect: Effect
    /// The policy that decided, e.g. the service's name; ``unrouted`` before routing.
    package var policy: String
    /// Content hash of all rules in force, `sha256:` and hex.
    package var policyVersion: String
    /// Id of the rule that decided; `default` where none matched.
    package var rule: String
    package var reason: Reason
    /// Under which reading it fell; empty for the canonical one.
    package var reading: RequestReading

    package init(
        effect: Effect, policy: String, policyVersion: String, rule: String, reason: Reason,
        reading: RequestReading = []
    ) {
        self.effect = effect
        self.policy = policy
        self.policyVersion = policyVersion
        self.rule = rule
        self.reason = reason
        self.reading = reading
    }

    /// The policy name in records of requests that were refused before a service was found.
    package static let unrouted = "unrouted"

    /// The rule name where no rule took part.
    package static let defaultRule = "default"
}
