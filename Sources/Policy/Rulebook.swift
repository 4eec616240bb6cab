// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ByteCoding

/// All services' rules, compiled: which service and route a request belongs to, and whether it is
/// allowed.
///
/// Immutable and shared by all event loops; a reload makes another one. Routing and deciding
/// allocate nothing unless they refuse.
///
/// ## Invariants
/// - `DefaultDeny`: without an allow rule that matches, access is denied.
/// - `LookalikesAreAsked`: see ``RouteTrie``; it holds between services' path prefixes, too.
/// - `DecidedUnderEveryReading`: see ``decideReadings(of:match:contenders:principal:)``.
package struct Rulebook: Sendable {
    struct Compiled: Sendable {
        var rules: [CompiledRule]
        /// Nil: the service lists no routes.
        var trie: RouteTrie?
        /// What records show as the route where none is listed.
        var wholeTemplate: RouteTemplate
        var noRuleMatched: Decision
        var noCredentials: Decision
    }

    /// The services in the order they were given in; positions are ``ServiceIndex``.
    package let services: [ServiceRules]
    /// `decision.policy_version`: `sha256:` and the hex SHA-256 of the canonical JSON of all rules,
    /// sorted by service name.
    ///
    /// It depends on what the rules say and on nothing of how a file spells it.
    package let version: String

    /// Whether a request that names no host has one service to go to: exactly one is there for every host.
    package let servesWithoutHost: Bool

    let compiled: [Compiled]
    /// Positions of services, the narrowest match first.
    let order: [Int]

    /// Compiles rules that are free of ``ServiceRules/faults()``; the first fault otherwise.
    package init(_ services: [ServiceRules]) throws(ServiceFault) {
        for (position, service) in services.enumerated() {
            let faults = service.faults(beside: Array(services[..<position])) + service.faults()
            if let fault = faults.first { throw fault }
        }
        let version = ContentHash.of(
            .array(services.sorted { $0.name < $1.name }.map(\.json)))
        self.services = services
        self.version = version
        servesWithoutHost = services.count { $0.match.host == .any } == 1
        compiled = services.map { Compiled($0, version: version) }
        order = services.indices.sorted { one, other in
            let (a, b) = (services[one].match, services[other].match)
            return (a.host.rank, a.path.bytes.count) > (b.host.rank, b.path.bytes.count)
        }
    }

    package subscript(service: ServiceIndex) -> ServiceRules { services[service.value] }
}

extension Rulebook.Compiled {
    init(_ service: ServiceRules, version: String) {
        func decision(_ reason: Reason) -> Decision {
            Decision(
                effect: reason.effect, policy: service.name, policyVersion: version,
                rule: Decision.defaultRule, reason: reason)
        }
        rules = service.rules.map { CompiledRule($0, in: service, version: version) }
        trie = service.routes.isEmpty ? nil : RouteTrie(service.routes)
        wholeTemplate = RouteTemplate(below: service.match.path)
        noRuleMatched = decision(.noRuleMatched)
        noCredentials = decision(.noCredentials)
    }
}
