// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Policy

extension ServiceFault {
    /// Notes the fault where its cause is written.
    func note(at service: Place, _ reading: Reading) {
        reading.note(.conflict, at: place(in: service), message)
    }

    private func place(in service: Place) -> Place {
        switch part {
        case .match: return service.nearest("match")
        case .name: return service.nearest("name")
        case .route(let position):
            let route = service["routes"]?[position] ?? service
            return route.nearest("route")
        case .ruleID(let position):
            let rule = service["rules"]?[position] ?? service
            return rule.nearest("id")
        case .ruleRoute(let position, let route):
            let rule = service["rules"]?[position] ?? service
            let routes = (rule["allow"] ?? rule["deny"] ?? rule)["routes"] ?? rule
            return routes[route] ?? routes
        case .rule(let position):
            let rule = service["rules"]?[position] ?? service
            return rule.nearest("id")
        case .ruleAnonymous(let position):
            let rule = service["rules"]?[position] ?? service
            return rule.nearest("allow", "anonymous")
        }
    }

    static let repeatedName = "another service has this name"
    static let repeatedRuleID = "another rule of this service has this id"

    private var message: String {
        switch kind {
        case .repeatedName: Self.repeatedName
        case .repeatedMatch(let other): "the service `\(other)` has the same host and path"
        case .repeatedRoute(let first): "matches the same requests as `\(first)`"
        case .routeOutsidePrefix: "the route is not below the service's `match.path`"
        case .repeatedRuleID: Self.repeatedRuleID
        case .reservedRuleID:
            "`default` names the decision where no rule matches, and `builtin` what the proxy does itself"
        case .unknownRoute(let listed) where listed.isEmpty:
            "a rule about routes needs the service to list its `routes`"
        case .unknownRoute(let listed):
            "the service does not list this route; it lists "
                + listed.map { "`\($0)`" }.joined(separator: ", ")
        case .coveredRule(let other, true):
            "never denies anything: `\(other)` before it allows all that it could match; move it up"
        case .coveredRule(let other, false):
            "is never asked: `\(other)` before it decides all that it could match; move it up, or leave it out"
        case .methodsMissRoutes:
            "matches nothing: none of its routes is listed with one of its methods"
        case .methodsEscape(let path, let wider):
            "does not deny `\(path)` with every method: those that it is not listed with belong to `\(wider)`; "
                + "list `\(path)` without a method, or name `\(wider)` here, too"
        case .anonymousCannotMatch:
            "anonymous principals have neither roles nor a kind; make another rule for them"
        }
    }
}
