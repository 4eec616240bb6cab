// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import HTTPPlane
import Transport
import HTTPWire
import Identity
import Policy
import Testing

/// `strip`, `via`, `paths` and what is said of traces and methods, before a service that records.
@Suite("What a service gets to see")
struct FieldChoiceTests {
    @Test(
        "strip removes what it adds, however it is spelt, and lets through what it keeps, and nothing like it"
    )
    func strip() async throws {
        var settings = ProxySettings()
        settings.removedFields = ["x-user-id", "cookie"]
        settings.keptFields = ["x-original-url", "x-remote-user", "x-ssl-client-cert"]
        try await withProxy(settings) { proxy in
            let client = try await proxy.connect()
            try await client.send(
                proxy.get(
                    "/v1/invoices/1",
                    "X-User-Id: 1\r\nx_USER.id: 2\r\nX-User-Ids: 3\r\nCookie: a=b\r\n"
                        + "X-Original-URL: /a\r\nX_Original_URL: /b\r\nX-Original-URI: /c\r\n"
                        + "X-REMOTE-USER:d\r\nX-Remote-Group: e\r\nx_remote_user: f\r\n"
                        + "X-SSL-Client-Cert: g\r\nX-SSL-Client-Verify: h\r\nRemote-User: i\r\n"
                        + "Countersign-Subject: j\r\nX-Forwarded-For: 9.9.9.9\r\n"))
            #expect(try await client.response().status == 200)
            let seen = try await proxy.upstream.requests(1)[0]
            let passed = ["X-User-Ids", "X-Original-URL", "X-Remote-User", "X-SSL-Client-Cert"]
            for name in passed { #expect(seen.values(name).count == 1, "\(name)") }
            #expect(seen.values("X-Original-URL") == ["/a"])
            #expect(seen.values("X-Remote-User") == ["d"])
            let removed = [
                "X-User-Id", "x_USER.id", "Cookie", "X_Original_URL", "X-Original-URI",
                "X-Remote-Group", "x_remote_user", "X-SSL-Client-Verify", "Remote-User",
                "X-Api-Key",
            ]
            for name in removed { #expect(seen.values(name).isEmpty, "\(name)") }
            #expect(seen.values("Countersign-Subject").count == 1)
            #expect(seen.values("Countersign-Subject") != ["j"])
            #expect(seen.values("X-Forwarded-For") == ["127.0.0.1"])
        }
    }

    @Test(
        "A choice that would let a client speak for the proxy is a fault",
        arguments: [
            (["countersign-subject"], []), ([], ["countersign-roles"]),
            ([], ["countersign-anything"]),
            ([], ["x-forwarded-for"]), ([], ["x-forwarded-proto"]), ([], ["x-forwarded-host"]),
            ([], ["traceparent"]), ([], ["audit-id"]), ([], ["connection"]), ([], ["host"]),
            ([], ["content-length"]), (["transfer-encoding"], []), ([], ["proxy-authorization"]),
            ([], ["x-mine"]), ([], ["x_remote_user"]), (["a b"], []), ([""], []),
        ] as [([String], [String])])
    func faults(removing: [String], keeping: [String]) throws {
        #expect(throws: FieldChoice.Fault.self) {
            try FieldChoice(removing: removing, keeping: keeping)
        }
        var upstream = UpstreamConfiguration(
            name: "billing", host: "127.0.0.1", port: 1, tls: nil, hostField: .preserved)
        upstream.removedFields = removing
        upstream.keptFields = keeping
        var random = SystemRandomNumberGenerator()
        let key = MintedAPIKey(
            name: "machine", kind: .service, roles: [], expires: nil, random: &random)
        let rules = try makeRules(ProxySettings(), key: key.stored, port: 1, generation: 1)
        do throws(DataPlaneFault) {
            _ = try HTTPPlane(
                HTTPPlaneConfiguration(listeners: [], upstreams: [upstream]), rules: rules)
            Issue.record("accepted")
        } catch {
            #expect(error.code == .upstreamFields)
            #expect(error.description.contains("billing"))
        }
    }

    @Test("Via names the proxy behind those before it, both ways, and only where it is asked for")
    func via() async throws {
        let script: RecordingUpstream.Script = { _ in
            .bytes(ok("hello", "Via: 1.1 cache (x)\r\n"))
        }
        var settings = ProxySettings()
        settings.via = "proxy.example"
        try await withProxy(settings, script) { proxy in
            let client = try await proxy.connect()
            try await client.send(
                proxy.get("/v1/invoices/1", "Via: 1.0 a\r\nVia: 1.1 b, 2.0 c\r\nVia: \r\n"))
            #expect(
                try await client.response().values("Via") == ["1.1 cache (x), 1.1 proxy.example"])
            let seen = try await proxy.upstream.requests(1)[0]
            #expect(seen.values("Via") == ["1.0 a, 1.1 b, 2.0 c, 1.1 proxy.example"])
            // What is no Via is not passed on in ours.
            try await client.send(proxy.get("/v1/invoices/1", "Via: \u{E9}\r\n"))
            _ = try await client.response()
            #expect(try await proxy.upstream.requests(2)[1].values("Via") == ["1.1 proxy.example"])
        }
        try await withProxy(ProxySettings(), script) { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get("/v1/invoices/1", "Via: 1.0 a\r\n"))
            #expect(try await client.response().values("Via") == ["1.1 cache (x)"])
            #expect(try await proxy.upstream.requests(1)[0].values("Via") == ["1.0 a"])
        }
    }

    @Test("tracestate is passed on with the trace that it is of, and never empty")
    func traceState() async throws {
        let parent = "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"
        try await withProxy { proxy in
            let client = try await proxy.connect()
            let fields = [
                parent + "tracestate: a=b\r\n", parent + "tracestate:\r\n",
                parent + "tracestate: \r\ntracestate: a=b\r\n", "tracestate: a=b\r\n",
                parent + parent + "tracestate: a=b\r\n", "traceparent: 1\r\ntracestate: a=b\r\n",
            ]
            for field in fields {
                try await client.send(proxy.get("/v1/invoices/1", field))
                _ = try await client.response()
            }
            let seen = try await proxy.upstream.requests(fields.count).map {
                $0.values("tracestate")
            }
            #expect(seen == [["a=b"], [], ["", "a=b"], [], [], []])
        }
    }

    @Test(
        "A method that is not proxied is told which ones are",
        arguments: [
            "TRACE /a HTTP/1.1", "CONNECT a:1 HTTP/1.1", "OPTIONS * HTTP/1.1", "GET * HTTP/1.1",
        ])
    func allow(line: String) async throws {
        try await withProxy { proxy in
            let client = try await proxy.connect()
            try await client.send("\(line)\r\nHost: a\r\n\r\n")
            let answer = try await client.response()
            #expect(answer.status == 405)
            #expect(answer.values("Allow") == ["GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"])
        }
    }

    @Test(
        "paths decides whether a service gets empty segments and encoded slashes",
        arguments: [
            (PathPolicy.Slashes.keep, PathPolicy.EncodedSlash.keep),
            (.merge, .keep), (.keep, .refuse), (.merge, .refuse),
        ])
    func paths(slashes: PathPolicy.Slashes, encoded: PathPolicy.EncodedSlash) async throws {
        var settings = ProxySettings()
        settings.paths = PathPolicy(slashes: slashes, encodedSlash: encoded)
        settings.routes = ["/{rest...}"]
        settings.rules = [
            Rule(
                id: "all", effect: .allow, conditions: Rule.Conditions(admitsAnonymous: true),
                tags: [])
        ]
        try await withProxy(settings) { request in
            .bytes(ok(request.message.startLine))
        } _: { proxy in
            let client = try await proxy.connect()
            for (sent, merged) in [
                ("/a//b?c=//d", "/a/b?c=//d"), ("//a///b//", "/a/b/"), ("/a/b", "/a/b"),
                ("//", "/"),
            ] {
                try await client.send("GET \(sent) HTTP/1.1\r\nHost: a\r\n\r\n")
                let path = slashes == .merge ? merged : sent
                #expect(try await client.response().body == "GET \(path) HTTP/1.1")
            }
            for sent in ["/a%2Fb", "/%2f", "/a//b%2fc"] {
                let client = try await proxy.connect()
                try await client.send("GET \(sent) HTTP/1.1\r\nHost: a\r\n\r\n")
                let answer = try await client.response()
                switch encoded {
                case .keep:
                    let kept = sent.replacing("%2f", with: "%2F")
                    let path = slashes == .merge ? kept.replacing("//", with: "/") : kept
                    #expect(answer.body == "GET \(path) HTTP/1.1")
                case .refuse:
                    #expect(answer.status == 400)
                    #expect(answer.body.contains("malformed_path"))
                    #expect(answer.body.contains("(%2F in the path)"))
                }
            }
        }
    }
}
