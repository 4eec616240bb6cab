// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import Policy
import Testing

@Suite struct `Rules that no request can reach` {
    private func kinds(_ rules: [Rule], routes: [String] = []) throws -> [ServiceFault] {
        try Fixture.service(routes: routes, rules: rules).oversights()
    }

    @Test func `are those that an earlier one covers`() throws {
        let open = try Fixture.allow("open", anonymous: true)
        let known = try Fixture.allow("known")
        let readers = try Fixture.allow("readers", roles: ["reader"], methods: [.get])
        let denied = try Fixture.deny("denied", roles: ["intern"])
        #expect(
            try kinds([open, denied]) == [
                ServiceFault(part: .rule(1), kind: .coveredRule(by: "open", isDeny: true))
            ])
        #expect(
            try kinds([known, readers]) == [
                ServiceFault(part: .rule(1), kind: .coveredRule(by: "known", isDeny: false))
            ])
        #expect(
            try kinds([Fixture.deny("none"), readers]).map(\.kind)
                == [.coveredRule(by: "none", isDeny: false)])
        #expect(
            try kinds([
                Fixture.allow("many", roles: ["reader", "writer"]), readers,
            ]).count == 1)
        #expect(
            try kinds([
                Fixture.allow("head", methods: [.get]), Fixture.allow("b", methods: [.head]),
            ]).count == 1)
    }

    @Test func `are none where anything is left for them`() throws {
        // What everybody known may is no answer for those who have shown nothing.
        #expect(try kinds([Fixture.allow("known"), Fixture.deny("rest")]) == [])
        #expect(
            try kinds([Fixture.allow("known"), Fixture.allow("open", anonymous: true)]) == [])
        #expect(
            try kinds([
                Fixture.allow("readers", roles: ["reader"], methods: [.get]),
                Fixture.allow("writers", roles: ["writer"]),
                Fixture.allow("more", roles: ["reader"], methods: [.get, .post]),
                Fixture.deny("all"),
            ]) == [])
        #expect(
            try kinds([
                Fixture.allow("head", methods: [.head]), Fixture.allow("get", methods: [.get]),
            ]) == [])
        #expect(
            try kinds(
                [
                    Fixture.deny("a", routes: ["GET /a"]),
                    Fixture.allow("b", routes: ["GET /a", "GET /b"]),
                ], routes: ["GET /a", "GET /b"]) == [])
    }

    @Test func `are those whose methods none of their routes has`() throws {
        let routes = ["GET /a", "POST /b", "/c"]
        #expect(
            try kinds(
                [Fixture.deny("x", methods: [.post], routes: ["GET /a"])], routes: routes
            ).map(\.kind) == [.methodsMissRoutes])
        for (method, route) in [
            (Method.get, "GET /a"), (.head, "GET /a"), (.post, "POST /b"), (.delete, "/c"),
        ] {
            #expect(
                try kinds(
                    [Fixture.deny("x", methods: [method], routes: [route])], routes: routes) == [])
        }
    }

    @Test func `are also denials that another method gets around`() throws {
        func escape(_ denied: [String], _ routes: [String], _ methods: [Method]? = nil) throws
            -> ServiceFault.Kind?
        {
            try kinds([Fixture.deny("x", methods: methods, routes: denied)], routes: routes)
                .first?.kind
        }
        for (path, routes, wider) in [
            ("/secret", ["GET /secret", "/{rest...}"], "/{rest...}"),
            ("/secret", ["GET /secret", "PUT /secret", "POST /{name}"], "POST /{name}"),
            ("/v1/{id}", ["GET /v1/{id}", "/v1/{rest...}"], "/v1/{rest...}"),
            ("/a/{rest...}", ["GET /a/{rest...}", "DELETE /a/{id}/b"], "DELETE /a/{id}/b"),
        ] {
            #expect(try escape([path], routes) == .methodsEscape(path: path, wider: wider))
        }
        for (denied, routes) in [
            (["/secret"], ["/secret", "/{rest...}"]),
            (["/secret"], ["GET /secret", "/secret", "/{rest...}"]),
            (["/secret"], ["GET /secret", "/other/{rest...}"]),
            (["/secret"], ["GET /secret", "/secret/{rest...}"]),
            (["/secret"], ["GET /secret", "GET /{rest...}", "HEAD /{name}"]),
            (["/secret", "/{rest...}"], ["GET /secret", "/{rest...}"]),
            (["GET /secret"], ["GET /secret", "/{rest...}"]),
        ] {
            #expect(try escape(denied, routes) == nil)
        }
        #expect(try escape(["/s"], ["GET /s", "/{rest...}"], [.get, .head]) == nil)
        #expect(try escape(["/s"], ["GET /s", "/{rest...}"], [.post]) != nil)
    }
}
