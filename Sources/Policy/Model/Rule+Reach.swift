// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel

extension Rule {
    /// Why no request can reach this rule, as far as the rules alone show; nil if one can.
    ///
    /// - Parameter earlier: the rules that are tried before it.
    func unreachable(behind earlier: ArraySlice<Rule>) -> ServiceFault.Kind? {
        if let methods = conditions.methods, let routes = conditions.routes, !routes.isEmpty,
            !routes.contains(where: { route in
                guard let method = route.method else { return true }
                return methods.contains { method.isCovered(by: $0) || $0.isCovered(by: method) }
            })
        {
            return .methodsMissRoutes
        }
        return earlier.first { $0.covers(self) }.map {
            .coveredRule(by: $0.id, isDeny: effect == .deny && $0.effect == .allow)
        }
    }

    /// How a request for a denied path gets around this rule by its method; nil if none does.
    ///
    /// A path listed with some methods belongs, for all others, to the next wider route, and to the rules of that
    /// one.
    func escape(among listed: [RoutePattern]) -> ServiceFault.Kind? {
        guard effect == .deny, let named = conditions.routes else { return nil }
        for path in named where path.method == nil {
            let own = listed.filter(path.names)
            let methods = own.compactMap(\.method)
            guard !own.isEmpty, methods.count == own.count else { continue }
            func isListed(_ method: Method) -> Bool {
                methods.contains { method.isCovered(by: $0) }
            }
            if let asked = conditions.methods, asked.allSatisfy(isListed) { continue }
            let wider = listed.first { other in
                other.template.text != path.template.text
                    && other.method.map { !isListed($0) } ?? true
                    && other.template.meets(path.template)
                    && !named.contains { $0.names(other) }
            }
            if let wider { return .methodsEscape(path: path.text, wider: wider.text) }
        }
        return nil
    }

    /// Whether this rule matches every request that another one does.
    private func covers(_ other: Rule) -> Bool {
        let (own, its) = (conditions, other.conditions)
        return (!other.reachesAnonymous || reachesAnonymous)
            && Self.isSubset(its.roles, own.roles) && Self.isSubset(its.routes, own.routes)
            && Self.isSubset(its.actors, own.actors)
            && (own.methods == nil
                || its.methods?.allSatisfy { method in
                    own.methods?.contains { method.isCovered(by: $0) } == true
                } == true)
    }

    /// Whether a principal without a credential can match.
    private var reachesAnonymous: Bool {
        (effect == .deny || conditions.admitsAnonymous) && conditions.roles == nil
            && conditions.actors == nil
    }

    /// Whether a condition holds only if another one does; nil is no condition.
    private static func isSubset<Value: Hashable>(_ inner: [Value]?, _ outer: [Value]?) -> Bool {
        guard let outer else { return true }
        guard let inner else { return false }
        return Set(inner).isSubset(of: outer)
    }
}
