// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import Policy
import Testing

struct DecidingTests {
    @Test func `DefaultDeny: without a rule that matches, access is denied`() throws {
        let book = try Rulebook([Fixture.service()])
        let decision = try book.decision("/", .get, Fixture.principal("admin"))
        #expect(decision.effect == .deny)
        #expect(decision.reason == .noRuleMatched)
        #expect(decision.rule == "default")
        #expect(decision.policy == "demo")
        #expect(decision.policyVersion == book.version)
    }

    @Test func `the first rule that matches decides`() throws {
        let rules = [
            try Fixture.deny("no-delete", methods: [.delete]),
            try Fixture.allow("admins", roles: ["admin"]),
            try Fixture.deny("all"),
            try Fixture.allow("too-late"),
        ]
        let book = try Rulebook([Fixture.service(rules: rules)])
        let admin = Fixture.principal("admin", "reader")
        let cases: [(Method, Principal, String, Reason)] = [
            (.get, admin, "admins", .roleMatch), (.delete, admin, "no-delete", .ruleDenied),
            (.get, Fixture.principal("reader"), "all", .ruleDenied),
            (.get, Fixture.principal(), "all", .ruleDenied),
        ]
        for (method, principal, rule, reason) in cases {
            let decision = try book.decision("/", method, principal)
            #expect(decision.rule == rule)
            #expect(decision.reason == reason)
            #expect(decision.effect == reason.effect)
        }
    }

    @Test func `anonymous principals are challenged unless a rule names them`() throws {
        let closed = try Rulebook([
            Fixture.service(rules: [Fixture.allow("everybody"), Fixture.deny("rest")])
        ])
        let challenge = try closed.decision("/", .get, .anonymous)
        #expect(challenge.effect == .challenge)
        #expect(challenge.reason == .noCredentials)
        #expect(challenge.rule == "rest")

        let silent = try Rulebook([Fixture.service(rules: [Fixture.allow("everybody")])])
        #expect(try silent.decision("/", .get, .anonymous).rule == "default")
        #expect(try silent.decision("/", .get, .anonymous).reason == .noCredentials)

        let open = try Rulebook([
            Fixture.service(rules: [Fixture.allow("public", methods: [.get], anonymous: true)])
        ])
        #expect(try open.decision("/", .get, .anonymous).reason == .ruleAllowed)
        #expect(try open.decision("/", .get, Fixture.principal()).reason == .ruleAllowed)
        #expect(try open.decision("/", .post, .anonymous).effect == .challenge)
    }

    @Test func `an earlier deny rule also stops anonymous principals`() throws {
        let book = try Rulebook([
            Fixture.service(
                routes: ["/admin", "/{rest...}"],
                rules: [
                    Fixture.deny("no-admin", routes: ["/admin"]),
                    Fixture.allow("public", anonymous: true),
                ])
        ])
        #expect(try book.decision("/admin", .get, .anonymous).effect == .challenge)
        #expect(try book.decision("/x", .get, .anonymous).effect == .allow)
    }

    @Test func `HEAD is allowed where GET is, and denied where GET is`() throws {
        let book = try Rulebook([
            Fixture.service(
                rules: [
                    Fixture.deny("no-get", roles: ["banned"], methods: [.get]),
                    Fixture.allow("get", methods: [.get]),
                    Fixture.allow("post-only-head", methods: [.head, .post]),
                ])
        ])
        #expect(try book.decision("/", .head, Fixture.principal()).rule == "get")
        #expect(try book.decision("/", .head, Fixture.principal("banned")).rule == "no-get")
        let headOnly = try Rulebook([
            Fixture.service(rules: [Fixture.allow("head", methods: [.head])])
        ])
        #expect(try headOnly.decision("/", .get, Fixture.principal()).effect == .deny)
    }

    @Test func `routes and kinds are conditions`() throws {
        let book = try Rulebook([
            Fixture.service(
                routes: ["GET /a", "POST /a", "/b"],
                rules: [
                    Fixture.allow("a", routes: ["/a"], actors: [.service]),
                    Fixture.allow("b", routes: ["/b"]),
                    Fixture.allow("post-a", routes: ["POST /a"]),
                ])
        ])
        let machine = Fixture.principal(kind: .service)
        let user = Fixture.principal()
        #expect(try book.decision("/a", .get, machine).rule == "a")
        #expect(try book.decision("/a", .post, machine).rule == "a")
        #expect(try book.decision("/a", .get, user).effect == .deny)
        #expect(try book.decision("/a", .post, user).rule == "post-a")
        #expect(try book.decision("/b", .put, user).rule == "b")
    }

    @Test func `an empty list of a condition never holds`() throws {
        let book = try Rulebook([
            Fixture.service(
                rules: [
                    Fixture.allow("roles", roles: []), Fixture.allow("methods", methods: []),
                    Fixture.allow("routes", routes: []), Fixture.allow("actors", actors: []),
                ])
        ])
        #expect(try book.decision("/", .get, Fixture.principal("a")).effect == .deny)
    }

    @Test func `a dry run names every rule and why it does not match`() throws {
        let book = try Rulebook([
            Fixture.service(
                routes: ["GET /a", "/b"],
                rules: [
                    Fixture.deny("d", roles: ["banned"], methods: [.delete]),
                    Fixture.allow("a", roles: ["x", "y"], routes: ["/b"]),
                    Fixture.allow("kinds", actors: [.agent]),
                    Fixture.allow("all"), Fixture.deny("rest"),
                ])
        ])
        guard case .matched(let match) = book.route(host: "h", path: "/a", method: .get) else {
            Issue.record("not routed")
            return
        }
        func lines(_ principal: Principal) -> [String] {
            book.explain(match, method: .get, principal: principal).map { rule in
                let why = rule.mismatches.map(\.text).joined(separator: ", ")
                let mark = rule.decides ? "* " : rule.matches ? "+ " : "- "
                return mark + rule.rule + (why.isEmpty ? "" : ": " + why)
            }
        }
        #expect(
            lines(Fixture.principal("reader")) == [
                "- d: needs role banned, needs method DELETE",
                "- a: needs role x or y, needs route /b", "- kinds: needs actor agent", "* all",
                "+ rest",
            ])
        #expect(
            lines(.anonymous) == [
                "- d: needs role banned, needs method DELETE",
                "- a: does not admit anonymous, needs role x or y, needs route /b",
                "- kinds: does not admit anonymous, needs actor agent",
                "- all: does not admit anonymous", "* rest",
            ])
    }

    @Test func `other refusals carry the policy too`() throws {
        let tagged = try Fixture.allow("a", tags: ["pii"])
        let book = try Rulebook([Fixture.service(rules: [tagged])])
        guard case .matched(let match) = book.route(host: "h", path: "/a", method: .get) else {
            Issue.record("not routed")
            return
        }
        #expect(book.rateLimited(match).effect == .limit)
        #expect(book.rateLimited(match).policy == "demo")
        #expect(book.refusal(of: match, .tokenExpired).effect == .challenge)
        #expect(book.unrouted(.noRoute).policy == "unrouted")
        #expect(book.unrouted(.noRoute).policyVersion == book.version)
        let decision = book.decide(match, method: .get, principal: Fixture.principal())
        #expect(book.tags(of: decision, in: match) == ["pii"])
        #expect(book.tags(of: book.rateLimited(match), in: match) == [])
    }
}
