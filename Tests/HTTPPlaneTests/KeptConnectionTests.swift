// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPPlane
import Transport
import HTTPWire
import Testing

@Suite struct `Connections to a service that nobody uses` {
    /// So many requests under way at once, each on a connection of its own.
    private func serve(_ clients: [RawClient], of proxy: ProxyFixture, round: Int) async throws {
        for client in clients { try await client.send(proxy.get()) }
        _ = try await proxy.upstream.requests(clients.count * round)
        let lately = proxy.upstream.connections.suffix(clients.count)
        for connection in lately { try await proxy.upstream.send(ok("served"), on: connection) }
        for client in clients { #expect(try await client.response().body == "served") }
    }

    @Test func `are kept, as many as were busy at once, and used again`() async throws {
        try await withProxy { _ in
            .silence
        } _: { proxy in
            var clients: [RawClient] = []
            for _ in 0..<150 { clients.append(try await proxy.connect()) }
            for round in 1...3 { try await serve(clients, of: proxy, round: round) }
            let status = proxy.plane.status
            #expect(status.upstreamConnects == 150)
            #expect(status.upstreamReuses == 300)
            for client in clients { try await client.close() }
        }
    }

    @Test func `are as many as there are files for, whatever the service may have`() async throws {
        var settings = ProxySettings()
        settings.mostIdle = 4
        settings.eventLoops = 2
        try await withProxy(settings) { _ in
            .silence
        } _: { proxy in
            var clients: [RawClient] = []
            for _ in 0..<20 { clients.append(try await proxy.connect()) }
            try await serve(clients, of: proxy, round: 1)
            try await proxy.wait { $0.openUpstreams <= 4 }
            try await serve(clients, of: proxy, round: 2)
            try await proxy.wait { $0.openUpstreams <= 4 }
            for client in clients { try await client.close() }
        }
    }

    @Test func `that were closed leave room for others`() async throws {
        var settings = ProxySettings()
        settings.mostIdle = 3
        settings.pool.idleTimeout = .milliseconds(100)
        try await withProxy(settings) { _ in
            .silence
        } _: { proxy in
            var clients: [RawClient] = []
            for _ in 0..<3 { clients.append(try await proxy.connect()) }
            for round in 1...2 {
                try await serve(clients, of: proxy, round: round)
                try await proxy.wait { $0.openUpstreams == 0 }
            }
            #expect(proxy.plane.status.upstreamConnects == 6)
            for client in clients { try await client.close() }
        }
    }

    @Test func `that the service closes leave room for others`() async throws {
        var settings = ProxySettings()
        settings.mostIdle = 3
        try await withProxy(settings) { _ in
            .silence
        } _: { proxy in
            var clients: [RawClient] = []
            for _ in 0..<3 { clients.append(try await proxy.connect()) }
            for round in 1...3 {
                try await serve(clients, of: proxy, round: round)
                for connection in proxy.upstream.connections.suffix(3) {
                    try await proxy.upstream.close(connection)
                }
                try await proxy.wait { $0.openUpstreams == 0 }
            }
            try await serve(clients, of: proxy, round: 4)
            try await serve(clients, of: proxy, round: 5)
            #expect(proxy.plane.status.upstreamConnects == 12)
            #expect(proxy.plane.status.upstreamReuses == 3)
            #expect(proxy.plane.status.upstreamFailures == 0)
            for client in clients { try await client.close() }
        }
    }
}
