// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ByteCoding
import Policy

/// A dry run: where a request belongs, how it is decided, and what each rule had to say.
struct PolicyTrial {
    let decision: Decision
    let service: String?
    let route: String?
    let rules: [RuleExplanation]

    init(rulebook: Rulebook, principal: Principal, method: Method, target: RequestedURL) {
        switch rulebook.route(host: target.host, path: target.path, method: method) {
        case .matched(let match), .contested(let match, _):
            service = rulebook[match.service].name
            route = rulebook.template(of: match).text
            rules = rulebook.explain(match, method: method, principal: principal)
            decision = rulebook.decide(match, method: method, principal: principal)
        case .noRoute:
            (service, route, rules) = (nil, nil, [])
            decision = rulebook.unrouted(.noRoute)
        case .unlisted(let owner):
            (service, route, rules) = (rulebook[owner].name, nil, [])
            decision = rulebook.unlisted(in: owner)
        case .methodNotAllowed:
            (service, route, rules) = (nil, nil, [])
            decision = rulebook.unrouted(.methodNotAllowed)
        }
    }

    var facts: [(SafeText, SafeText)] {
        let tone: Tone = decision.effect == .allow ? .good : .bad
        var facts: [(SafeText, SafeText)] = [
            ("decision", ("\(decision.effect.rawValue)" as SafeText).toned(tone)),
            ("reason", "\(decision.reason.rawValue): \(decision.reason.message)"),
            ("rule", "\(decision.rule)"),
        ]
        if let service, let route { facts += [("service", "\(service)"), ("route", "\(route)")] }
        facts.append(("policy version", "\(decision.policyVersion)"))
        return facts
    }

    var ruleTable: Table {
        Table(
            ["RULE", "EFFECT", "", "WHY"],
            rows: rules.map { rule in
                [
                    "\(rule.rule)", "\(describing: rule.effect)",
                    rule.decides
                        ? ("decides" as SafeText).toned(.strong)
                        : rule.matches ? "matches" : "no match",
                    rule.mismatches.map { "\($0.text)" as SafeText }.joined(separator: ", "),
                ]
            })
    }

    var json: JSONValue {
        func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
        return .object([
            JSONMember("effect", .string(decision.effect.rawValue)),
            JSONMember("reason", .string(decision.reason.rawValue)),
            JSONMember("rule", .string(decision.rule)),
            JSONMember("service", optional(service)),
            JSONMember("route", optional(route)),
            JSONMember("policy_version", .string(decision.policyVersion)),
            JSONMember(
                "rules",
                .array(
                    rules.map { rule in
                        .object([
                            JSONMember("id", .string(rule.rule)),
                            JSONMember("effect", .string("\(rule.effect)")),
                            JSONMember("matches", .bool(rule.matches)),
                            JSONMember("decides", .bool(rule.decides)),
                            JSONMember(
                                "mismatches", .array(rule.mismatches.map { .string($0.text) })),
                        ])
                    })),
        ])
    }
}
