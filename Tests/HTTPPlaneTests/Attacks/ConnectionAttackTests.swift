// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import HTTPPlane
import Transport
import HTTPWire
import Policy
import Testing

/// What happens on a connection beyond one message.
@Suite("Attacks: connections")
struct ConnectionAttackTests {
    private static let hidden = Attack.smuggled.replacing("{key}", with: "k")
    private static let length = "Content-Length: \(hidden.utf8.count)\r\n"
    private static let chunked = "Transfer-Encoding: chunked\r\n"

    private static func chunks(_ text: String) -> String {
        "\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n0\r\n\r\n"
    }

    @Test("CL.0 and TE.0: the body of a request that is answered early is never the next request")
    func answeredEarly() async throws {
        let ways: [(String, String, Int, String)] = [
            ("GET /forbidden", "X-Api-Key: {key}\r\n", 403, "no_rule_matched"),
            ("POST /nowhere", "X-Api-Key: {key}\r\n", 404, "unlisted_route"),
            ("POST /forbidden", "X-Api-Key: {key}\r\n", 405, "method_not_allowed"),
            ("POST /v1/invoices", "", 401, "no_credentials"),
            ("POST /v1/invoices", "X-Api-Key: csk_none\r\n", 401, "unknown_key"),
            ("PUT /V1/Invoices/1", "X-Api-Key: {key}\r\n", 404, "unlisted_route"),
        ]
        var rows: [Attack] = []
        for (line, credentials, status, reason) in ways {
            func text(_ framing: String, _ body: String) -> String {
                "\(line) HTTP/1.1\r\nHost: api.example.com\r\n\(credentials)\(framing)\r\n\(body)"
            }
            let name = "\(status) \(reason)"
            rows += [
                .denied(name, text(Self.length, Self.hidden), status, reason),
                .denied(name + ", no body", text("Content-Length: 0\r\n", ""), status, reason),
                .denied(
                    name + ", chunked", text(Self.chunked, Self.chunks(Self.hidden)), status, reason
                )
                .closing,
                .denied(
                    name + ", large",
                    text(
                        "Content-Length: 65537\r\n",
                        Self.hidden + String(repeating: "x", count: 65_537 - Self.hidden.utf8.count)
                    ),
                    status, reason
                ).closing,
                .denied(
                    name + ", expected",
                    text("Expect: 100-continue\r\n" + Self.length, Self.hidden),
                    status, reason
                ).closing,
            ]
        }
        try await AttackTable.perform(rows)
    }

    @Test("A body too large to be passed on is not the next request either")
    func tooLarge() async throws {
        var settings = ProxySettings()
        settings.limits.mostBodyBytes = 50
        try await AttackTable.perform(
            [
                .denied(
                    "by length", Attack.post(Self.length, Self.hidden), 413, "body_too_large"),
                Attack(
                    name: "by chunks", text: Attack.post(Self.chunked, Self.chunks(Self.hidden)),
                    status: 413, reason: "body_too_large", sight: .part, closes: true),
            ], settings)
    }

    @Test("Each request of a connection is checked, whatever the first one was")
    func connectionState() async throws {
        var settings = ProxySettings()
        settings.host = try #require(HostPattern("api.example.com"))
        try await withProxy(settings) { proxy in
            let client = try await proxy.connect()
            for _ in 0..<2 {
                try await client.send(proxy.get())
                #expect(try await client.response().status == 200)
                for host in [
                    "internal", "api.example.com.evil", "evil.api.example.com", "127.0.0.1",
                ] {
                    try await client.send(
                        proxy.get().replacing("Host: api.example.com", with: "Host: \(host)"))
                    let answer = try await client.response()
                    #expect(answer.status == 404, "\(host)")
                    #expect(answer.body.contains("no_route"))
                }
                // Who was known is not known any longer.
                try await client.send(
                    "GET /v1/invoices/1 HTTP/1.1\r\nHost: api.example.com\r\n\r\n")
                #expect(try await client.response().status == 401)
            }
            #expect(proxy.upstream.requestCount == 2)
        }
    }

    @Test("A pause before the body costs the connection, and the body is never read as a request")
    func pause() async throws {
        var settings = ProxySettings()
        settings.limits.bodyTimeout = .milliseconds(80)
        try await withProxy(settings) { request in
            .bytes(ok(request.message.startLine))
        } _: { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.post(Self.length, ""))
            let answer = try await client.response()
            #expect(answer.status == 408)
            client.begin(Array((Attack.smuggled + Attack.smuggled).utf8), .burst)
            #expect(try await client.untilClosed().occurrences(of: "HTTP/1.1 ") == 1)
            try await proxy.upstream.closed(0)
            let other = try await proxy.connect()
            try await other.send(proxy.get())
            #expect(try await other.response().body == "GET /v1/invoices/1 HTTP/1.1")
            #expect(proxy.upstream.connections == [1])
            let records = try await proxy.closedRecords(of: answer.value("Countersign-Record"))
            #expect(records.map(\.reason).last == "body_timeout")
        }
    }

    @Test(
        "A service that answers before it has the body: its connection ends, the body is passed over"
    )
    func earlyAnswer() async throws {
        try await withProxy { request in
            .bytes(ok(request.message.startLine))
        } _: { proxy in
            let client = try await proxy.connect()
            let hidden = proxy.get("/v1/invoices/smuggled")
            try await client.send(proxy.post("Content-Length: \(hidden.utf8.count)\r\n", ""))
            try await proxy.upstream.bytes(60, on: 0)
            try await proxy.upstream.send(
                "HTTP/1.1 409 Conflict\r\nContent-Length: 2\r\n\r\nno", on: 0)
            let answer = try await client.response()
            #expect(answer.status == 409)
            try await proxy.upstream.closed(0)
            client.begin(Array((hidden + proxy.get("/v1/invoices/2")).utf8), .burst)
            #expect(try await client.response().body == "GET /v1/invoices/2 HTTP/1.1")
            #expect(proxy.upstream.connections == [1])
        }
    }

    @Test("A client that breaks off in its body takes the service's connection along")
    func abortedBody() async throws {
        try await withProxy { request in
            .bytes(ok(request.message.startLine))
        } _: { proxy in
            let witness = try await proxy.connect()
            try await witness.send(proxy.get())
            #expect(try await witness.response().status == 200)
            let client = try await proxy.connect()
            let before = proxy.upstream.byteCount
            try await client.send(proxy.post("Content-Length: 50\r\n", "half"))
            // The other one's request was answered on the same connection.
            try await proxy.upstream.bytes(before + 60, on: 0)
            try await client.close()
            try await proxy.upstream.closed(0)
            try await witness.send(proxy.get("/v1/invoices/2"))
            #expect(try await witness.response().body == "GET /v1/invoices/2 HTTP/1.1")
            #expect(proxy.upstream.connections == [0, 1])
        }
    }

    @Test("Pipelined requests with and without bodies are answered strictly in order")
    func pipelined() async throws {
        try await withProxy { request in
            .bytes(ok(request.message.startLine + request.message.body))
        } _: { proxy in
            let client = try await proxy.connect()
            var text = ""
            var expected: [String] = []
            for number in 0..<60 {
                let path = "/v1/invoices/\(number)"
                switch number % 4 {
                case 0: text += proxy.get(path)
                case 1: text += proxy.post("Content-Length: 5\r\n", "b-\(number % 10)--")
                case 2: text += proxy.post(Self.chunked, Self.chunks("c-\(number)"))
                default: text += proxy.get("/forbidden", Self.length) + Self.hidden
                }
                expected.append(
                    number % 4 == 0
                        ? "GET \(path) HTTP/1.1"
                        : number % 4 == 1
                            ? "POST /v1/invoices HTTP/1.1b-\(number % 10)--"
                            : number % 4 == 2 ? "POST /v1/invoices HTTP/1.1c-\(number)" : "403")
            }
            client.begin(Array(text.utf8), .burst)
            for wanted in expected {
                let answer = try await client.response()
                #expect((answer.status == 200 ? answer.body : "\(answer.status ?? 0)") == wanted)
            }
            #expect(proxy.upstream.connectionCount == 1)
        }
    }
}
