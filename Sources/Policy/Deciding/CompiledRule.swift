// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel

/// A rule in the form in which it is asked, with the decision it leads to made beforehand.
///
/// An object: rules are gone through for each request, and a copy of one would count nine references.
final class CompiledRule: Sendable {
    let rule: Rule
    let id: String
    let tags: [String]
    /// Whether it denies.
    let denies: Bool
    let decision: Decision
    /// Per route of the service, whether the rule is about it; nil: about all.
    private let routes: [Bool]?
    private let roles: [String]?
    private let methods: MethodSet?
    private let actors: [Principal.Kind]?
    private let reachesAnonymous: Bool

    init(_ rule: Rule, in service: ServiceRules, version: String) {
        self.rule = rule
        id = rule.id
        tags = rule.tags
        denies = rule.effect == .deny
        routes = rule.conditions.routes.map { named in
            service.routes.map { route in named.contains { $0.names(route.pattern) } }
        }
        roles = rule.conditions.roles
        methods = rule.conditions.methods.map { MethodSet($0) }
        actors = rule.conditions.actors
        reachesAnonymous = rule.effect == .deny || rule.conditions.admitsAnonymous
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
        guard let roles else { return true }
        for role in principal.roles where roles.contains(role) { return true }
        return false
    }

    func hasMethod(_ method: Method) -> Bool {
        guard let methods else { return true }
        return methods.covers(method)
    }

    func hasRoute(_ route: RouteIndex?) -> Bool {
        guard let routes else { return true }
        guard let route else { return false }
        return routes[route.value]
    }

    func hasKind(_ principal: Principal) -> Bool {
        guard let actors else { return true }
        return actors.contains(principal.kind)
    }

    /// An allow rule reaches anonymous principals only where it says so.
    func admitsKind(of principal: Principal) -> Bool {
        reachesAnonymous || !principal.isAnonymous
    }
}

extension Principal {
    /// Whether nobody is known to make the request.
    var isAnonymous: Bool {
        // A comparison of cases would be a call into the room that declares them.
        if case .anonymous = kind { true } else { false }
    }
}
