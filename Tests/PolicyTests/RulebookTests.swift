// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import Policy
import Testing

struct RulebookTests {
    @Test func `the version is the hash of the canonical rules`() throws {
        let rate = try #require(Rate("100/m"))
        let limit = try #require(RateLimit(per: .actor, rate: rate, burst: 20))
        let book = try Rulebook([
            Fixture.service(
                host: "api.example.com", path: "/v1/", routes: ["GET /v1/invoices/{id}"],
                rules: [
                    Fixture.allow("r-12", roles: ["billing-reader"], methods: [.get]),
                    Fixture.deny("r-99"),
                ], limit: limit)
        ])
        // Computed by Python's hashlib over json.dumps with sorted keys.
        #expect(
            book.version
                == "sha256:0926ff414728650997b022a9440b72976344d49cef1997dc6e535fd6859c094c")
    }

    @Test func `the order of services does not change the version, that of rules does`() throws {
        let one = try Fixture.service("a", path: "/a", rules: [Fixture.allow("x")])
        let other = try Fixture.service("b", path: "/b")
        #expect(try Rulebook([one, other]).version == Rulebook([other, one]).version)
        var swapped = one
        swapped.rules = [try Fixture.deny("y"), try Fixture.allow("x")]
        var straight = one
        straight.rules = swapped.rules.reversed()
        #expect(try Rulebook([swapped]).version != Rulebook([straight]).version)
    }

    @Test func `every setting of a rule is part of the version`() throws {
        let base = try Fixture.service(routes: ["/a"], rules: [Fixture.allow("x")])
        var variants: [ServiceRules] = Array(repeating: base, count: 11)
        variants[1].match.host = try Fixture.host("h")
        variants[2].rules[0].conditions.roles = ["a"]
        variants[3].rules[0].conditions.methods = [.get]
        variants[4].rules[0].conditions.routes = [try RoutePattern("/a")]
        variants[5].rules[0].conditions.actors = [.user]
        variants[6].rules[0].conditions.admitsAnonymous = true
        variants[7].rules[0].tags = ["t"]
        variants[8].routes[0].allowsEncodedSlash = true
        variants[9].audit.onFailure = .allow
        variants[10].limit = RateLimit(per: .peer, rate: .oneADay, burst: 1)
        let versions = try variants.map { try Rulebook([$0]).version }
        #expect(Set(versions).count == variants.count)
    }

    @Test func `contradictions are refused`() throws {
        func fault(_ services: ServiceRules...) -> ServiceFault? {
            do {
                _ = try Rulebook(services)
                return nil
            } catch {
                return error
            }
        }
        let plain = try Fixture.service()
        #expect(fault(plain) == nil)
        #expect(fault(plain, try Fixture.service(path: "/b"))?.kind == .repeatedName)
        #expect(
            fault(plain, try Fixture.service("b"))?.kind == .repeatedMatch(other: "demo"))
        #expect(
            fault(try Fixture.service(routes: ["GET /{a}/b", "GET /{x}/b"]))
                == ServiceFault(part: .route(1), kind: .repeatedRoute(first: "GET /{a}/b")))
        #expect(fault(try Fixture.service(routes: ["GET /{a}", "POST /{x}"])) == nil)
        #expect(
            fault(try Fixture.service(path: "/v1/", routes: ["/v1"]))?.kind
                == .routeOutsidePrefix)
        #expect(
            fault(try Fixture.service(path: "/v1", routes: ["/{x}/a"]))?.kind
                == .routeOutsidePrefix)
        #expect(fault(try Fixture.service(path: "/v1", routes: ["/v1", "/v1/a"])) == nil)
        #expect(
            fault(try Fixture.service(rules: [Fixture.deny("a"), Fixture.deny("a")]))
                == ServiceFault(part: .ruleID(1), kind: .repeatedRuleID))
        for id in ["default", "builtin"] {
            #expect(
                fault(try Fixture.service(rules: [Fixture.deny(id)]))?.kind == .reservedRuleID)
        }
        #expect(
            fault(
                try Fixture.service(
                    routes: ["GET /a"], rules: [Fixture.deny("a", routes: ["POST /a"])]))
                == ServiceFault(
                    part: .ruleRoute(rule: 0, position: 0),
                    kind: .unknownRoute(listed: ["GET /a"])))
        #expect(
            fault(
                try Fixture.service(
                    rules: [Fixture.allow("a", roles: ["x"], anonymous: true)]))?.kind
                == .anonymousCannotMatch)
    }
}
