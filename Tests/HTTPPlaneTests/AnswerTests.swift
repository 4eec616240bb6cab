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
        try await withHouse { _ in
            .bytes(
                ok(
                    "x",
                    "Countersign-Record: forged\r\nCountersign-Subject: x\r\nConnection: X-Hop\r\n"
                        + "X-Hop: 1\r\nKeep-Alive: 5\r\nX-Passes: yes\r\nDate: today\r\n"))
        } _: { house in
            let client = try await house.connect()
            try await client.send(house.get())
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
        try await withHouse { _ in
            .bytes("HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n")
        } _: { house in
            let client = try await house.connect()
            for _ in 0..<2 {
                try await client.send(
                    "HEAD /v1/invoices/1 HTTP/1.1\r\nHost: a\r\nX-Api-Key: \(house.key)\r\n\r\n")
                let response = try await client.response(toHead: true)
                #expect(response.status == 200)
                #expect(response.values("Content-Length") == ["1234"])
            }
            #expect(house.upstream.connections == [0, 0])
        }
    }

    @Test(
        "Answers without a body are over with their head",
        arguments: ["204 No Content", "304 Not Modified"],
        ["", "Content-Length: 2\r\n", "Transfer-Encoding: chunked\r\n"])
    func withoutBody(_ line: String, _ fields: String) async throws {
        try await withHouse { _ in
            .bytes("HTTP/1.1 \(line)\r\n\(fields)\r\n")
        } _: { house in
            let client = try await house.connect()
            for _ in 0..<2 {
                try await client.send(house.get())
                let response = try await client.response(toHead: true)
                #expect(response.startLine == "HTTP/1.1 \(line)")
                #expect(response.values("Transfer-Encoding").isEmpty)
            }
            #expect(house.upstream.connections == [0, 0])
        }
    }

    @Test("A chunked answer is chunked anew, without its trailers")
    func chunked() async throws {
        try await withHouse { _ in
            .bytes(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nX-Trailer: 1\r\n\r\n")
        } _: { house in
            let client = try await house.connect()
            for _ in 0..<2 {
                try await client.send(house.get())
                let response = try await client.response()
                #expect(response.body == "hello world")
                #expect(response.values("Transfer-Encoding") == ["chunked"])
            }
            #expect(!client.received.contains("X-Trailer"))
            #expect(!client.received.contains("a=b"))
            #expect(house.upstream.connectionCount == 1)
        }
    }

    @Test("An answer that ends with its connection is chunked for the client")
    func untilClose() async throws {
        try await withHouse { _ in
            .last("HTTP/1.1 200 OK\r\n\r\nhello")
        } _: { house in
            let client = try await house.connect()
            for _ in 0..<2 {
                try await client.send(house.get())
                let response = try await client.response()
                #expect(response.body == "hello")
                #expect(response.values("Transfer-Encoding") == ["chunked"])
            }
        }
    }

    @Test("A client of HTTP/1.0 gets what it understands")
    func http10() async throws {
        try await withHouse { _ in
            .bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
        } _: { house in
            let client = try await house.connect()
            try await client.send(
                "GET /v1/invoices/1 HTTP/1.0\r\nHost: a\r\nX-Api-Key: \(house.key)\r\n"
                    + "Connection: keep-alive\r\n\r\n")
            let text = try await client.untilClosed()
            #expect(text.hasSuffix("\r\n\r\nhello"))
            #expect(text.contains("Connection: close\r\n"))
            #expect(!text.contains("Transfer-Encoding"))
        }
    }

    @Test("The connection ends where the client asks for it")
    func close() async throws {
        try await withHouse { house in
            let client = try await house.connect()
            try await client.send(house.get("/v1/invoices/1", "Connection: close\r\n"))
            let text = try await client.untilClosed()
            #expect(text.contains("Connection: close\r\n"))
            #expect(text.hasSuffix("hello"))
        }
    }

    @Test("A large answer streams through, and its record comes before its first byte")
    func large() async throws {
        let body = String(repeating: "0123456789abcdef", count: 200_000)
        try await withHouse { _ in
            .bytes(ok(body))
        } _: { house in
            let client = try await house.connect()
            for _ in 0..<2 {
                try await client.send(house.get())
                let response = try await client.response()
                #expect(response.body.utf8.count == body.utf8.count)
                #expect(response.body == body)
            }
            #expect(house.upstream.connectionCount == 1)
            let response = try #require(
                WireMessage.first(in: client.received.utf8, isResponse: true))
            let records = try await house.closedRecords(of: response.value("Countersign-Record"))
            #expect(records.map(\.stage) == [.started, .complete])
        }
    }

    @Test("An answer whose end is long in coming is let go after its `started` record")
    func slowEnd() async throws {
        var settings = HouseSettings()
        settings.holding.longest = .milliseconds(20)
        try await withHouse(settings) { _ in
            .bytes("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
        } _: { house in
            let client = try await house.connect()
            try await client.send(house.get())
            let head = try await client.bytes(atLeast: 100)
            #expect(String(decoding: head, as: UTF8.self).hasSuffix("\r\n\r\nhello"))
            try await house.upstream.send("world", on: 0)
            let response = try await client.response()
            #expect(response.body == "helloworld")
            let records = try await house.closedRecords(of: response.value("Countersign-Record"))
            #expect(records.map(\.stage) == [.started, .complete])
        }
    }

    @Test("A streamed answer that is cut never looks complete", arguments: [true, false])
    func cutStream(chunked: Bool) async throws {
        var settings = HouseSettings()
        settings.holding.longest = .milliseconds(20)
        try await withHouse(settings) { _ in
            chunked
                ? .bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
                : .bytes("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
        } _: { house in
            let client = try await house.connect()
            try await client.send(house.get())
            let head = try await client.bytes(atLeast: 100)
            #expect(!head.isEmpty)
            try await house.upstream.close(0)
            let text = try await client.untilClosed()
            #expect(text.hasSuffix(chunked ? "hello\r\n" : "hello"))
            let uid = text.split(separator: "Countersign-Record: ").last?.prefix(36)
            let records = try await house.closedRecords(of: uid.map(String.init))
            #expect(records.map(\.stage) == [.started, .complete])
            #expect(records.last?.reason == "upstream_closed")
        }
    }

    @Test("A client that does not read holds the service back, and is not waited for without end")
    func slowReader() async throws {
        var settings = HouseSettings()
        settings.limits.writeTimeout = .milliseconds(800)
        settings.timeouts.body = .milliseconds(400)
        let body = String(repeating: "x", count: 40 << 20)
        try await withHouse(settings) { _ in
            .bytes(ok(body))
        } _: { house in
            let client = try await DeafClient.connect(house.port)
            try await client.send(house.get())
            try await house.upstream.closed(0)
            try await client.close()
            _ = try await house.closedRecords(of: nil)
            #expect(house.records.contains { $0.reason == "client_timeout" })
        }
    }
}
