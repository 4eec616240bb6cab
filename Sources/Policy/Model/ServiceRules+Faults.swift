// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel

extension ServiceRules {
    /// Everything that is wrong within this service alone, in the order written.
    package func faults() -> [ServiceFault] {
        routeFaults() + ruleFaults()
    }

    /// What is wrong between services: a name or a match that another one already has.
    package func faults(beside earlier: [ServiceRules]) -> [ServiceFault] {
        var faults: [ServiceFault] = []
        if earlier.contains(where: { $0.name == name }) {
            faults.append(ServiceFault(part: .name, kind: .repeatedName))
        }
        if let other = earlier.first(where: { $0.match == match }) {
            faults.append(ServiceFault(part: .match, kind: .repeatedMatch(other: other.name)))
        }
        return faults
    }

    /// Rules that no request can reach, and denials that another method gets around: no contradictions, but surely
    /// not what was meant.
    package func oversights() -> [ServiceFault] {
        let listed = routes.map(\.pattern)
        return rules.enumerated().compactMap { position, rule in
            let oversight =
                rule.unreachable(behind: rules[..<position]) ?? rule.escape(among: listed)
            return oversight.map { ServiceFault(part: .rule(position), kind: $0) }
        }
    }

    private func routeFaults() -> [ServiceFault] {
        struct Listing: Hashable {
            var shape: [RouteTemplate.Segment]
            var method: Method?
        }
        var faults: [ServiceFault] = []
        var seen: [Listing: String] = [:]
        for (position, route) in routes.enumerated() {
            let part = ServiceFault.Part.route(position)
            let pattern = route.pattern
            if !match.path.contains(pattern.template) {
                faults.append(ServiceFault(part: part, kind: .routeOutsidePrefix))
            }
            let listing = Listing(shape: pattern.template.shape, method: pattern.method)
            if let first = seen[listing] {
                faults.append(ServiceFault(part: part, kind: .repeatedRoute(first: first)))
            } else {
                seen[listing] = pattern.text
            }
        }
        return faults
    }

    private func ruleFaults() -> [ServiceFault] {
        var faults: [ServiceFault] = []
        var ids: Set<String> = []
        for (position, rule) in rules.enumerated() {
            if [Decision.defaultRule, Decision.ownRule].contains(rule.id) {
                faults.append(ServiceFault(part: .ruleID(position), kind: .reservedRuleID))
            } else if !ids.insert(rule.id).inserted {
                faults.append(ServiceFault(part: .ruleID(position), kind: .repeatedRuleID))
            }
            for (at, named) in (rule.conditions.routes ?? []).enumerated()
            where !routes.contains(where: { named.names($0.pattern) }) {
                faults.append(
                    ServiceFault(
                        part: .ruleRoute(rule: position, position: at),
                        kind: .unknownRoute(listed: routes.map(\.pattern.text))))
            }
            let conditions = rule.conditions
            if conditions.admitsAnonymous, conditions.roles != nil || conditions.actors != nil {
                faults.append(
                    ServiceFault(part: .ruleAnonymous(position), kind: .anonymousCannotMatch))
            }
        }
        return faults
    }
}
