// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import HTTPPlane
import Transport
import HTTPWire
import Ledger
import Testing

/// Each limit at its last value and one beyond.
@Suite("Attacks: limits")
struct LimitAttackTests {
    @Test("Heads, targets and fields have limits, each with its own answer")
    func heads() async throws {
        var settings = ProxySettings()
        settings.limits.wire.headBytes = 2_048
        settings.limits.wire.targetBytes = 300
        settings.limits.wire.fields = 12
        let path = "/v1/invoices/"
        func target(_ count: Int) -> String {
            Attack.request(
                "GET \(path)\(String(repeating: "1", count: count - path.utf8.count)) HTTP/1.1")
        }
        func fields(_ count: Int) -> String {
            Attack.get(String(repeating: "A: b\r\n", count: count - 2))
        }
        try await AttackTable.perform(
            [
                .passed("target at its limit", target(300)),
                .refused("target beyond", target(301), 414, "target_too_long"),
                .refused(
                    "line that does not end", "GET /" + String(repeating: "a", count: 3_000), 414,
                    "target_too_long"),
                .passed("fields at their limit", fields(12)),
                .refused("fields beyond", fields(13), 431, "too_many_fields"),
                .refused(
                    "field that does not end",
                    "GET / HTTP/1.1\r\nX: " + String(repeating: "a", count: 3_000), 431,
                    "head_too_large"),
            ], settings)
    }

    @Test(
        "A head of exactly the limit passes, one byte more does not",
        arguments: [1_024, 8_192, 65_536])
    func headBytes(limit: Int) async throws {
        var settings = ProxySettings()
        settings.limits.wire.headBytes = limit
        try await withProxy(settings) { proxy in
            for (count, status) in [(limit, 200), (limit + 1, 431)] {
                for pace in Pace.allCases {
                    let bare = proxy.get("/v1/invoices/1", "X: \r\n").utf8.count
                    let padding = String(repeating: "a", count: count - bare)
                    let client = try await proxy.connect()
                    client.begin(
                        Array(proxy.get("/v1/invoices/1", "X: \(padding)\r\n").utf8), pace)
                    #expect(try await client.response().status == status, "\(count) \(pace)")
                    try await client.close()
                }
            }
            #expect(proxy.upstream.requestCount == 2)
        }
    }

    @Test("A body of exactly the limit passes, one byte more does not", arguments: [true, false])
    func bodies(chunked: Bool) async throws {
        var settings = ProxySettings()
        settings.limits.mostBodyBytes = 1_000
        func post(_ count: Int) -> String {
            let body = String(repeating: "x", count: count)
            return chunked
                ? Attack.post(
                    "Transfer-Encoding: chunked\r\n",
                    "\(String(count, radix: 16))\r\n\(body)\r\n0\r\n\r\n")
                : Attack.post("Content-Length: \(count)\r\n", body)
        }
        var beyond = Attack.denied("beyond", post(1_001), 413, "body_too_large")
        if chunked {
            beyond = Attack(
                name: "beyond", text: post(1_001), status: 413, reason: "body_too_large",
                sight: .part, closes: true)
        }
        try await AttackTable.perform(
            [.passed("at its limit", post(1_000)) { $0.body.utf8.count == 1_000 }, beyond], settings
        )
    }

    @Test("Trailers, extensions and digits have limits")
    func chunks() async throws {
        func post(_ body: String) -> String { Attack.post("Transfer-Encoding: chunked\r\n", body) }
        func trailers(_ count: Int) -> String {
            "0\r\n" + String(repeating: "A: b\r\n", count: count) + "\r\n"
        }
        func size(_ zeros: Int) -> String {
            String(repeating: "0", count: zeros) + "5\r\nhello\r\n0\r\n\r\n"
        }
        func extended(_ count: Int) -> String {
            "5;\(String(repeating: "a", count: count - 1))\r\nhello\r\n0\r\n\r\n"
        }
        try await AttackTable.perform([
            .passed("32 trailers", post(trailers(32))), .cut(trailers(33), "framing_overhead"),
            .passed("16 digits", post(size(15))), .cut(size(16)),
            .passed("256 bytes", post(extended(256))), .cut(extended(257), "framing_overhead"),
        ])
    }

    @Test("No request makes a large record")
    func records() async throws {
        let long = String(repeating: "a", count: 8_000)
        try await withProxy { proxy in
            for text in [
                "x\n", "GET /\(long) HTTP/1.1\r\nHost: a\r\n\r\n",
                proxy.get("/v1/invoices/\(long)?\(long.prefix(100))", "User-Agent: \(long)\r\n"),
                proxy.get("/v1/invoices/1", "X-Forwarded-For: \(long)\r\ntraceparent: \(long)\r\n"),
                proxy.get().replacing("Host: api.example.com", with: "Host: \(Self.longestHost)"),
                "\(String(repeating: "M", count: 32)) /\(long) HTTP/1.1\r\nHost: a\r\n\r\n",
            ] {
                let client = try await proxy.connect()
                try await client.send(text)
                _ = try await client.response()
                try await client.close()
            }
            await proxy.plane.shutdown(grace: .seconds(5))
            _ = proxy.ledger.close()
            let accesses = proxy.records.filter { $0.actor != "system" }
            #expect(accesses.count == 6)
            #expect(accesses.map(\.leaf.count).max() ?? 0 <= 1_536)
        }
    }

    private static let longestHost = Array(repeating: String(repeating: "h", count: 62), count: 4)
        .joined(separator: ".")

    @Test("Content is passed on as it came: nothing is decompressed here")
    func compressed() async throws {
        try await AttackTable.perform([
            .passed(
                "a bomb",
                Attack.post(
                    "Content-Encoding: gzip\r\nContent-Length: 10\r\n", "\u{1F}\u{8B}12345678")
            ) { $0.values("Content-Encoding") == ["gzip"] && $0.values("Content-Length") == ["10"] }
        ])
    }
}
