// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import HTTPPlane
import Transport
import HTTPWire
import Testing

@Suite("Services that fail")
struct ServiceFailureTests {
    @Test("A service that is down is a 502 with its reason in the record")
    func down() async throws {
        var settings = ProxySettings()
        // Nobody may listen on port 1 without being root, and nobody does.
        settings.upstreamPort = 1
        try await withProxy(settings) { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            let response = try await client.response()
            #expect(response.status == 502)
            #expect(response.body.contains("cannot be reached. (connection refused)"))
            // The client's connection is as good as before.
            try await client.send(proxy.post("Content-Length: 5\r\n", "hello"))
            #expect(try await client.response().status == 502)
            #expect(proxy.plane.status.upstreamFailures == 2)
            let records = try await proxy.closedRecords(of: response.value("Countersign-Record"))
            #expect(records.map(\.reason) == ["upstream_unreachable"])
            #expect(records.map(\.detail) == ["connection refused"])
        }
    }

    @Test(
        "A malformed answer is a 502, and its connection is never used again",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 0\r\n\r\n", "hello\r\n\r\n",
            "HTTP/1.1 101 Switching Protocols\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            String(repeating: "HTTP/1.1 103 Early Hints\r\n\r\n", count: 2_500),
        ])
    func malformed(_ answer: String) async throws {
        try await withProxy { request in
            request.connection == 0 ? .bytes(answer) : .bytes(ok("fine"))
        } _: { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            let response = try await client.response()
            #expect(response.status == 502)
            #expect(response.body.contains("upstream_malformed"))
            #expect(
                response.body.contains(/\([a-z_]+ at byte [0-9]+ of the answer's (head|body)\)/))
            try await proxy.upstream.closed(0)
            try await client.send(proxy.get())
            #expect(try await client.response().body == "fine")
        }
    }

    @Test(
        "A failure says what and where, and nothing of what the service wrote but a field's name",
        arguments: [
            (
                "HTTP/1.1 200 OK\r\nX-Secret: a\rb\r\n\r\n",
                "malformed_header at byte 28 of the answer's head", ", in field x-secret"
            ),
            ("secret\r\n\r\n", "malformed_status_line at byte 0 of the answer's head", ""),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                "ambiguous_framing at byte 36 of the answer's head",
                ", in field content-length"
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nsecret\r\nsecret",
                "malformed_chunk at byte 11 of the answer's body", ""
            ),
        ])
    func detail(_ answer: String, _ detail: String, _ field: String) async throws {
        for pace in Pace.allCases {
            try await withProxy { _ in
                .exactly(Array(answer.utf8), pace, thenCloses: false)
            } _: { proxy in
                let client = try await proxy.connect()
                try await client.send(proxy.get())
                let response = try await client.response()
                #expect(response.body.contains("(\(detail))"), "\(pace)")
                #expect(!response.body.contains("ecret"))
                let records = try await proxy.closedRecords(
                    of: response.value("Countersign-Record"))
                #expect(records.map(\.detail) == [detail + field], "\(pace)")
            }
        }
    }

    @Test("A host whose name nobody knows is told from one that does not answer")
    func unknownHost() async throws {
        var settings = ProxySettings()
        settings.upstreamHost = "no-such-host.invalid"
        try await withProxy(settings) { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            let response = try await client.response()
            #expect(response.status == 502)
            let records = try await proxy.closedRecords(of: response.value("Countersign-Record"))
            #expect(records.map(\.detail) == ["the host's name is not known"])
        }
    }

    @Test("An interim answer is passed over")
    func interim() async throws {
        try await withProxy { _ in
            .bytes("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok("hello"))
        } _: { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            #expect(try await client.response().body == "hello")
        }
    }

    @Test("A service that does not answer in time is a 504")
    func slow() async throws {
        var settings = ProxySettings()
        settings.timeouts.head = .milliseconds(50)
        try await withProxy(settings) { _ in
            .silence
        } _: { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            let response = try await client.response()
            #expect(response.status == 504)
            try await proxy.upstream.closed(0)
            let records = try await proxy.closedRecords(of: response.value("Countersign-Record"))
            #expect(records.map(\.reason) == ["upstream_timeout"])
            #expect(records.map(\.detail) == ["no complete head of an answer in time"])
        }
    }

    @Test("A service that closes before it answers is a 502")
    func closes() async throws {
        try await withProxy { _ in
            .close
        } _: { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            let response = try await client.response()
            #expect(response.status == 502)
            #expect(response.body.contains("upstream_closed"))
            #expect(response.body.contains("(closed before an answer)"))
            #expect(proxy.upstream.requestCount == 1)
        }
    }

    @Test("A short answer that is cut is a 502 in the place of its part")
    func cut() async throws {
        try await withProxy { _ in
            .last("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello")
        } _: { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            let response = try await client.response()
            #expect(response.status == 502)
            #expect(!response.body.contains("hello"))
        }
    }

    @Test("A kept connection that has died is replaced, once, for a request that can be repeated")
    func staleConnection() async throws {
        try await withProxy { request in
            // The second request on the first connection finds it closing.
            let isFirst = request.connection == 0 && request.message.startLine.contains("/1 ")
            return isFirst || request.connection > 0 ? .bytes(ok("\(request.connection)")) : .close
        } _: { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get("/v1/invoices/1"))
            #expect(try await client.response().body == "0")
            try await client.send(proxy.get("/v1/invoices/2"))
            #expect(try await client.response().body == "1")
            #expect(proxy.upstream.connections == [0, 0, 1])
        }
    }

    @Test("A request that cannot be repeated is not")
    func staleConnectionForPost() async throws {
        try await withProxy { request in
            request.message.startLine.contains("GET") ? .bytes(ok("")) : .close
        } _: { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            #expect(try await client.response().status == 200)
            try await client.send(proxy.post("Content-Length: 0\r\n", ""))
            #expect(try await client.response().status == 502)
            #expect(proxy.upstream.requestCount == 2)
        }
    }

    @Test(
        "A connection that ends with its answer, or says more than asked, is not used again",
        arguments: [
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\n",
        ])
    func notReused(_ answer: String) async throws {
        try await withProxy { _ in
            .bytes(answer)
        } _: { proxy in
            let client = try await proxy.connect()
            for _ in 0..<2 {
                try await client.send(proxy.get())
                #expect(try await client.response().body == "hello")
            }
            #expect(proxy.upstream.connections == [0, 1])
            try await proxy.upstream.closed(0)
        }
    }

    @Test("Bytes on a kept connection that nobody asked for close it")
    func unasked() async throws {
        try await withProxy { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            #expect(try await client.response().status == 200)
            try await proxy.upstream.send("HTTP/1.1 200 OK\r\n\r\n", on: 0)
            try await proxy.upstream.closed(0)
            try await client.send(proxy.get())
            #expect(try await client.response().body == "hello")
            #expect(proxy.upstream.connections == [0, 1])
        }
    }

    @Test("An answer before the request's end is passed on, and both connections end with it")
    func earlyAnswer() async throws {
        try await withProxy { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.post("Content-Length: 1000000\r\n", "begin"))
            // The head and the beginning of the body.
            try await proxy.upstream.bytes(100, on: 0)
            try await proxy.upstream.send(
                "HTTP/1.1 409 Conflict\r\nContent-Length: 2\r\n\r\nno", on: 0)
            let response = try await client.response()
            #expect(response.status == 409)
            #expect(response.body == "no")
            #expect(response.values("Connection") == ["close"])
            try await proxy.upstream.closed(0)
            _ = try await client.untilClosed()
        }
    }
}
