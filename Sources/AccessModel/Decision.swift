// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What was decided about an access, and by which rule of which policy.
///
/// An object: a rulebook makes one per rule in advance, and accesses share it.
package final class Decision: Sendable {
    /// `decision.effect` of the record.
    package enum Effect: String, CaseIterable, Sendable {
        case allow
        case deny
        case challenge
        case limit
        case error
    }

    package let effect: Effect
    /// The policy that decided, e.g. the service's name; ``unrouted`` before routing.
    package let policy: String
    /// Content hash of all rules in force, `sha256:` and hex.
    package let policyVersion: String
    /// Id of the rule that decided; `default` where none matched.
    package let rule: String
    package let reason: Reason
    /// The reading that decided; empty for the canonical one.
    package let reading: RequestReading

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

    /// A copy with the given changes.
    package func replacing(
        effect: Effect? = nil, rule: String? = nil, reason: Reason? = nil,
        reading: RequestReading? = nil
    ) -> Decision {
        Decision(
            effect: effect ?? self.effect, policy: policy, policyVersion: policyVersion,
            rule: rule ?? self.rule, reason: reason ?? self.reason,
            reading: reading ?? self.reading)
    }

    /// The policy name in records of requests that were refused before a service was found.
    package static let unrouted = "unrouted"

    /// The rule name where no rule took part.
    package static let defaultRule = "default"

    /// The policy and the rule in records of the proxy's own doings, and the service in those that concern none.
    package static let ownPolicy = "countersign"
    package static let ownRule = "builtin"
}

extension Decision: Hashable {
    package static func == (one: Decision, other: Decision) -> Bool {
        one === other
            || (one.effect == other.effect && one.policy == other.policy
                && one.policyVersion == other.policyVersion && one.rule == other.rule
                && one.reason == other.reason && one.reading == other.reading)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(policy)
        hasher.combine(rule)
        hasher.combine(reason)
        hasher.combine(reading)
    }
}
