// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import Foundation
import Policy
import Testing

/// The compiled rules against ``NaivePolicy``, on rules and requests made up from a seed.
@Suite struct `The compiled policy` {
    @Test(arguments: 0..<4)
    func `routes and decides as the naive one does`(quarter: UInt64) throws {
        var seen = Seen()
        for round in 0..<120 {
            var made = MadeUpPolicy(seed: quarter << 32 | UInt64(round))
            let naive = made.policy()
            let rulebook: Rulebook
            do { rulebook = try made.rulebook(naive) } catch is ServiceFault { continue }
            for _ in 0..<60 { try compare(naive, rulebook, &made, &seen) }
        }
        // What is compared is worth comparing.
        #expect(
            seen.matched > 300 && seen.contested > 20 && seen.refused > 300 && seen.notAllowed > 20,
            "\(seen)")
        #expect(seen.reasons.count == 5)
    }

    private struct Seen {
        var matched = 0
        var contested = 0
        var refused = 0
        var notAllowed = 0
        var reasons: Set<Reason> = []
    }

    private func compare(
        _ naive: NaivePolicy, _ rulebook: Rulebook, _ made: inout MadeUpPolicy, _ seen: inout Seen
    ) throws {
        let (host, path, method) = (made.askedHost(), made.askedPath(naive), made.method())
        let expected = naive.route(host: host, path: path, method: method)
        let found: NaivePolicy.Routed
        var match: RouteMatch?
        switch rulebook.route(host: host, path: path, method: method) {
        case .noRoute, .unlisted:
            found = .none
            seen.refused += 1
        case .methodNotAllowed(_, let methods):
            found = .notAllowed(methods)
            seen.notAllowed += 1
        case .matched(let matched):
            match = matched
            found = .matched(service: matched.service.value, route: matched.route?.value)
            seen.matched += 1
        case .contested(let matched, let contenders):
            match = matched
            found = .contested(
                service: matched.service.value, route: matched.route?.value,
                by: Set(contenders.map(NaivePolicy.Place.init)))
            seen.contested += 1
        }
        #expect(found == expected, "\(method.token) \(host) \(path) in \(naive)")
        let (service, route): (Int, Int?)
        switch expected {
        case .matched(let place, let number), .contested(let place, let number, _):
            (service, route) = (place, number)
        case .none, .notAllowed: return
        }
        guard let match else { return }
        for _ in 0..<4 {
            let principal = made.principal()
            let decision = rulebook.decide(match, method: method, principal: principal)
            let (reason, rule) = naive.decide(
                service: service, route: route, method: method, principal: principal)
            seen.reasons.insert(reason)
            #expect(
                decision.reason == reason && decision.rule == rule
                    && decision.effect == reason.effect,
                "\(principal.kind) \(principal.roles) \(method.token) \(path) in \(naive)")
        }
    }
}

extension NaivePolicy.Place {
    fileprivate init(_ contender: Contender) {
        self.init(
            service: contender.match?.service.value ?? -1,
            route: contender.match.map { $0.route?.value ?? -1 } ?? -2)
    }
}

/// Services, rules and requests by chance, of few words, so that they meet.
private struct MadeUpPolicy {
    private var random: Chance

    init(seed: UInt64) { random = Chance(state: seed) }

    private mutating func one<Item>(of items: [Item]) -> Item {
        items[Int.random(in: 0..<items.count, using: &random)]
    }

    private mutating func some<Item>(of items: [Item]) -> [Item] {
        items.filter { _ in Bool.random(using: &random) }
    }

    private mutating func maybe<Item>(_ items: [Item]) -> [Item]? {
        Bool.random(using: &random) ? nil : some(of: items)
    }

    private mutating func chance(_ part: Int, of whole: Int) -> Bool {
        Int.random(in: 0..<whole, using: &random) < part
    }

    private static let methods: [Method] = [.get, .head, .post, .delete]
    private static let roles = ["reader", "writer", "admin"]
    private static let prefixes = ["/", "/a", "/a/", "/A", "/a/b"]

    mutating func policy() -> NaivePolicy {
        NaivePolicy(
            services: (0..<Int.random(in: 1...4, using: &random)).map { number in
                var service = NaiveServiceRules(
                    name: "s\(number)",
                    host: one(of: ["*", "x.example", "*.example", "*.b.example", "c.b.example"]),
                    prefix: one(of: Self.prefixes), routes: [], rules: [])
                for _ in 0..<Int.random(in: 0...6, using: &random) {
                    service.routes.append(route(below: service.prefix))
                }
                service.rules = (0..<Int.random(in: 0...5, using: &random)).map { number in
                    rule(number, service)
                }
                return service
            })
    }

    private mutating func route(below prefix: String) -> String {
        var text = prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix
        let count = Int.random(in: 0...3, using: &random)
        for number in 0..<count {
            text += "/" + one(of: ["a", "A", "b", "admin", "a:b", "{p\(number)}"])
        }
        if chance(1, of: 4) { text += "/" } else if chance(1, of: 4) { text += "/{rest...}" }
        if text.isEmpty { text = "/" }
        return chance(1, of: 4) ? text : one(of: Self.methods).token + " " + text
    }

    private mutating func rule(_ number: Int, _ service: NaiveServiceRules) -> NaiveRule {
        let named = some(of: service.routes).map { text in
            // A rule may name a route with or without its method.
            chance(1, of: 3) ? String(text[(text.firstIndex(of: "/") ?? text.startIndex)...]) : text
        }
        var rule = NaiveRule(
            id: "r\(number)", allows: chance(2, of: 3), roles: maybe(Self.roles),
            methods: maybe(Self.methods), routes: chance(1, of: 2) ? named : nil,
            kinds: chance(1, of: 4) ? some(of: [.user, .service, .anonymous]) : nil,
            admitsAnonymous: false)
        if rule.allows, rule.roles == nil, rule.kinds == nil {
            rule.admitsAnonymous = Bool.random(using: &random)
        }
        return rule
    }

    mutating func rulebook(_ naive: NaivePolicy) throws -> Rulebook {
        try Rulebook(
            naive.services.map { service in
                try Fixture.service(
                    service.name, host: service.host, path: service.prefix, routes: service.routes,
                    rules: service.rules.map { rule in
                        Rule(
                            id: rule.id, effect: rule.allows ? .allow : .deny,
                            conditions: Rule.Conditions(
                                roles: rule.roles, methods: rule.methods,
                                routes: try rule.routes?.map { try RoutePattern($0) },
                                actors: rule.kinds, admitsAnonymous: rule.admitsAnonymous),
                            tags: [])
                    })
            })
    }

    mutating func method() -> Method { one(of: Self.methods + [.put]) }

    mutating func askedHost() -> String {
        one(of: [
            "x.example", "X.Example.", "b.example", "c.b.example", "d.b.example", ".example",
            "example", "other",
        ])
    }

    /// A path made up, or one of a listed route, sometimes spelt a little differently.
    mutating func askedPath(_ naive: NaivePolicy) -> String {
        var path = ""
        let routes = naive.services.flatMap(\.routes)
        if chance(2, of: 3), !routes.isEmpty {
            let route = one(of: routes)
            let template = route[(route.firstIndex(of: "/") ?? route.startIndex)...]
            let parts = template.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
            for part in parts {
                path += "/" + (part.hasPrefix("{") ? one(of: ["a", "z", "", "b/c"]) : String(part))
            }
        } else {
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                path += "/" + one(of: ["a", "A", "b", "admin", "a:b", "z"])
            }
        }
        switch Int.random(in: 0..<8, using: &random) {
        case 0: path = path.replacing("a", with: "A", maxReplacements: 1)
        case 1: path = path.replacing("a", with: "%61", maxReplacements: 1)
        case 2: path = path.replacing(":", with: one(of: ["%3A", "%3a"]))
        case 3: path += "/"
        case 4: if path.hasSuffix("/") { path.removeLast() }
        default: break
        }
        return path.isEmpty ? "/" : path
    }

    mutating func principal() -> Principal {
        guard !chance(1, of: 4) else { return .anonymous }
        return Principal(
            uid: "sub_a", kind: one(of: [.user, .service, .agent]), issuer: "corp",
            roles: some(of: Self.roles), session: nil, authentication: .none)
    }
}

/// SplitMix64: the same rules and requests each time.
private struct Chance: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
