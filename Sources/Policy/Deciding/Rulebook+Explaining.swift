// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel

/// What one rule says about an access, to explain a decision.
package struct RuleExplanation: Hashable, Sendable {
    /// A condition that does not hold.
    package enum Mismatch: Hashable, Sendable {
        /// The principal has none of these roles.
        case roles([String])
        /// The method is none of these.
        case methods([Method])
        /// The route is none of these.
        case routes([RoutePattern])
        /// The principal's kind is none of these.
        case actors([Principal.Kind])
        /// The rule allows, but does not admit anonymous principals.
        case anonymous
    }

    package var rule: String
    package var effect: Rule.Effect
    /// Every condition that does not hold; if empty, the rule matches.
    package var mismatches: [Mismatch]
    /// Whether this is the first rule that matches, the one that counts.
    package var decides: Bool

    package var matches: Bool { mismatches.isEmpty }
}

extension RuleExplanation.Mismatch {
    /// The condition as a clause for a table, such as "needs role billing-reader or admin".
    package var text: String {
        func any(_ names: [String]) -> String {
            names.isEmpty ? "(none listed)" : names.joined(separator: " or ")
        }
        return switch self {
        case .roles(let roles): "needs role " + any(roles)
        case .methods(let methods): "needs method " + any(methods.map(\.token))
        case .routes(let routes): "needs route " + any(routes.map(\.text))
        case .actors(let kinds): "needs actor " + any(kinds.map(\.rawValue))
        case .anonymous: "does not admit anonymous"
        }
    }
}

extension Rulebook {
    /// Every rule of the matched service in order, whether it matches and why not; the dry run of
    /// ``decide(_:method:principal:)``.
    package func explain(
        _ match: RouteMatch, method: Method, principal: Principal
    ) -> [RuleExplanation] {
        var isDecided = false
        return compiled[match.service.value].rules.map { compiled in
            let mismatches = compiled.mismatches(match.route, method, principal)
            let decides = mismatches.isEmpty && !isDecided
            isDecided = isDecided || decides
            return RuleExplanation(
                rule: compiled.rule.id, effect: compiled.rule.effect, mismatches: mismatches,
                decides: decides)
        }
    }
}

extension CompiledRule {
    fileprivate func mismatches(
        _ route: RouteIndex?, _ method: Method, _ principal: Principal
    ) -> [RuleExplanation.Mismatch] {
        var mismatches: [RuleExplanation.Mismatch] = []
        let conditions = rule.conditions
        if !admitsKind(of: principal) { mismatches.append(.anonymous) }
        if !hasRole(principal) { mismatches.append(.roles(conditions.roles ?? [])) }
        if !hasMethod(method) { mismatches.append(.methods(conditions.methods ?? [])) }
        if !hasRoute(route) { mismatches.append(.routes(conditions.routes ?? [])) }
        if !hasKind(principal) { mismatches.append(.actors(conditions.actors ?? [])) }
        return mismatches
    }
}
