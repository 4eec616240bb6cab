// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct `Following the log over the admin address` {
    /// A token of an account's, with which the log may be read.
    private func token(_ site: Site, _ name: String = "alice") throws -> Site.Token {
        try site.account(name, scope: ["log.read"])
    }

    private func index(_ leaf: some StringProtocol) throws -> Int {
        guard let index = String(leaf).firstMatch(of: /"written":\{"index":(\d+)/)?.1 else {
            throw ScenarioFault("no index in \(leaf)")
        }
        return try #require(Int(index))
    }

    /// The beginning and the end of each tail, in the order of the log.
    private func tails(_ leaves: [Substring]) -> [Substring] {
        leaves.filter { $0.contains(#""action":"log.tail""#) }
    }

    @Test func `loses and doubles nothing over 25 reconnects`() async throws {
        try await scenario {
            let site = try Site(rate: "rate: 100000/s, burst: 100000")
            let server = try site.serve()
            let token = try token(site).field
            let load = Load(
                port: server.port, clients: 2, pace: .milliseconds(5), requests: site.mixedRequests)
            defer { load.stop() }
            try load.answered(20)
            let reader = EventReader()
            var seen: [String] = []
            var random = SystemRandomNumberGenerator()
            for round in 0..<25 {
                try reader.connect(port: server.adminPort, "/api/v1/tail?q=category:access", token)
                try #require(reader.status == 200, "\(round): \(reader.head)")
                for _ in 0..<Int.random(in: 0...12, using: &random) {
                    guard let event = try reader.next() else { break }
                    if event.type == "message" { seen.append(event.data) }
                    #expect(event.type == "message" || event.type == "begin", "\(event)")
                }
                reader.disconnect()
            }
            load.stop()
            _ = try load.finished()
            let leaves = try site.leaves()
            let last = try #require(leaves.last { $0.contains(#""category":"access""#) })
            try reader.connect(port: server.adminPort, "/api/v1/tail?q=category:access", token)
            while seen.last.map({ Substring($0) }) != last {
                let event = try #require(try reader.next())
                if event.type == "message" { seen.append(event.data) }
            }
            let first = try index(try #require(seen.first))
            let expected = try leaves.filter {
                try $0.contains(#""category":"access""#) && index($0) >= first
            }
            // Leaf for leaf, byte for byte.
            #expect(try seen.map { try index($0) } == expected.map { try index($0) })
            for (one, other) in zip(seen, expected) where one != other {
                Issue.record("\(one) is not \(other)")
                break
            }
            reader.disconnect()
            _ = try server.stop()
            // Each tail is two records, of which no tail was told.
            let tails = try tails(site.leaves())
            #expect(tails.count == 2 * 26)
            #expect(tails.count { $0.contains(#""ended":"reader""#) } == 26)
            _ = try site.read("verify")
        }
    }

    @Test func `goes on from any id, and tells why it ends`() async throws {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            let alice = try token(site)
            let field = alice.field
            for _ in 0..<3 { _ = try server.exchange(site.request()) }
            let reader = EventReader()
            try reader.connect(port: server.adminPort, "/api/v1/tail?after=0", field)
            let head = reader.head.lowercased()
            for line in [
                "content-type: text/event-stream", "cache-control: no-store",
                "x-accel-buffering: no",
            ] {
                #expect(head.contains(line), "\(head)")
            }
            #expect(!head.contains("content-encoding"))
            let begin = try #require(try reader.next())
            #expect(begin.type == "begin")
            #expect(begin.id == "0")
            #expect(begin.data.contains(#""left_out":["category:audit"]"#))
            var seen: [String] = []
            while seen.count(where: { $0.contains("http.request") }) < 3 {
                let event = try #require(try reader.next())
                #expect(event.id == "\(try index(event.data))")
                seen.append(event.data)
            }
            #expect(!seen.contains { $0.contains(#""category":"audit""#) })
            let revoked = try site.folder.start(
                .countersign, ["user", "token", "revoke", alice.id, "-c", Site.configuration]
            ).ending()
            #expect(revoked.status == 0, "\(revoked.messages)")
            let (late, bye) = try reader.events(until: "bye")
            #expect(bye.data.contains(#""reason":"login_over""#), "\(bye)")
            #expect(try reader.next() == nil)
            // What is not an index of this log is a mistake, not a beginning from somewhere else.
            for last in ["1000000", "-1", "x"] {
                let answer = try HTTPConnection.exchange(
                    port: server.adminPort,
                    "GET /api/v1/tail HTTP/1.1\r\nHost: 127.0.0.1\r\nLast-Event-ID: \(last)\r\n"
                        + "\(try token(site, "u\(last.utf8.count)").field)\r\n")
                #expect(answer.status == 400, "\(last)")
            }
            let other = EventReader()
            try other.connect(
                port: server.adminPort, "/api/v1/tail", try token(site, "bob").field)
            #expect(try other.next()?.type == "begin")
            let ending = try server.stop()
            #expect(ending.status == 0)
            #expect(
                try other.events(until: "bye").last.data.contains(#""reason":"stopping""#))
            let tails = try tails(site.leaves())
            #expect(tails.count == 4)
            let (start, stop) = (try #require(tails.first), tails[1])
            let uid = try #require(Site.uid(start))
            #expect(stop.contains(#""about":"\#(uid)""#))
            #expect(stop.contains(#""ended":"login_over""#))
            #expect(tails[3].contains(#""ended":"stopping""#))
            #expect(start.contains(#""hash":"sha256:"#))
            #expect(start.contains(#""range":"1..""#))
            #expect(stop.contains(#""range":"1..<"#))
            #expect(stop.contains(#""rows":\#(seen.count + late.count)"#), "\(stop)")
        }
    }

    @Test func `says what it left out`() async throws {
        try await scenario {
            let site = try Site(rate: "rate: 100000/s, burst: 100000")
            let server = try site.serve()
            let token = try token(site).field
            for _ in 0..<40 { _ = try server.exchange(site.request()) }
            let leaves = try site.leaves().filter { $0.contains(#""category":"access""#) }
            let reader = EventReader()
            try reader.connect(
                port: server.adminPort, "/api/v1/tail?q=category:access&max=3&after=0", token)
            let (before, skipped) = try reader.events(until: "skipped")
            let sent = before.filter { $0.type == "message" }
            #expect(sent.count >= 3 && sent.count < 40)
            let told = try #require(
                try JSONSerialization.jsonObject(with: Data(skipped.data.utf8))
                    as? [String: Int])
            // Nothing but these is missing, and whoever comes again begins behind them.
            #expect(sent.count + (told["count"] ?? 0) <= leaves.count)
            #expect(told["first"] == (try index(leaves[sent.count])))
            #expect(skipped.id == "\(told["last"] ?? -1)")
            reader.disconnect()
            _ = try server.stop()
        }
    }

    @Test func `outlives readers who asked by POST, or who go in the middle of a body`()
        async throws
    {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            let token = try token(site).field
            let reader = EventReader()
            try reader.connect(
                port: server.adminPort, "/api/v1/tail", token, json: #"{"q":"category:access"}"#)
            #expect(reader.status == 200)
            #expect(try reader.next()?.type == "begin")
            reader.disconnect()
            try server.waits(orSays: "the tail has no end") {
                try tails(site.leaves()).count == 2 ? () : nil
            }
            for line in ["GET", "POST"] {
                let socket = try Socket.connected(to: server.adminPort)
                try socket.send(
                    "\(line) /api/v1/tail HTTP/1.1\r\nHost: 127.0.0.1\r\n\(token)Content-Length: 99\r\n\r\n{"
                )
                try socket.send("\"q\"")
            }
            #expect(try server.exchange(site.request()).status == 200)
            #expect(try server.stop().status == 0)
        }
    }

    @Test func `has so many places for one account`() async throws {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            let token = try token(site).field
            var readers: [EventReader] = []
            for _ in 0..<8 {
                let reader = EventReader()
                try reader.connect(port: server.adminPort, "/api/v1/tail", token)
                #expect(reader.status == 200)
                readers.append(reader)
            }
            let one = EventReader()
            try one.connect(port: server.adminPort, "/api/v1/tail", token)
            #expect(one.status == 429)
            #expect(one.head.lowercased().contains("retry-after: "))
            // A place is free again once its reader is gone, however it went.
            readers.removeLast().disconnect()
            let end = ContinuousClock.now + patience
            repeat {
                one.disconnect()
                try one.connect(port: server.adminPort, "/api/v1/tail", token)
            } while one.status == 429 && ContinuousClock.now < end
            #expect(one.status == 200)
            #expect(try server.stop().status == 0)
        }
    }

    @Test func `keeps nothing for a reader that takes nothing`() async throws {
        try await scenario {
            let site = try Site(rate: "rate: 100000/s, burst: 100000")
            let server = try site.serve()
            let token = try token(site).field
            let reader = EventReader()
            try reader.connect(
                port: server.adminPort, "/api/v1/tail?q=category:access", token, window: 4096)
            let load = Load(port: server.port, clients: 4, requests: [site.request()])
            try load.answered(3000)
            load.stop()
            _ = try load.finished()
            // It comes back to itself and has missed nothing.
            let leaves = try site.leaves().filter { $0.contains(#""category":"access""#) }
            var seen: [String] = []
            while seen.count < leaves.count {
                let event = try #require(try reader.next())
                if event.type == "message" { seen.append(event.data) }
            }
            #expect(seen.map { Substring($0) } == leaves)
            reader.disconnect()
            _ = try server.stop()
        }
    }
}
