// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import HTTPPlane
import Transport
import HTTPWire
import Testing

/// Answers that go wrong when a part of them has left already, or that never come to an end.
@Suite("Attacks: answers that are cut")
struct CutAnswerTests {
    @Test(
        "A service that becomes slow is not waited for, in its head, its body or a chunk",
        arguments: [
            "", "HTTP/1.1 200 OK\r\nX", "HTTP/1.1 103 Early Hints\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe",
        ])
    func slow(answer: String) async throws {
        var settings = ProxySettings()
        settings.timeouts.head = .milliseconds(150)
        settings.timeouts.body = .milliseconds(150)
        settings.holding.longest = .seconds(60)
        try await withProxy(settings) { _ in
            .bytes(answer)
        } _: { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            let response = try await client.response()
            #expect(response.status == 504)
            try await proxy.upstream.closed(0)
            let records = try await proxy.closedRecords(of: response.value("Countersign-Record"))
            #expect(records.map(\.reason) == ["upstream_timeout"])
        }
    }

    private static let long = String(repeating: "x", count: 4_000)
    private static let chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfa0\r\n\(long)\r\n"
    private static let sized = "HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n\(long)"

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let begin: String
        /// Sent once the client has the beginning; nil: the connection ends.
        let rest: String?
        let reason: String

        init(_ name: String, _ begin: String, _ rest: String?, _ reason: String) {
            (testDescription, self.begin, self.rest, self.reason) = (name, begin, rest, reason)
        }
    }

    @Test(
        "The client sees that the rest is missing, and the record says why",
        arguments: [
            Row("a chunk of no size", chunked, "zz\r\n", "upstream_malformed"),
            Row("a bare line feed", chunked, "5\nhello\r\n0\r\n\r\n", "upstream_malformed"),
            Row("a bad trailer", chunked, "0\r\nBad : x\r\n\r\n", "upstream_malformed"),
            Row("half a chunk", chunked + "5\r\nhe", nil, "upstream_closed"),
            Row("no last chunk", chunked, nil, "upstream_closed"),
            Row("half a last chunk", chunked + "0\r\n", nil, "upstream_closed"),
            Row("half a body", sized, nil, "upstream_closed"),
            Row("half a body, then silence", sized, "", "upstream_timeout"),
            Row("half a chunk, then silence", chunked + "5\r\nhe", "", "upstream_timeout"),
        ])
    func cut(row: Row) async throws {
        var settings = ProxySettings()
        settings.holding.mostBytes = 1_000
        settings.holding.longest = .seconds(60)
        if row.rest == "" { settings.timeouts.body = .milliseconds(80) }
        try await withProxy(settings) { request in
            request.connection == 0 ? .bytes(row.begin) : .bytes(ok(request.message.startLine))
        } _: { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            let begun = try await client.bytes(atLeast: Self.long.utf8.count)
            #expect(String(decoding: begun, as: UTF8.self).hasPrefix("HTTP/1.1 200 OK\r\n"))
            switch row.rest {
            case nil: try await proxy.upstream.close(0)
            case "": break
            case .some(let rest): try await proxy.upstream.send(rest, on: 0)
            }
            let text = try await client.untilClosed()
            #expect(!text.hasSuffix("0\r\n\r\n"))
            #expect(text.occurrences(of: "HTTP/1.1 ") == 1)
            #expect(text.utf8.count < 5_000)
            try await proxy.upstream.closed(0)

            let other = try await proxy.connect()
            try await other.send(proxy.get("/v1/invoices/2"))
            #expect(try await other.response().body == "GET /v1/invoices/2 HTTP/1.1")
            #expect(proxy.upstream.connections == [0, 1])
            let uid = text.firstMatch(of: /Countersign-Record: (\S+)/).map { String($0.1) }
            let records = try await proxy.closedRecords(of: uid)
            #expect(records.map(\.stage) == [.started, .complete])
            #expect(records.last?.reason == row.reason)
        }
    }
}
