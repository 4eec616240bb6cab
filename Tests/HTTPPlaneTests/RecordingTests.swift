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
        try await withHouse { house in
            let gate = Gate()
            gate.close(house.storage)
            defer { gate.open() }
            let client = try await house.connect()
            try await client.send(house.post("Content-Length: 5\r\n", "hello"))
            try await gate.reached()
            #expect(house.upstream.connectionCount == 0)
            #expect(client.received.isEmpty)
            gate.open()
            #expect(try await client.response().status == 200)
            #expect(house.upstream.requestCount == 1)
        }
    }

    @Test("RecordedBeforeAnswered: no byte of an answer leaves before a record is durable")
    func answered() async throws {
        try await withHouse { house in
            let gate = Gate()
            gate.close(house.storage)
            defer { gate.open() }
            let client = try await house.connect()
            try await client.send(house.get())
            // The service has answered by then: the record that the writer holds says so.
            try await gate.reached()
            #expect(house.upstream.requestCount == 1)
            #expect(client.received.isEmpty)
            // Refusals wait as well.
            let other = try await house.connect()
            try await other.send("GET / HTTP/1.1\r\n\r\n")
            gate.open()
            #expect(try await client.response().status == 200)
            #expect(try await other.response().status == 400)
        }
    }

    @Test("A long answer holds its first byte back until its `started` record is durable")
    func started() async throws {
        let body = String(repeating: "x", count: 1 << 20)
        try await withHouse { _ in
            .bytes(ok(body))
        } _: { house in
            let gate = Gate()
            gate.close(house.storage)
            defer { gate.open() }
            let client = try await house.connect()
            try await client.send(house.get())
            try await gate.reached()
            #expect(client.received.isEmpty)
            gate.open()
            #expect(try await client.response().body.utf8.count == body.utf8.count)
        }
    }

    @Test("While the log cannot be written, nothing passes and everybody is told")
    func poisoned() async throws {
        try await withHouse { house in
            let client = try await house.connect()
            try await client.send(house.get())
            #expect(try await client.response().status == 200)
            house.storage.inject { _, operation, _ in
                operation == .sync ? .init(.system(5), effect: .nothing) : nil
            }
            // This one was forwarded before anybody knew; its answer does not leave.
            try await client.send(house.get())
            let lost = try await client.response()
            #expect(lost.status == 503)
            #expect(lost.body.contains("log_unavailable"))
            #expect(!lost.body.contains("hello"))
            let seen = house.upstream.requestCount
            let other = try await house.connect()
            try await other.send(house.get())
            #expect(try await other.response().status == 503)
            try await other.send(house.post("Content-Length: 5\r\n", "hello"))
            #expect(try await other.response().status == 503)
            #expect(house.upstream.requestCount == seen)
        }
    }

    @Test("Where a route says so, accesses pass unrecorded and are counted")
    func allowedToFail() async throws {
        var settings = HouseSettings()
        settings.audit = AuditPolicy(ahead: .always, onFailure: .allow)
        try await withHouse(settings) { house in
            house.storage.inject { _, operation, _ in
                operation == .sync ? .init(.system(5), effect: .nothing) : nil
            }
            let client = try await house.connect()
            for _ in 0..<2 {
                try await client.send(house.get())
                #expect(try await client.response().status == 200)
            }
            #expect(house.ledger.counters.dropped >= 2)
        }
    }

    @Test("A client that goes away leaves a record, and its service is not kept waiting")
    func clientGoes() async throws {
        try await withHouse { _ in
            .silence
        } _: { house in
            let client = try await house.connect()
            try await client.send(house.get())
            _ = try await house.upstream.requests(1)
            try await client.close()
            try await house.upstream.closed(0)
            _ = try await house.closedRecords(of: nil)
            #expect(house.records.contains { $0.reason == "client_closed" })
            #expect(house.plane.status.abandonedRequests == 1)
        }
    }

    @Test(
        "A client that ends its side before its answer is gone, however whole its request",
        arguments: [false, true])
    func clientEndsSending(posts: Bool) async throws {
        try await withHouse { _ in
            .silence
        } _: { house in
            let client = try await house.connect()
            try await client.send(posts ? house.post("Content-Length: 2\r\n", "{}") : house.get())
            _ = try await house.upstream.requests(1)
            try await client.endSending()
            // Neither side is kept waiting for the other.
            try await house.upstream.closed(0)
            #expect(try await client.untilClosed().isEmpty)
            _ = try await house.closedRecords(of: nil)
            let records = house.records.filter { $0.action == "http.request" }
            #expect(records.map(\.stage) == (posts ? [.started, .complete] : [.complete]))
            #expect(records.last?.reason == "client_closed")
            #expect(house.plane.status.abandonedRequests == 1)
        }
    }

    @Test("A client that ends its side after its answer has had it, and nothing is wrong")
    func clientEndsSendingAfterAnswer() async throws {
        try await withHouse { house in
            let client = try await house.connect()
            try await client.send(house.get())
            #expect(try await client.response().body == "hello")
            try await client.endSending()
            #expect(try await client.untilClosed().hasSuffix("hello"))
            try await house.wait { $0.openConnections == 0 }
            // The service's connection serves whoever comes next.
            let next = try await house.connect()
            try await next.send(house.get())
            #expect(try await next.response().body == "hello")
            try await next.close()
            #expect(house.upstream.connectionCount == 1)
            _ = try await house.closedRecords(of: nil)
            let records = house.records.filter { $0.action == "http.request" }
            #expect(records.map(\.stage) == [.complete, .complete])
            #expect(records.allSatisfy { $0.outcome == .success })
            #expect(house.plane.status.abandonedRequests == 0)
        }
    }

    @Test("A client that goes away in the middle of its body leaves a record")
    func clientGoesInBody() async throws {
        try await withHouse { house in
            let client = try await house.connect()
            try await client.send(house.post("Content-Length: 50\r\n", "hello"))
            try await house.upstream.bytes(100, on: 0)
            try await client.close()
            try await house.upstream.closed(0)
            #expect(house.upstream.requestCount == 0)
            _ = try await house.closedRecords(of: nil)
            #expect(
                house.records.contains { $0.reason == "client_closed" && $0.stage == .complete })
        }
    }

    @Test("A client that goes away while its record is written is not served any more")
    func clientGoesWhileRecording() async throws {
        try await withHouse { house in
            let gate = Gate()
            gate.close(house.storage)
            defer { gate.open() }
            let client = try await house.connect()
            try await client.send(house.post("Content-Length: 0\r\n", ""))
            try await gate.reached()
            try await client.close()
            _ = try await house.abandoned(1)
            gate.open()
            _ = try await house.closedRecords(of: nil)
            #expect(house.upstream.connectionCount == 0)
            #expect(
                house.records.filter { $0.reason == "client_closed" }.map(\.stage) == [.complete])
        }
    }

    @Test("A head that is cut off is recorded")
    func cutHead() async throws {
        try await withHouse { house in
            let client = try await house.connect()
            try await client.send("GET /v1/invoices/1 HTTP/1.1\r\nHo")
            try await client.close()
            _ = try await house.malformed(1)
            _ = try await house.closedRecords(of: nil)
            #expect(
                house.records.filter { $0.reason == "client_closed" }.map(\.stage) == [.refused])
        }
    }
}
