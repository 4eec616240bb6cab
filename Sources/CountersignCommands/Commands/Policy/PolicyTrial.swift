// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ByteCoding
import HTTPWire
import Policy

/// A dry run: where a request belongs, how it is decided, and what each rule had to say.
struct PolicyTrial {
    let decision: Decision
    let service: String?
    let route: String?
    let rules: [RuleExplanation]

    /// Asks as the proxy does: for the path in the form that its service gets, as it stands and under every reading.
    init(rulebook: Rulebook, principal: Principal, method: Method, target: RequestedURL) {
        let request = target.request(method, merging: rulebook)
        let (head, host, path) = (request.head.span, request.host, request.path)
        let match: RouteMatch
        let contenders: [Contender]
        switch rulebook.route(
            host: head.extracting(host), path: head.extracting(path), method: method,
            hasOtherReadings: request.hasOtherReadings)
        {
        case .matched(let found): (match, contenders) = (found, [])
        case .contested(let found, let others): (match, contenders) = (found, others)
        case .noRoute:
            (service, route, rules) = (nil, nil, [])
            decision = rulebook.unrouted(.noRoute)
            return
        case .unlisted(let owner):
            (service, route, rules) = (rulebook[owner].name, nil, [])
            decision = rulebook.unlisted(in: owner)
            return
        case .methodNotAllowed:
            (service, route, rules) = (nil, nil, [])
            decision = rulebook.unrouted(.methodNotAllowed)
            return
        }
        service = rulebook[match.service].name
        route = rulebook.template(of: match).text
        rules = rulebook.explain(match, method: method, principal: principal)
        guard !target.traits.contains(.encodedSlash) || rulebook.passesEncodedSlash(match) else {
            decision = rulebook.refusal(of: match, .malformedPath)
            return
        }
        let asItStands = rulebook.decide(match, method: method, principal: principal)
        guard asItStands.effect == .allow else {
            decision = asItStands
            return
        }
        decision =
            rulebook.objection(
                to: request, match: match, contenders: contenders, principal: principal)
            ?? asItStands
    }

    var facts: [(SafeText, SafeText)] {
        let tone: Tone = decision.effect == .allow ? .good : .bad
        var facts: [(SafeText, SafeText)] = [
            ("decision", ("\(decision.effect.rawValue)" as SafeText).toned(tone)),
            ("reason", "\(decision.reason.rawValue): \(decision.reason.message)"),
            ("rule", "\(decision.rule)"),
        ]
        if !decision.reading.isEmpty {
            facts.append(("read as", "\(decision.reading.text)"))
        }
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
            JSONMember(
                "reading", decision.reading.isEmpty ? .null : .string(decision.reading.text)),
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
