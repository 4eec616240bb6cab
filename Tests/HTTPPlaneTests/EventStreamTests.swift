// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import HTTPPlane
import Transport
import HTTPWire
import Testing

/// Answers that go on for as long as somebody listens.
@Suite("Event streams")
struct EventStreamTests {
    private func head(_ type: String) -> String {
        "HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\nTransfer-Encoding: chunked\r\n\r\n"
    }

    private func settings(_ eventStream: Duration?) -> ProxySettings {
        var settings = ProxySettings()
        settings.holding.longest = .milliseconds(1)
        settings.timeouts.body = .milliseconds(50)
        settings.timeouts.eventStream = eventStream
        return settings
    }

    @Test(
        "A stream may be silent for longer than any other answer",
        arguments: [
            "text/event-stream", "Text/Event-Stream; charset=utf-8", "text/event-stream\t;x",
        ])
    func silence(type: String) async throws {
        try await withProxy(settings(nil)) { request in
            request.message.startLine.contains("/1 ")
                ? .bytes(head(type) + "7\r\ndata: 1\r\n")
                : .bytes(head("text/plain") + "1\r\nx\r\n")
        } _: { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get("/v1/invoices/1"))
            _ = try await client.bytes(atLeast: 100)
            // Another answer that begins later is given up for its silence in the meantime.
            let other = try await proxy.connect()
            try await other.send(proxy.get("/v1/invoices/2"))
            #expect(try await other.untilClosed().hasSuffix("1\r\nx\r\n"))
            try await proxy.upstream.send("7\r\ndata: 2\r\n0\r\n\r\n", on: 0)
            #expect(try await client.response().body == "data: 1data: 2")
        }
    }

    @Test("Where a limit is set it holds, and types that only look alike have no right to silence")
    func limited() async throws {
        for (limit, type) in [
            (Duration.milliseconds(50), "text/event-stream"), (nil, "text/event-streams"),
            (nil, "text/plain;text/event-stream"), (nil, "x-text/event-stream"),
        ] {
            try await withProxy(settings(limit)) { _ in
                .bytes(head(type) + "1\r\nx\r\n")
            } _: { proxy in
                let client = try await proxy.connect()
                try await client.send(proxy.get())
                #expect(try await client.untilClosed().hasSuffix("1\r\nx\r\n"), "\(type)")
                _ = try await proxy.closedRecords(of: nil)
                #expect(proxy.records.contains { $0.reason == "upstream_timeout" }, "\(type)")
            }
        }
    }

    @Test("Interim answers show that a service is at work")
    func interim() async throws {
        var settings = ProxySettings()
        settings.timeouts.head = .milliseconds(1_500)
        try await withProxy(settings) { request in
            request.message.startLine.contains("/1 ") ? .silence : .bytes(ok("other"))
        } _: { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get("/v1/invoices/1"))
            _ = try await proxy.upstream.requests(1)
            // Others pass the time, until there was more of it than silence may last.
            let other = try await proxy.connect()
            let start = ContinuousClock.now
            var told = start
            while ContinuousClock.now < start + .milliseconds(2_500) {
                if ContinuousClock.now > told + .milliseconds(100) {
                    told = .now
                    try await proxy.upstream.send("HTTP/1.1 102 Processing\r\n\r\n", on: 0)
                }
                try await other.send(proxy.get("/v1/invoices/2"))
                _ = try await other.response()
            }
            try await proxy.upstream.send(ok("hello"), on: 0)
            #expect(try await client.response().body == "hello")
        }
    }
}
