// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import HTTPPlane
import Transport
import HTTPWire
import Testing

@Suite("Clients that are slow")
struct TimeoutTests {
    @Test("A head that does not come in time is a recorded 408")
    func head() async throws {
        var settings = ProxySettings()
        settings.limits.headTimeout = .seconds(1.5)
        try await withProxy(settings) { proxy in
            let client = try await RawClient.connect(
                proxy.port, greeting: "GET /v1/invoices/1 HTTP/1.1\r\n")
            let response = try await client.response()
            #expect(response.status == 408)
            #expect(response.values("Connection") == ["close"])
            _ = try await client.untilClosed()
            let records = try await proxy.closedRecords(of: response.value("Countersign-Record"))
            #expect(records.map(\.reason) == ["head_timeout"])
        }
    }

    @Test("The time for a later head begins with its first byte")
    func laterHead() async throws {
        var settings = ProxySettings()
        settings.limits.headTimeout = .seconds(1.5)
        try await withProxy(settings) { proxy in
            let client = try await RawClient.connect(proxy.port, greeting: proxy.get())
            #expect(try await client.response().status == 200)
            try await client.send("GET ")
            #expect(try await client.response().status == 408)
        }
    }

    @Test("A connection on which nothing comes is closed without a word", arguments: [true, false])
    func idle(afterRequest: Bool) async throws {
        var settings = ProxySettings()
        settings.limits.idleTimeout = .milliseconds(60)
        if !afterRequest { settings.limits.headTimeout = .milliseconds(60) }
        try await withProxy(settings) { proxy in
            let client = try await proxy.connect()
            if afterRequest {
                try await client.send(proxy.get())
                #expect(try await client.response().status == 200)
            }
            let text = try await client.untilClosed()
            #expect(!text.contains("408"))
            #expect(proxy.plane.status.malformedRequests == 0)
        }
    }

    @Test("A body that stops coming is a 408, and its service is not kept waiting")
    func body() async throws {
        var settings = ProxySettings()
        settings.limits.bodyTimeout = .milliseconds(60)
        try await withProxy(settings) { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.post("Content-Length: 50\r\n", "hello"))
            let response = try await client.response()
            #expect(response.status == 408)
            try await proxy.upstream.closed(0)
            let records = try await proxy.closedRecords(of: response.value("Countersign-Record"))
            #expect(records.last?.reason == "body_timeout")
        }
    }

    @Test("A body below the least rate is a 408 however steadily it comes")
    func bodyRate() async throws {
        var settings = ProxySettings()
        settings.limits.bodyTimeout = .milliseconds(150)
        settings.limits.leastBodyRate = 1_000_000
        try await withProxy(settings) { proxy in
            let client = try await proxy.connect()
            client.begin(proxy.post("Content-Length: 50000\r\n", ""))
            let feeding = Task {
                while !Task.isCancelled {
                    try await client.send("x")
                    await Task.yield()
                }
            }
            let response = try await client.response()
            feeding.cancel()
            #expect(response.status == 408)
        }
    }

    @Test("A service may be slow in taking a body without the client being blamed")
    func serviceIsSlow() async throws {
        var settings = ProxySettings()
        settings.timeouts.head = .milliseconds(60)
        settings.limits.bodyTimeout = .seconds(60)
        try await withProxy(settings) { _ in
            .silence
        } _: { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.post("Content-Length: 5\r\n", "hello"))
            #expect(try await client.response().status == 504)
        }
    }
}
