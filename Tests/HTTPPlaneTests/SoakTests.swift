// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import HTTPPlane
import Transport
import HTTPWire
import Ledger
import Synchronization
import Testing

@Suite("Everything at once")
struct SoakTests {
    /// A small generator, so that a failing run can be repeated.
    private struct Seeded: RandomNumberGenerator, Sendable {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    @Test(
        "Whatever clients and services do, every access has one outcome and nothing stays open",
        arguments: [1, 2, 3] as [UInt64])
    func soak(seed: UInt64) async throws {
        var settings = ProxySettings()
        settings.eventLoops = 2
        settings.timeouts.head = .milliseconds(80)
        settings.timeouts.body = .milliseconds(80)
        settings.limits.bodyTimeout = .milliseconds(80)
        settings.limits.idleTimeout = .milliseconds(300)
        settings.limits.headTimeout = .seconds(10)
        settings.limits.writeTimeout = .seconds(10)
        settings.limits.lingerTimeout = .milliseconds(100)
        settings.holding.longest = .milliseconds(5)
        let moods = Mutex(Seeded(state: seed &* 7919))
        try await withProxy(settings) { _ in
            Self.reply(moods.withLock { $0.next() })
        } _: { proxy in
            await withTaskGroup(of: Void.self) { tasks in
                for number in 0..<60 as Range<UInt64> {
                    tasks.addTask {
                        var random = Seeded(state: seed &* 1_000_003 &+ number)
                        do {
                            for _ in 0..<3 { try await Self.visit(proxy, &random) }
                        } catch {
                            // Many visits end badly on purpose; what counts is what is left behind.
                            return
                        }
                    }
                }
            }
            await proxy.plane.shutdown(grace: .seconds(5))
            let status = proxy.plane.status
            #expect(status.openConnections == 0)
            #expect(status.openUpstreams == 0)
            let accepted = proxy.ledger.counters.accepted
            _ = proxy.ledger.close()
            let accesses = proxy.records.filter { $0.actor != "system" }
            let outcomes = accesses.filter { $0.stage != .started }.compactMap(\.uid)
            #expect(outcomes.count == Set(outcomes).count)
            #expect(UInt64(outcomes.count) == accepted)
            let started = accesses.filter { $0.stage == .started }.compactMap(\.uid)
            #expect(Set(started).isSubset(of: Set(outcomes)))
            #expect(accepted > 60)
        }
    }

    private static func reply(_ mood: UInt64) -> RecordingUpstream.Reply {
        switch mood % 12 {
        case 0: .close
        case 1: .silence
        case 2: .bytes("nonsense\r\n\r\n")
        case 3: .last("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut")
        case 4: .bytes(ok(String(repeating: "x", count: 300_000)))
        case 5: .last("HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "y", count: 100_000))
        case 6:
            .bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
        case 7: .bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
        default: .bytes(ok("hello"))
        }
    }

    private static func visit(_ proxy: ProxyFixture, _ random: inout Seeded) async throws {
        let client = try await proxy.connect()
        switch random.next() % 8 {
        case 0: try await client.send("GET /v1/inv")
        case 1: try await client.send(proxy.post("Content-Length: 500\r\n", "part"))
        case 2:
            let body = String(repeating: "z", count: Int(random.next() % 200_000))
            client.begin(proxy.post("Content-Length: \(body.utf8.count)\r\n", body))
        case 3:
            for piece in ["4\r\nab", "cd\r\n", "1\r\nx\r\n0\r", "\n\r\n"] {
                client.begin(
                    piece.first == "4"
                        ? proxy.post("Transfer-Encoding: chunked\r\n", piece) : piece)
            }
        case 4: client.begin(proxy.get() + proxy.get() + proxy.post("Content-Length: 1\r\n", "x"))
        case 5: client.begin("rubbish \u{0}\r\n\r\n" + proxy.get())
        case 6: client.begin(proxy.get() + "rubbish\r\n\r\n")
        default: client.begin(proxy.get("/forbidden") + proxy.get())
        }
        if random.next() % 3 > 0 {
            // A cut or refused connection ends without a response; that is one way to go.
            _ = try await client.response()
        }
        try await client.close()
    }
}
