// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// More clients than anybody needs, before the program as it was built.
@Suite struct `A crowd of clients` {
    private static let unlimited = "rate: 1000000/s, burst: 100000"

    private func measure(_ what: String, _ value: Double, _ unit: String) {
        print("measured: \(what): \(String(format: "%.1f", value)) \(unit)")
    }

    @Test func `that is idle costs little memory, and others are served`() async throws {
        try await scenario {
            // Two of five files are for clients, the others for services; the first two hundred stay, too.
            let room = (ProcessFacts.raiseOpenFiles() - 300) * 2 / 5 - 200
            let count = min(ProcessFacts.isLong ? 10_000 : 1_000, room)
            let site = try Site(
                rate: Self.unlimited,
                http: "{ max_connections: 20000, max_connections_per_peer: 0, idle_timeout: 600s }")
            let server = try site.serve()
            func connect(_ count: Int) throws -> [HTTPConnection] {
                let clients = try (0..<count).map { _ in try HTTPConnection(port: server.port) }
                for start in stride(from: 0, to: count, by: 100) {
                    let some = clients[start..<min(start + 100, count)]
                    for client in some { try client.send(site.request()) }
                    for client in some {
                        let answer = try client.answer()
                        #expect(answer.status == 200, "\(answer.text)")
                    }
                }
                return clients
            }
            // What every process needs once is not any connection's.
            _ = try connect(200)
            let before = try ProcessFacts.resident(server.process.pid)
            let clients = try connect(count)
            let each =
                Double(try ProcessFacts.resident(server.process.pid) - before) / Double(count)
            measure("idle connections", Double(count), "connections")
            measure("resident memory of an idle connection, at most", each, "KiB")
            // 24 in a release build; a debug build has larger frames and objects.
            #expect(each <= 32)
            for _ in 0..<5 { #expect(try server.exchange(site.request()).status == 200) }
            #expect(try clients[0].exchange(site.request()).status == 200)
            #expect(try clients[count - 1].exchange(site.request()).status == 200)
            #expect(try server.stop().status == 0)
            #expect(try site.read("verify").text.contains("Integrity OK"))
        }
    }

    @Test func `that does not read holds a bounded amount of memory, and others are served`()
        async throws
    {
        try await scenario {
            let count = ProcessFacts.isLong ? 1_000 : 100
            _ = ProcessFacts.raiseOpenFiles()
            let size = 4 << 20
            let site = try Site(
                rate: Self.unlimited, http: "{ max_connections_per_peer: 0, write_timeout: 600s }",
                answer: String(repeating: "x", count: size))
            let server = try site.serve()
            #expect(try server.exchange(site.request()).body.count == size)
            let before = try ProcessFacts.resident(server.process.pid)
            let deaf = try (0..<count).map { _ in
                try HTTPConnection(port: server.port, window: 4_096)
            }
            for client in deaf { try client.send(site.request()) }
            // One who reads gets all of it, as often as it likes.
            for _ in 0..<3 { #expect(try server.exchange(site.request()).body.count == size) }
            // Every answer has begun, or waits in the proxy for its turn to.
            let each =
                Double(try ProcessFacts.resident(server.process.pid) - before) / Double(count)
            measure("resident memory of an answer that is not read", each, "KiB")
            #expect(each <= 512)
            // Late readers get theirs whole.
            #expect(try deaf[0].answer().body.count == size)
            #expect(try deaf[count - 1].answer().body.count == size)
            #expect(try server.exchange(site.request("POST /invoices")).status == 403)
            server.process.signal(9)
            _ = try server.process.ending()
        }
    }

    @Test(
        .enabled(
            if: ProcessFacts.isLong,
            "takes descriptors to their limit, beside other tests too slowly: COUNTERSIGN_LONG_TESTS=1"
        ))
    func `cannot take the log's files: it is turned away, and the log goes on`() async throws {
        try await scenario {
            let site = try Site(
                rate: Self.unlimited,
                http: "{ max_connections: 10000, max_connections_per_peer: 0 }")
            // Seventeen connections beside what the log keeps for itself.
            let server = try site.serve(files: 300)
            let first = try HTTPConnection(port: server.port)
            #expect(try first.exchange(site.request()).status == 200)
            var turnedAway = 0
            var crowd: [HTTPConnection] = []
            for _ in 0..<600 {
                let client = try HTTPConnection(port: server.port)
                try? client.send(site.request())
                crowd.append(client)
            }
            let deadline = ContinuousClock.now + patience
            for client in crowd where ContinuousClock.now < deadline {
                // Some of those turned away find their connection closed before they have read why.
                guard let answer = try? client.answer(), answer.status == 200 else {
                    turnedAway += 1
                    continue
                }
            }
            #expect(turnedAway >= 570)
            #expect(try first.exchange(site.request()).status == 200)
            crowd = []
            // Once they are gone there is room again; records are written and published all the while.
            #expect(try first.exchange(site.request()).status == 200)
            #expect(try server.admin("/metrics").body.count > 0)
            let metrics = String(decoding: try server.admin("/metrics").body, as: UTF8.self)
            #expect(metrics.contains("countersign_log_writable 1"))
            #expect(try server.stop().status == 0)
            #expect(try site.read("verify").text.contains("Integrity OK"))
            let refused = try site.leaves().count { $0.contains("too_many_connections") }
            // One that the system had no descriptor for never came as far as the proxy.
            #expect(refused <= turnedAway && refused >= turnedAway - 30)
        }
    }
}
