// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import HTTPPlane
import HTTPWire
import Ledger
import NIOCore
import Testing
import Transport

/// The proxy sends by its own system calls (straight-to-the-socket.md). Connections that are reset
/// while it does so must take nothing along, and above all must not leave bytes for whoever is given
/// their descriptor next.
@Suite struct `Answers that are sent straight to the socket` {
    /// More than the sockets between proxy and client hold, so that none is sent at once.
    private static let length = 8 << 20
    private static let clients = 320
    private static let atOnce = 32

    /// Content with no period, of which each answer has a part of its own: a byte of another answer,
    /// or of another place in the same one, is a wrong one.
    private static let content: ByteBuffer = {
        var bytes = ByteBuffer()
        var state: UInt64 = 1
        bytes.reserveCapacity(length + clients * 64)
        while bytes.readableBytes < length + clients * 64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            bytes.writeInteger(state)
        }
        return bytes
    }()

    /// The content of an invoice; that of an odd number is small.
    private static func content(_ invoice: Int) throws -> ByteBuffer {
        let count = invoice.isMultiple(of: 2) ? length : 5
        return try #require(content.getSlice(at: invoice * 32, length: count))
    }

    @Test func `reach those who read them whole, whoever else resets in the middle`() async throws {
        var settings = ProxySettings()
        settings.eventLoops = 2
        try await withProxy(settings) { request in
            let number = request.message.startLine.firstMatch(of: /invoices\/(\d+)/)
            do {
                return .content(try Self.content(#require(number.flatMap { Int($0.1) })))
            } catch {
                return .close
            }
        } _: { proxy in
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for worker in 0..<Self.atOnce {
                    tasks.addTask {
                        for client in stride(from: worker, to: Self.clients, by: Self.atOnce) {
                            if client % 15 == 0 {
                                try await Self.readAll(proxy, client)
                            } else {
                                try await Self.breakOff(proxy, client)
                            }
                        }
                    }
                }
                try await tasks.waitForAll()
            }
            // Every connection is given back, and so is every service's that still serves.
            try await proxy.wait { $0.openConnections == 0 }
            try await proxy.waitForNumbers { shown in
                shown.pool("waiting") == 0 && shown.pool("idle") == shown.pool("connections")
            }

            await proxy.plane.shutdown(grace: .seconds(30))
            #expect(proxy.plane.status.openUpstreams == 0)
            let accepted = proxy.ledger.counters.accepted
            _ = proxy.ledger.close()
            let accesses = proxy.records.filter { $0.actor != "system" }
            let outcomes = accesses.filter { $0.stage != .started }
            #expect(outcomes.count == Set(outcomes.compactMap(\.uid)).count)
            #expect(UInt64(outcomes.count) == accepted)
            let started = accesses.filter { $0.stage == .started }.compactMap(\.uid)
            #expect(Set(started).isSubset(of: Set(outcomes.compactMap(\.uid))))
            let readers = (0..<Self.clients).count { $0 % 15 == 0 }
            let broken = outcomes.count { $0.reason == "client_closed" }
            #expect(broken == Self.clients - readers)
            #expect(outcomes.count == broken + 3 * readers)
        }
    }

    /// Reads three answers of one connection: a large one, one that fits into the socket's buffer, and
    /// a large one again.
    private static func readAll(_ proxy: ProxyFixture, _ client: Int) async throws {
        let reader = try await ComparingClient.connect(proxy.port)
        for invoice in [client * 2, client * 2 + 1, client * 2] {
            let content = try content(invoice)
            try await reader.ask(proxy.get("/v1/invoices/\(invoice)"), for: content)
            let seen = try await reader.content(content.readableBytes)
            #expect(seen.head.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(seen.count == content.readableBytes)
            #expect(seen.wrong == nil)
        }
        try await reader.close()
    }

    /// Reads the beginning of a large answer, and resets.
    private static func breakOff(_ proxy: ProxyFixture, _ client: Int) async throws {
        let part = [0, 1, 70_000, 300_000][client % 4]
        let reader = try await ComparingClient.connect(proxy.port, reads: part)
        try await reader.ask(
            proxy.get("/v1/invoices/\(client * 2)"), for: try content(client * 2))
        #expect(try await reader.content(part).wrong == nil)
        try await reader.reset()
    }
}
