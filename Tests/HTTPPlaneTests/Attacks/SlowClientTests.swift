// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import HTTPPlane
import Transport
import HTTPWire
import Ledger
import Testing

/// Crowds of clients that send and read as slowly as they may.
@Suite("Attacks: slow clients")
struct SlowClientTests {
    private static let crowd = 150

    /// Others are served while a crowd holds on to its connections.
    private func serveOthers(_ proxy: ProxyFixture) async throws {
        for number in 0..<10 {
            let client = try await proxy.connect()
            try await client.send(proxy.get("/v1/invoices/\(number)"))
            #expect(try await client.response().status == 200)
            try await client.close()
        }
    }

    private func reasons(_ proxy: ProxyFixture) async throws -> [String: Int] {
        await proxy.plane.shutdown(grace: .seconds(5))
        _ = proxy.ledger.close()
        var counts: [String: Int] = [:]
        for record in proxy.records where record.stage != .started && record.actor != "system" {
            counts[record.reason ?? "none", default: 0] += 1
        }
        return counts
    }

    @Test("Heads that do not end keep nobody from being served, and each ends in a recorded 408")
    func heads() async throws {
        var settings = ProxySettings()
        settings.limits.headTimeout = .seconds(15)
        try await withProxy(settings) { proxy in
            var slow: [RawClient] = []
            for _ in 0..<Self.crowd {
                slow.append(
                    try await RawClient.connect(proxy.port, greeting: "GET / HTTP/1.1\r\nX: "))
            }
            // A byte now and then does not buy more time.
            for client in slow { client.begin("slow") }
            try await serveOthers(proxy)
            for client in slow {
                client.begin("er")
                #expect(try await client.response().status == 408)
            }
            #expect(try await reasons(proxy)["head_timeout"] == Self.crowd)
            #expect(proxy.upstream.requestCount == 10)
        }
    }

    @Test("Bodies that do not end hold neither others nor their services")
    func bodies() async throws {
        var settings = ProxySettings()
        settings.limits.bodyTimeout = .milliseconds(500)
        try await withProxy(settings) { proxy in
            var slow: [RawClient] = []
            for _ in 0..<Self.crowd {
                slow.append(
                    try await RawClient.connect(
                        proxy.port, greeting: proxy.post("Content-Length: 1000\r\n", "slow")))
            }
            try await serveOthers(proxy)
            for client in slow { #expect(try await client.response().status == 408) }
            #expect(try await reasons(proxy)["body_timeout"] == Self.crowd)
            #expect(proxy.upstream.requestCount == 10)
            #expect(proxy.plane.status.openUpstreams == 0)
        }
    }

    @Test("Clients that do not read hold back their own services only, and are let go")
    func readers() async throws {
        let large = String(repeating: "x", count: 4 << 20)
        var settings = ProxySettings()
        settings.limits.writeTimeout = .seconds(1)
        try await withProxy(settings) { request in
            .bytes(ok(request.message.startLine.contains("large") ? large : "hello"))
        } _: { proxy in
            var deaf: [DeafClient] = []
            for _ in 0..<20 {
                let client = try await DeafClient.connect(proxy.port)
                try await client.send(proxy.get("/v1/invoices/large"))
                deaf.append(client)
            }
            try await serveOthers(proxy)
            try await proxy.wait { $0.openConnections == 0 }
            #expect(try await reasons(proxy)["client_timeout"] == 20)
            for client in deaf { try await client.close() }
        }
    }

    @Test("An answer that is the connection's last is not cut because its client reads slowly")
    func lastAnswer() async throws {
        // More than the sockets hold, and held until its end.
        let large = String(repeating: "x", count: 8 << 20)
        var settings = ProxySettings()
        settings.holding.mostBytes = 32 << 20
        settings.holding.longest = .seconds(60)
        settings.limits.lingerTimeout = .milliseconds(50)
        settings.limits.bodyTimeout = .milliseconds(500)
        try await withProxy(settings) { _ in
            .bytes(ok(large))
        } _: { proxy in
            let client = try await RawClient.connect(proxy.port, reads: false)
            try await client.send(proxy.get("/v1/invoices/1", "Connection: close\r\n"))
            _ = try await proxy.upstream.requests(1)
            try await proxy.wait { $0.upstreamConnects == 1 && $0.requests == 1 }
            // Another client's body times out meanwhile: more time than lingering takes has passed.
            let clock = try await RawClient.connect(
                proxy.port, greeting: proxy.post("Content-Length: 9\r\n", ""))
            #expect(try await clock.response().status == 408)
            try await client.read()
            #expect(try await client.response().body.utf8.count == large.utf8.count)
        }
    }

    @Test("More connections than allowed are turned away, all of them, and none of them stays")
    func flood() async throws {
        var settings = ProxySettings()
        settings.limits.mostConnections = 20
        settings.limits.lingerTimeout = .seconds(600)
        try await withProxy(settings) { proxy in
            var admitted: [RawClient] = []
            for _ in 0..<20 {
                let client = try await proxy.connect()
                try await client.send(proxy.get())
                #expect(try await client.response().status == 200)
                admitted.append(client)
            }
            var refused: [DeafClient] = []
            for _ in 0..<200 { refused.append(try await DeafClient.connect(proxy.port)) }
            try await proxy.wait { $0.refusedConnections == 200 }
            // Those that may stay until they have read why, and those that were admitted.
            try await proxy.wait { $0.openConnections == 64 + 20 }
            for client in admitted {
                try await client.send(proxy.get())
                #expect(try await client.response().status == 200)
            }
            for client in refused { try await client.close() }
            try await proxy.wait { $0.openConnections == 20 }
            #expect(try await reasons(proxy)["too_many_connections"] == 200)
        }
    }
}
