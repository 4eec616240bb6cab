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

/// The methods that a rule names; those that most requests have are found without comparing texts.
struct MethodSet: Sendable {
    private let common: Common
    private let others: [Method]

    init(_ methods: [Method]) {
        var common: UInt8 = 0
        for method in methods {
            common |= Common.bit(of: method)
            // GET stands for HEAD too.
            if method == .get { common |= Common.bit(of: .head) }
        }
        self.common = Common(bits: common)
        others = methods.filter { Common.bit(of: $0) == 0 }
    }

    /// Whether the list admits a method, as ``Method/isCovered(by:)`` says of each that it names.
    func covers(_ method: Method) -> Bool {
        let bit = Common.bit(of: method)
        return bit == 0 ? others.contains(method) : common.bits & bit != 0
    }

    /// One bit for each method that has a case of its own.
    private struct Common: Sendable {
        let bits: UInt8

        /// Zero for any other method.
        static func bit(of method: Method) -> UInt8 {
            switch method {
            case .get: 1
            case .head: 1 << 1
            case .post: 1 << 2
            case .put: 1 << 3
            case .patch: 1 << 4
            case .delete: 1 << 5
            case .options: 1 << 6
            case .other: 0
            }
        }
    }
}
