// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import HTTPPlane
import Transport
import Ledger
import Policy
import TestSupport
import Testing

@Suite("Recorded before forwarded, recorded before answered")
struct RecordingTests {
    @Test("RecordedBeforeForwarded: a POST reaches its service only once its record is durable")
    func forwarded() async throws {
        try await withProxy { proxy in
            let gate = Gate()
            gate.close(proxy.storage)
            defer { gate.open() }
            let client = try await proxy.connect()
            try await client.send(proxy.post("Content-Length: 5\r\n", "hello"))
            try await gate.reached()
            #expect(proxy.upstream.connectionCount == 0)
            #expect(client.received.isEmpty)
            gate.open()
            #expect(try await client.response().status == 200)
            #expect(proxy.upstream.requestCount == 1)
        }
    }

    @Test("RecordedBeforeAnswered: no byte of an answer leaves before a record is durable")
    func answered() async throws {
        try await withProxy { proxy in
            let gate = Gate()
            gate.close(proxy.storage)
            defer { gate.open() }
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            // The service has answered by then: the record that the writer holds says so.
            try await gate.reached()
            #expect(proxy.upstream.requestCount == 1)
            #expect(client.received.isEmpty)
            // Refusals wait as well.
            let other = try await proxy.connect()
            try await other.send("GET / HTTP/1.1\r\n\r\n")
            gate.open()
            #expect(try await client.response().status == 200)
            #expect(try await other.response().status == 400)
        }
    }

    @Test("A long answer holds its first byte back until its `started` record is durable")
    func started() async throws {
        let body = String(repeating: "x", count: 1 << 20)
        try await withProxy { _ in
            .bytes(ok(body))
        } _: { proxy in
            let gate = Gate()
            gate.close(proxy.storage)
            defer { gate.open() }
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            try await gate.reached()
            #expect(client.received.isEmpty)
            gate.open()
            #expect(try await client.response().body.utf8.count == body.utf8.count)
        }
    }

    @Test("While the log cannot be written, nothing passes and everybody is told")
    func poisoned() async throws {
        try await withProxy { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            #expect(try await client.response().status == 200)
            proxy.storage.inject { _, operation, _ in
                operation == .sync ? .init(.system(5), effect: .nothing) : nil
            }
            // This one was forwarded before anybody knew; its answer does not leave.
            try await client.send(proxy.get())
            let lost = try await client.response()
            #expect(lost.status == 503)
            #expect(lost.body.contains("log_unavailable"))
            #expect(!lost.body.contains("hello"))
            let seen = proxy.upstream.requestCount
            let other = try await proxy.connect()
            try await other.send(proxy.get())
            #expect(try await other.response().status == 503)
            try await other.send(proxy.post("Content-Length: 5\r\n", "hello"))
            #expect(try await other.response().status == 503)
            #expect(proxy.upstream.requestCount == seen)
        }
    }

    @Test("Where a route says so, accesses pass unrecorded and are counted")
    func allowedToFail() async throws {
        var settings = ProxySettings()
        settings.audit = AuditPolicy(ahead: .always, onFailure: .allow)
        try await withProxy(settings) { proxy in
            proxy.storage.inject { _, operation, _ in
                operation == .sync ? .init(.system(5), effect: .nothing) : nil
            }
            let client = try await proxy.connect()
            for _ in 0..<2 {
                try await client.send(proxy.get())
                #expect(try await client.response().status == 200)
            }
            #expect(proxy.ledger.counters.dropped >= 2)
        }
    }

    @Test("A client that goes away leaves a record, and its service is not kept waiting")
    func clientGoes() async throws {
        try await withProxy { _ in
            .silence
        } _: { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            _ = try await proxy.upstream.requests(1)
            try await client.close()
            try await proxy.upstream.closed(0)
            _ = try await proxy.closedRecords(of: nil)
            #expect(proxy.records.contains { $0.reason == "client_closed" })
            #expect(proxy.plane.status.abandonedRequests == 1)
        }
    }

    @Test(
        "A client that ends its side before its answer is gone, however whole its request",
        arguments: [false, true])
    func clientEndsSending(posts: Bool) async throws {
        try await withProxy { _ in
            .silence
        } _: { proxy in
            let client = try await proxy.connect()
            try await client.send(posts ? proxy.post("Content-Length: 2\r\n", "{}") : proxy.get())
            _ = try await proxy.upstream.requests(1)
            try await client.endSending()
            // Neither side is kept waiting for the other.
            try await proxy.upstream.closed(0)
            #expect(try await client.untilClosed().isEmpty)
            _ = try await proxy.closedRecords(of: nil)
            let records = proxy.records.filter { $0.action == "http.request" }
            #expect(records.map(\.stage) == (posts ? [.started, .complete] : [.complete]))
            #expect(records.last?.reason == "client_closed")
            #expect(proxy.plane.status.abandonedRequests == 1)
        }
    }

    @Test("A client that ends its side after its answer has had it, and nothing is wrong")
    func clientEndsSendingAfterAnswer() async throws {
        try await withProxy { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            #expect(try await client.response().body == "hello")
            try await client.endSending()
            #expect(try await client.untilClosed().hasSuffix("hello"))
            try await proxy.wait { $0.openConnections == 0 }
            // The service's connection serves whoever comes next.
            let next = try await proxy.connect()
            try await next.send(proxy.get())
            #expect(try await next.response().body == "hello")
            try await next.close()
            #expect(proxy.upstream.connectionCount == 1)
            _ = try await proxy.closedRecords(of: nil)
            let records = proxy.records.filter { $0.action == "http.request" }
            #expect(records.map(\.stage) == [.complete, .complete])
            #expect(records.allSatisfy { $0.outcome == .success })
            #expect(proxy.plane.status.abandonedRequests == 0)
        }
    }

    @Test("A client that goes away in the middle of its body leaves a record")
    func clientGoesInBody() async throws {
        try await withProxy { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.post("Content-Length: 50\r\n", "hello"))
            try await proxy.upstream.bytes(100, on: 0)
            try await client.close()
            try await proxy.upstream.closed(0)
            #expect(proxy.upstream.requestCount == 0)
            _ = try await proxy.closedRecords(of: nil)
            #expect(
                proxy.records.contains { $0.reason == "client_closed" && $0.stage == .complete })
        }
    }

    @Test("A client that goes away while its record is written is not served any more")
    func clientGoesWhileRecording() async throws {
        try await withProxy { proxy in
            let gate = Gate()
            gate.close(proxy.storage)
            defer { gate.open() }
            let client = try await proxy.connect()
            try await client.send(proxy.post("Content-Length: 0\r\n", ""))
            try await gate.reached()
            try await client.close()
            _ = try await proxy.abandoned(1)
            gate.open()
            _ = try await proxy.closedRecords(of: nil)
            #expect(proxy.upstream.connectionCount == 0)
            #expect(
                proxy.records.filter { $0.reason == "client_closed" }.map(\.stage) == [.complete])
        }
    }

    @Test("A head that is cut off is recorded")
    func cutHead() async throws {
        try await withProxy { proxy in
            let client = try await proxy.connect()
            try await client.send("GET /v1/invoices/1 HTTP/1.1\r\nHo")
            try await client.close()
            _ = try await proxy.malformed(1)
            _ = try await proxy.closedRecords(of: nil)
            #expect(
                proxy.records.filter { $0.reason == "client_closed" }.map(\.stage) == [.refused])
        }
    }
}
