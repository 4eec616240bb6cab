// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Console
import LogReading
import Logging
import SignedNotes
import SystemPackage
import Testing

@Suite("The console over a socket")
struct ConsoleTests {
    @Test("The root names everything that is there")
    func root() async throws {
        try await RunningConsole.with { port, _ in
            let (head, body) = await RunningConsole.get(port, "/")
            #expect(head.hasPrefix("http/1.1 200 ok"))
            for line in body.split(separator: "\n") where line.hasPrefix("/") {
                let path = String(line.prefix { $0 != " " })
                let page =
                    path.hasSuffix("/tile/")
                    ? path + "entries/000.p/2" : path.replacing("/after/N", with: "/after/0")
                let isOnesOwn = page.hasPrefix("/session") || page.hasPrefix("/accounts")
                #expect(
                    await RunningConsole.get(port, page).head.hasPrefix(
                        isOnesOwn ? "http/1.1 401" : "http/1.1 200 ok"), "\(page)")
            }
            #expect(body.contains("/metrics"))
        }
    }

    @Test("The log is served as C2SP tlog-tiles, with the types and lifetimes that it asks for")
    func tiles() async throws {
        try await RunningConsole.with { port, log in
            let checkpoint = await RunningConsole.get(port, "/tlog/checkpoint")
            #expect(checkpoint.head.hasPrefix("http/1.1 200"))
            #expect(checkpoint.head.contains("content-type: text/plain; charset=utf-8"))
            #expect(checkpoint.head.contains("cache-control: max-age=1"))
            #expect(checkpoint.body == log.checkpoint)
            #expect(await RunningConsole.get(port, "/tlog/log.vkey").body == log.key.text + "\n")
            let tile = await RunningConsole.get(port, "/tlog/tile/0/000.p/2")
            #expect(tile.head.hasPrefix("http/1.1 200"))
            #expect(tile.head.contains("content-type: application/octet-stream"))
            #expect(tile.head.contains("immutable"))
            #expect(tile.head.contains("content-length: 64"))
            let entries = await RunningConsole.get(port, "/tlog/tile/entries/000.p/2")
            #expect(entries.body.contains("first") && entries.body.contains("second"))
        }
    }

    @Test("An earlier partial tile is still there; what lies beyond the checkpoint is not")
    func beyond() async throws {
        try await RunningConsole.with { port, _ in
            #expect(
                await RunningConsole.get(port, "/tlog/tile/0/000.p/1").head.contains(
                    "content-length: 32"))
            for path in [
                "tile/0/000.p/3", "tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1",
                "tile/entries/000", "tile/0/000.p/0", "tile/0/000.p/256", "tile/64/000.p/1",
                "tile/0/0", "tile/00/000.p/2", "../log.key", "tile/../../log.key", "checkpoint/",
                "checkpoint?x", "", "log.key",
            ] {
                #expect(
                    await RunningConsole.get(port, "/tlog/\(path)").head.hasPrefix("http/1.1 404"),
                    "\(path)")
            }
        }
    }

    @Test("HEAD is GET without a body")
    func head() async throws {
        try await RunningConsole.with { port, log in
            let answer = await RunningConsole.get(port, "/tlog/checkpoint", method: "HEAD")
            #expect(answer.head.contains("content-length: \(log.checkpoint.utf8.count)"))
            #expect(answer.body.isEmpty)
        }
    }

    @Test("Other methods and other hosts are refused")
    func refused() async throws {
        try await RunningConsole.with { port, _ in
            for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"] {
                let answer = await RunningConsole.get(port, "/tlog/checkpoint", method: method)
                #expect(answer.head.hasPrefix("http/1.1 405"), "\(method)")
                #expect(answer.head.contains("allow: get, head"))
            }
            let rebound = await RunningConsole.get(port, "/status", host: "evil.example")
            #expect(rebound.head.hasPrefix("http/1.1 421"))
            #expect(!rebound.body.contains("size"))
        }
    }

    @Test("Health, readiness, status and metrics")
    func operations() async throws {
        try await RunningConsole.with { port, _ in
            #expect(await RunningConsole.get(port, "/healthz").body == "ok\n")
            #expect(await RunningConsole.get(port, "/readyz").head.hasPrefix("http/1.1 200"))
            let status = await RunningConsole.get(port, "/status")
            #expect(status.head.contains("content-type: application/json"))
            #expect(status.head.contains("cache-control: no-store"))
            #expect(status.body == "{\"size\":2}")
            let metrics = await RunningConsole.get(port, "/metrics").body
            #expect(metrics.contains("# TYPE test_total counter\n"))
            #expect(metrics.contains("test_total{name=\"a\\\"b\\\\c\\nd\"} 7\n"))
        }
        try await RunningConsole.with(obstacle: "The disk has not answered.") { port, _ in
            let answer = await RunningConsole.get(port, "/readyz")
            #expect(answer.head.hasPrefix("http/1.1 503"))
            #expect(answer.body == "not ready: The disk has not answered.\n")
            #expect(await RunningConsole.get(port, "/healthz").head.hasPrefix("http/1.1 200"))
        }
    }

    @Test("Every answer tells browsers to make nothing of it")
    func fields() async throws {
        try await RunningConsole.with { port, _ in
            for path in ["/healthz", "/nothing", "/tlog/checkpoint"] {
                let head = await RunningConsole.get(port, path).head
                #expect(head.contains("x-content-type-options: nosniff"), "\(path)")
                #expect(head.contains("default-src 'none'"), "\(path)")
            }
        }
    }

    @Test("A head that is too large ends the connection, and the console lives")
    func largeHead() async throws {
        try await RunningConsole.with { port, _ in
            let answer = await RawExchange.with(
                port: port,
                "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: \(String(repeating: "x", count: 40_000))\r\n\r\n"
            )
            #expect(!answer.contains("200"))
            #expect(await RunningConsole.get(port, "/healthz").body == "ok\n")
        }
    }

    @Test("The status after a size comes once the log has grown beyond it")
    func growth() async throws {
        let (asked, asks) = AsyncStream.makeStream(of: UInt64.self)
        let (grown, grow) = AsyncStream.makeStream(of: Void.self)
        try await RunningConsole.with(growth: { size in
            asks.yield(size)
            for await _ in grown { return }
        }) { port, _ in
            async let answer = RunningConsole.get(port, "/status/after/2")
            var sizes = asked.makeAsyncIterator()
            #expect(await sizes.next() == 2)
            // Others are answered meanwhile.
            #expect(await RunningConsole.get(port, "/status").body == #"{"size":2}"#)
            grow.yield()
            #expect(await answer.body == #"{"size":2}"#)
            for path in [
                "/status/after/02", "/status/after/x", "/status/after", "/status/after/-1",
            ] {
                #expect(await RunningConsole.get(port, path).head.contains(" 404 "))
            }
        }
    }

    @Test("A second console on the same port says which address is taken")
    func taken() async throws {
        try await RunningConsole.with { port, _ in
            await #expect(throws: ConsoleFault.self) {
                _ = try await Console.start(
                    host: "127.0.0.1", port: port, hosts: AllowedHosts(names: []), open: [],
                    sources: ConsoleSources(
                        log: { throw LogReadFailure(.missing, "none") }, keys: { [] },
                        obstacle: { nil }, status: { .object([]) }, growth: { _ in },
                        metrics: { [] }, accounts: ConsoleAccounts([:]).office),
                    others: [], logger: Logger(label: "test"))
            }
        }
    }
}
