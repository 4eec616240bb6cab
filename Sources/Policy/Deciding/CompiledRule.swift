// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel

/// A rule in the form in which it is asked, with the decision it leads to made beforehand.
///
/// An object: rules are gone through for each request, and a copy of one would count nine references.
final class CompiledRule: Sendable {
    let rule: Rule
    /// Per route of the service, whether the rule is about it; nil: about all.
    let routes: [Bool]?
    let decision: Decision

    init(_ rule: Rule, in service: ServiceRules, version: String) {
        self.rule = rule
        routes = rule.conditions.routes.map { named in
            service.routes.map { route in named.contains { $0.names(route.pattern) } }
        }
        let reason: Reason =
            switch rule.effect {
            case .allow: rule.conditions.roles == nil ? .ruleAllowed : .roleMatch
            case .deny: .ruleDenied
            }
        decision = Decision(
            effect: reason.effect, policy: service.name, policyVersion: version, rule: rule.id,
            reason: reason)
    }

    func matches(_ route: RouteIndex?, _ method: Method, _ principal: Principal) -> Bool {
        admitsKind(of: principal) && hasMethod(method) && hasRoute(route) && hasKind(principal)
            && hasRole(principal)
    }

    func hasRole(_ principal: Principal) -> Bool {
        guard let roles = rule.conditions.roles else { return true }
        return principal.roles.contains { roles.contains($0) }
    }

    func hasMethod(_ method: Method) -> Bool {
        guard let methods = rule.conditions.methods else { return true }
        return methods.contains { method.isCovered(by: $0) }
    }

    func hasRoute(_ route: RouteIndex?) -> Bool {
        guard let routes else { return true }
        guard let route else { return false }
        return routes[route.value]
    }

    func hasKind(_ principal: Principal) -> Bool {
        guard let actors = rule.conditions.actors else { return true }
        return actors.contains(principal.kind)
    }

    /// An allow rule reaches anonymous principals only where it says so.
    func admitsKind(of principal: Principal) -> Bool {
        principal.kind != .anonymous || rule.effect == .deny || rule.conditions.admitsAnonymous
    }
}
