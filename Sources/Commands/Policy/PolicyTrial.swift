// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ByteCoding
import HTTPWire
import Messages
import Policy
import Server

/// A dry run: where a request belongs, how it is decided, and what each rule contributed.
struct PolicyTrial {
    let decision: Decision
    let service: String?
    let route: String?
    let rules: [RuleExplanation]

    /// Decides as the proxy does: on the path in the form that its service gets, as written and under every reading.
    init(rulebook: Rulebook, principal: Principal, method: Method, target: RequestedURL) {
        let request = target.request(method, merging: rulebook)
        guard method.isProxied else {
            (service, route, rules) = (nil, nil, [])
            decision = rulebook.unrouted(.methodNotSupported)
            return
        }
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
            decision = rulebook.refusal(in: owner, .unlistedRoute)
            return
        case .methodNotAllowed(let owner, _):
            (service, route, rules) = (rulebook[owner].name, nil, [])
            decision = rulebook.refusal(in: owner, .methodNotAllowed)
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
            ("reason", "\(decision.reason.code): \(decision.reason.message)"),
            ("rule", "\(decision.rule)"),
        ]
        if !decision.reading.isEmpty {
            facts.append(("read as", "\(decision.reading.text)"))
        }
        if let service { facts.append(("service", "\(service)")) }
        if let route { facts.append(("route", "\(route)")) }
        if let decider { facts.append(("rules of", "\(decider)")) }
        facts.append(("policy version", "\(decision.policyVersion)"))
        return facts
    }

    /// The service whose rules decided, where the reading that counts leads to another one.
    private var decider: String? {
        guard let service, !decision.reading.isEmpty, decision.policy != service else { return nil }
        return decision.policy
    }

    /// Whether it is this rule that the decision names: under the reading that counts, which may be another than the
    /// one that the table is for.
    private func decides(_ rule: RuleExplanation) -> Bool {
        decision.policy == service && decision.rule == rule.rule
    }

    var ruleTable: Table {
        let decides = ("decides" as SafeText).toned(.strong)
        var rows = rules.map { rule -> [SafeText] in
            let (standing, why): (SafeText, SafeText) =
                if self.decides(rule) {
                    (decides, reading)
                } else if rule.decides {
                    ("as written", "")
                } else {
                    (
                        rule.matches ? "matches" : "no match",
                        rule.mismatches.map { "\($0.text)" as SafeText }.joined(separator: ", ")
                    )
                }
            return ["\(rule.rule)", "\(describing: rule.effect)", standing, why]
        }
        if !rules.contains(where: { self.decides($0) }) {
            let why: SafeText = decider.map { "of \($0)" } ?? ""
            rows.append([
                "\(decision.rule)", "\(decision.effect.rawValue)", decides,
                [why, reading].filter { !$0.isEmpty }.joined(separator: ", "),
            ])
        }
        return Table(["RULE", "EFFECT", "", "WHY"], rows: rows)
    }

    /// The reading that counts, where it is not the path as it is written.
    private var reading: SafeText {
        decision.reading.isEmpty ? "" : "read as \(decision.reading.text)"
    }

    var json: JSONValue {
        func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
        return .object([
            JSONMember("effect", .string(decision.effect.rawValue)),
            JSONMember("reason", .string(decision.reason.code)),
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
                            JSONMember("decides", .bool(decides(rule))),
                            JSONMember(
                                "mismatches", .array(rule.mismatches.map { .string($0.text) })),
                        ])
                    })),
        ])
    }
}
