// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import HTTPPlane
import Transport
import HTTPWire
import Testing

@Suite("Answers of services")
struct AnswerTests {
    @Test("What concerns one hop or bears our names is not passed on")
    func fields() async throws {
        try await withProxy { _ in
            .bytes(
                ok(
                    "x",
                    "Countersign-Record: forged\r\nCountersign-Subject: x\r\nConnection: X-Hop\r\n"
                        + "X-Hop: 1\r\nKeep-Alive: 5\r\nX-Passes: yes\r\nDate: today\r\n"))
        } _: { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            let response = try await client.response()
            #expect(response.values("Countersign-Record").count == 1)
            #expect(response.value("Countersign-Record") != "forged")
            #expect(response.values("X-Passes") == ["yes"])
            #expect(response.values("Date") == ["today"])
            for name in ["Countersign-Subject", "Connection", "X-Hop", "Keep-Alive"] {
                #expect(response.values(name).isEmpty, "\(name)")
            }
        }
    }

    @Test("The answer to HEAD keeps its length and has no body")
    func head() async throws {
        try await withProxy { _ in
            .bytes("HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n")
        } _: { proxy in
            let client = try await proxy.connect()
            for _ in 0..<2 {
                try await client.send(
                    "HEAD /v1/invoices/1 HTTP/1.1\r\nHost: a\r\nX-Api-Key: \(proxy.key)\r\n\r\n")
                let response = try await client.response(toHead: true)
                #expect(response.status == 200)
                #expect(response.values("Content-Length") == ["1234"])
            }
            #expect(proxy.upstream.connections == [0, 0])
        }
    }

    @Test(
        "Answers without a body are over with their head",
        arguments: ["204 No Content", "304 Not Modified"],
        ["", "Content-Length: 2\r\n", "Transfer-Encoding: chunked\r\n"])
    func withoutBody(_ line: String, _ fields: String) async throws {
        try await withProxy { _ in
            .bytes("HTTP/1.1 \(line)\r\n\(fields)\r\n")
        } _: { proxy in
            let client = try await proxy.connect()
            for _ in 0..<2 {
                try await client.send(proxy.get())
                let response = try await client.response(toHead: true)
                #expect(response.startLine == "HTTP/1.1 \(line)")
                #expect(response.values("Transfer-Encoding").isEmpty)
            }
            #expect(proxy.upstream.connections == [0, 0])
        }
    }

    @Test("A chunked answer is chunked anew, without its trailers")
    func chunked() async throws {
        try await withProxy { _ in
            .bytes(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nX-Trailer: 1\r\n\r\n")
        } _: { proxy in
            let client = try await proxy.connect()
            for _ in 0..<2 {
                try await client.send(proxy.get())
                let response = try await client.response()
                #expect(response.body == "hello world")
                #expect(response.values("Transfer-Encoding") == ["chunked"])
            }
            #expect(!client.received.contains("X-Trailer"))
            #expect(!client.received.contains("a=b"))
            #expect(proxy.upstream.connectionCount == 1)
        }
    }

    @Test("An answer that ends with its connection is chunked for the client")
    func untilClose() async throws {
        try await withProxy { _ in
            .last("HTTP/1.1 200 OK\r\n\r\nhello")
        } _: { proxy in
            let client = try await proxy.connect()
            for _ in 0..<2 {
                try await client.send(proxy.get())
                let response = try await client.response()
                #expect(response.body == "hello")
                #expect(response.values("Transfer-Encoding") == ["chunked"])
            }
        }
    }

    @Test("A client of HTTP/1.0 gets what it understands")
    func http10() async throws {
        try await withProxy { _ in
            .bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
        } _: { proxy in
            let client = try await proxy.connect()
            try await client.send(
                "GET /v1/invoices/1 HTTP/1.0\r\nHost: a\r\nX-Api-Key: \(proxy.key)\r\n"
                    + "Connection: keep-alive\r\n\r\n")
            let text = try await client.untilClosed()
            #expect(text.hasSuffix("\r\n\r\nhello"))
            #expect(text.contains("Connection: close\r\n"))
            #expect(!text.contains("Transfer-Encoding"))
        }
    }

    @Test("The connection ends where the client asks for it")
    func close() async throws {
        try await withProxy { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get("/v1/invoices/1", "Connection: close\r\n"))
            let text = try await client.untilClosed()
            #expect(text.contains("Connection: close\r\n"))
            #expect(text.hasSuffix("hello"))
        }
    }

    @Test("A large answer streams through, and its record comes before its first byte")
    func large() async throws {
        let body = String(repeating: "0123456789abcdef", count: 200_000)
        try await withProxy { _ in
            .bytes(ok(body))
        } _: { proxy in
            let client = try await proxy.connect()
            for _ in 0..<2 {
                try await client.send(proxy.get())
                let response = try await client.response()
                #expect(response.body.utf8.count == body.utf8.count)
                #expect(response.body == body)
            }
            #expect(proxy.upstream.connectionCount == 1)
            let response = try #require(
                WireMessage.first(in: client.received.utf8, isResponse: true))
            let records = try await proxy.closedRecords(of: response.value("Countersign-Record"))
            #expect(records.map(\.stage) == [.started, .complete])
        }
    }

    @Test("An answer whose end is long in coming is let go after its `started` record")
    func slowEnd() async throws {
        var settings = ProxySettings()
        settings.holding.longest = .milliseconds(20)
        try await withProxy(settings) { _ in
            .bytes("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
        } _: { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            let head = try await client.bytes(atLeast: 100)
            #expect(String(decoding: head, as: UTF8.self).hasSuffix("\r\n\r\nhello"))
            try await proxy.upstream.send("world", on: 0)
            let response = try await client.response()
            #expect(response.body == "helloworld")
            let records = try await proxy.closedRecords(of: response.value("Countersign-Record"))
            #expect(records.map(\.stage) == [.started, .complete])
        }
    }

    @Test("A streamed answer that is cut never looks complete", arguments: [true, false])
    func cutStream(chunked: Bool) async throws {
        var settings = ProxySettings()
        settings.holding.longest = .milliseconds(20)
        try await withProxy(settings) { _ in
            chunked
                ? .bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
                : .bytes("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
        } _: { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            let head = try await client.bytes(atLeast: 100)
            #expect(!head.isEmpty)
            try await proxy.upstream.close(0)
            let text = try await client.untilClosed()
            #expect(text.hasSuffix(chunked ? "hello\r\n" : "hello"))
            let uid = text.split(separator: "Countersign-Record: ").last?.prefix(36)
            let records = try await proxy.closedRecords(of: uid.map(String.init))
            #expect(records.map(\.stage) == [.started, .complete])
            #expect(records.last?.reason == "upstream_closed")
        }
    }

    @Test("A client that does not read holds the service back, and is not waited for without end")
    func slowReader() async throws {
        var settings = ProxySettings()
        settings.limits.writeTimeout = .milliseconds(800)
        settings.timeouts.body = .milliseconds(400)
        let body = String(repeating: "x", count: 40 << 20)
        try await withProxy(settings) { _ in
            .bytes(ok(body))
        } _: { proxy in
            let client = try await DeafClient.connect(proxy.port)
            try await client.send(proxy.get())
            try await proxy.upstream.closed(0)
            try await client.close()
            _ = try await proxy.closedRecords(of: nil)
            #expect(proxy.records.contains { $0.reason == "client_timeout" })
        }
    }
}
