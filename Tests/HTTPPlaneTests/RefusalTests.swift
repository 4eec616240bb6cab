// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import HTTPPlane
import Transport
import HTTPWire
import Policy
import Testing

@Suite("Requests that are refused")
struct RefusalTests {
    @Test("A refusal is a problem document that tells nothing of the request")
    func form() async throws {
        try await withProxy { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get("/forbidden?secret=1"))
            let response = try await client.response()
            #expect(response.status == 403)
            #expect(response.values("Content-Type") == ["application/problem+json"])
            #expect(response.values("Cache-Control") == ["no-store"])
            #expect(response.values("X-Content-Type-Options") == ["nosniff"])
            #expect(response.values("Content-Length") == ["\(response.body.utf8.count)"])
            #expect(response.value("Date")?.hasSuffix(" GMT") == true)
            #expect(response.body.contains(#""status":403,"title":"Forbidden","type":"urn:"#))
            #expect(!response.body.contains("secret"))
            #expect(!response.body.contains("forbidden"))
            let uid = try #require(response.value("Countersign-Record"))
            #expect(response.body.contains(uid))
            // The connection lives on.
            try await client.send(proxy.get())
            #expect(try await client.response().status == 200)
            #expect(proxy.upstream.requestCount == 1)
            let records = try await proxy.closedRecords(of: uid)
            #expect(records.map(\.reason) == ["no_rule_matched"])
        }
    }

    @Test("Every status that a refusal can have is spelt out")
    func phrases() {
        for status in Reason.allCases.compactMap(\.status) {
            #expect(!ResponseWriter.phrase(UInt16(status)).description.isEmpty, "\(status)")
        }
    }

    @Test("Nobody in particular is challenged")
    func anonymous() async throws {
        try await withProxy { proxy in
            let client = try await proxy.connect()
            try await client.send("GET /v1/invoices/1 HTTP/1.1\r\nHost: a\r\n\r\n")
            let response = try await client.response()
            #expect(response.status == 401)
            #expect(
                response.values("WWW-Authenticate") == [
                    "Bearer realm=\"countersign\"",
                    "Basic realm=\"countersign\", charset=\"UTF-8\"",
                ])
            try await client.send(
                "GET /v1/invoices/1 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer csk_nothing\r\n\r\n"
            )
            #expect(try await client.response().status == 401)
            #expect(proxy.upstream.connectionCount == 0)
        }
    }

    @Test("A path that nobody serves is not found, another method not allowed")
    func routing() async throws {
        try await withProxy { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get("/nowhere"))
            #expect(try await client.response().status == 404)
            try await client.send(proxy.get("/v1/invoices"))
            let response = try await client.response()
            #expect(response.status == 405)
            #expect(response.values("Allow") == ["POST"])
            #expect(proxy.upstream.connectionCount == 0)
        }
    }

    @Test("What is over the limit has to wait, and is told for how long")
    func rateLimit() async throws {
        var settings = ProxySettings()
        settings.limit = RateLimit(
            per: .actor, rate: try #require(Rate("1/d")), burst: 2)
        try await withProxy(settings) { proxy in
            let client = try await proxy.connect()
            for expected in [200, 200, 429] {
                try await client.send(proxy.get())
                let response = try await client.response()
                #expect(response.status == expected)
                if expected == 429 {
                    let seconds = try #require(response.value("Retry-After").flatMap { Int($0) })
                    #expect((1...86_400).contains(seconds))
                }
            }
            #expect(proxy.upstream.requestCount == 2)
        }
    }

    @Test(
        "A malformed head is refused, recorded, and nothing of it reaches the service",
        arguments: [
            ("GET  /v1/invoices/1 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "malformed_request_line"),
            ("GET /v1/invoices/1 HTTP/1.1\r\n\r\n", 400, "malformed_host"),
            ("GET /v1/invoices/1 HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "malformed_host"),
            ("GET /v1/../x HTTP/1.1\r\nHost: a\r\n\r\n", 400, "malformed_path"),
            (
                "POST /v1/invoices HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n",
                400, "ambiguous_framing"
            ),
            (
                "POST /v1/invoices HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
                501, "unsupported_transfer_coding"
            ),
            ("GET /v1/invoices/1 HTTP/1.1\nHost: a\n\n", 400, "malformed_request_line"),
            ("GET /v1/invoices/1 HTTP/2.0\r\nHost: a\r\n\r\n", 505, "unsupported_version"),
            ("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 405, "method_not_supported"),
            (
                "GET /v1/invoices/1 HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n", 417,
                "unknown_expectation"
            ),
            ("\u{16}\u{3}\u{1}\u{2}\u{0}\r\n\r\n", 400, "malformed_request_line"),
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "unsupported_version"),
        ])
    func malformed(_ request: String, _ status: Int, _ reason: String) async throws {
        try await withProxy { proxy in
            let client = try await proxy.connect()
            try await client.send(request)
            let response = try await client.response()
            #expect(response.status == status)
            #expect(response.values("Connection") == ["close"])
            #expect(response.body.contains("urn:countersign:problem:\(reason)"))
            _ = try await client.untilClosed()
            #expect(proxy.upstream.connectionCount == 0)
            #expect(proxy.plane.status.malformedRequests == 1)
            let records = try await proxy.closedRecords(of: response.value("Countersign-Record"))
            #expect(records.map(\.reason) == [reason])
            #expect(records.map(\.stage) == [.refused])
        }
    }

    @Test("A body that is announced too large is refused before a service sees it")
    func announcedTooLarge() async throws {
        var settings = ProxySettings()
        settings.limits.mostBodyBytes = 100
        try await withProxy(settings) { proxy in
            let client = try await proxy.connect()
            try await client.send(
                proxy.post("Content-Length: 100000\r\nExpect: 100-continue\r\n", ""))
            let response = try await client.response()
            #expect(response.status == 413)
            #expect(response.values("Connection") == ["close"])
            #expect(proxy.upstream.connectionCount == 0)
            // One byte less than too much passes.
            let other = try await proxy.connect()
            try await other.send(
                proxy.post("Content-Length: 100\r\n", String(repeating: "x", count: 100)))
            #expect(try await other.response().status == 200)
            // A little too much is read for the next request's sake.
            try await other.send(
                proxy.post("Content-Length: 101\r\n", String(repeating: "x", count: 101)))
            #expect(try await other.response().status == 413)
            try await other.send(proxy.get())
            #expect(try await other.response().status == 200)
        }
    }

    @Test("A body that grows too large ends the request at both sides")
    func growsTooLarge() async throws {
        var settings = ProxySettings()
        settings.limits.mostBodyBytes = 100
        try await withProxy(settings) { proxy in
            let client = try await proxy.connect()
            try await client.send(
                proxy.post(
                    "Transfer-Encoding: chunked\r\n",
                    "32\r\n\(String(repeating: "x", count: 50))\r\n"))
            try await proxy.upstream.bytes(100, on: 0)
            client.begin("33\r\n\(String(repeating: "x", count: 51))\r\n")
            let response = try await client.response()
            #expect(response.status == 413)
            #expect(response.values("Connection") == ["close"])
            try await proxy.upstream.closed(0)
            #expect(proxy.upstream.requestCount == 0)
        }
    }

    @Test(
        "A malformed chunked body ends the request at both sides",
        arguments: ["x\r\n", "5\nhello", "5\r\nhelloX", "5\r\nhello\r\n0\r\nBad Name: x\r\n\r\n"])
    func malformedChunks(_ body: String) async throws {
        try await withProxy { proxy in
            let client = try await proxy.connect()
            client.begin(proxy.post("Transfer-Encoding: chunked\r\n", body))
            let response = try await client.response()
            #expect(response.status == 400)
            #expect(response.body.contains("malformed_chunk"))
            try await proxy.upstream.closed(0)
            #expect(proxy.upstream.requestCount == 0)
            let records = try await proxy.closedRecords(of: response.value("Countersign-Record"))
            #expect(records.map(\.stage) == [.started, .complete])
            #expect(records.last?.reason == "malformed_chunk")
        }
    }

    @Test("The body of a refused request never becomes the next request")
    func refusedBody() async throws {
        try await withProxy { proxy in
            let client = try await proxy.connect()
            let inner = proxy.get("/v1/invoices/666")
            let outer =
                "POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: \(inner.utf8.count)\r\n\r\n"
            try await client.send(outer + inner + proxy.get("/v1/invoices/2"))
            #expect(try await client.response().status == 404)
            #expect(try await client.response().status == 200)
            #expect(try await proxy.upstream.requests(1)[0].startLine.contains("/v1/invoices/2"))
            #expect(proxy.upstream.requestCount == 1)
            // Of unknown length, it ends the connection.
            let other = try await proxy.connect()
            try await other.send(
                "POST /nowhere HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "5\r\nhello\r\n0\r\n\r\n" + inner)
            let response = try await other.response()
            #expect(response.status == 404)
            #expect(response.values("Connection") == ["close"])
            _ = try await other.untilClosed()
            #expect(proxy.upstream.requestCount == 1)
        }
    }

    @Test("Who waits to be asked for a body gets the refusal instead")
    func refusedExpectation() async throws {
        try await withProxy { proxy in
            let client = try await proxy.connect()
            try await client.send(
                "POST /v1/invoices HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
                    + "Expect: 100-continue\r\n\r\n")
            let response = try await client.response()
            #expect(response.status == 401)
            #expect(response.values("Connection") == ["close"])
            #expect(try await client.untilClosed().hasPrefix("HTTP/1.1 401 "))
        }
    }

    @Test("HEAD is refused without a body")
    func head() async throws {
        try await withProxy { proxy in
            let client = try await proxy.connect()
            try await client.send("HEAD /nowhere HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.response(toHead: true).status == 404)
            try await client.send(proxy.get())
            #expect(try await client.response().status == 200)
        }
    }

    @Test("More connections than allowed are turned away with an answer and a record")
    func tooManyConnections() async throws {
        var settings = ProxySettings()
        settings.limits.mostConnections = 1
        try await withProxy(settings) { proxy in
            let first = try await proxy.connect()
            try await first.send(proxy.get())
            #expect(try await first.response().status == 200)
            let second = try await proxy.connect()
            let response = try await second.response()
            #expect(response.status == 503)
            #expect(response.body.contains("too_many_connections"))
            #expect(response.value("Retry-After") != nil)
            _ = try await second.untilClosed()
            try await first.send(proxy.get())
            #expect(try await first.response().status == 200)
            #expect(proxy.plane.status.refusedConnections == 1)
        }
    }

    @Test("One peer cannot take all connections")
    func tooManyConnectionsOfOnePeer() async throws {
        var settings = ProxySettings()
        settings.limits.mostConnectionsPerPeer = 2
        try await withProxy(settings) { proxy in
            let first = try await proxy.connect()
            let second = try await proxy.connect()
            for client in [first, second] {
                try await client.send(proxy.get())
                #expect(try await client.response().status == 200)
            }
            #expect(try await proxy.connect().response().status == 503)
        }
    }
}
