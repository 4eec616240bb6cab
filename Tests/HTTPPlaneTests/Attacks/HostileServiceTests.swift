// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPPlane
import Transport
import Testing

/// Services that were taken over, or were never right.
@Suite("Attacks: hostile services")
struct HostileServiceTests {
    private static let line = "HTTP/1.1 200 OK\r\n"

    private func head(_ fields: String, _ body: String = "") -> String {
        Self.line + fields + "\r\n" + body
    }

    @Test("An answer whose length can be read in two ways is no answer")
    func framing() async throws {
        let both = "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"
        let inside = "0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
        try await HostileAnswerTable.perform(
            [
                both, "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                "Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: 5, 6\r\n",
                "Content-Length: +5\r\n", "Content-Length: -5\r\n", "Content-Length: 0x5\r\n",
                "Content-Length: \r\n", "Content-Length: 5 6\r\n", "Content-Length : 5\r\n",
                "Content-Length: 5\r\n 6\r\n", "Transfer-Encoding:\r\n chunked\r\n",
                "Content-Length: 18446744073709551621\r\n", "Transfer-Encoding: \r\n",
                "Transfer-Encoding: identity\r\n", "Transfer-Encoding: ,chunked\r\n",
                "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: xchunked\r\n",
                "Transfer-Encoding : chunked\r\n", "Transfer-Encoding: chunked\t\r\n",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            ].map { .malformed($0.debugDescription, head($0, inside)) } + [
                .malformed("both, of HTTP/1.0", "HTTP/1.0 200 OK\r\n\(both)\r\n" + inside)
            ])
    }

    @Test("What says one length in an odd way is passed on with that length, and ends there")
    func oddLengths() async throws {
        let next = ok("evil")
        func passed(_ text: String, isKept: Bool = true) -> HostileAnswer {
            HostileAnswer(
                name: text.debugDescription, text: text,
                outcome: .passed(status: 200, body: "hello"), isKept: isKept)
        }
        let lengths = [
            "Content-Length: 05\r\n", "Content-Length: 5\r\nContent-Length: 5\r\n",
            "Content-Length: 5, 5\r\n", "Content-Length:   5 \r\n",
        ]
        let chunks = "5\r\nhello\r\n0\r\n\r\n"
        let old = "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n"
        try await HostileAnswerTable.perform(
            lengths.map { passed(head($0, "hello")) }
                + lengths.map { passed(head($0, "hello" + next), isKept: false) } + [
                    passed(head("Transfer-Encoding: Chunked\r\n", chunks)),
                    passed(old + chunks, isKept: false), passed(old + chunks + next, isKept: false),
                ])
    }

    @Test("A head has no bare CR, no NUL, and nothing before it")
    func heads() async throws {
        let rest = "Content-Length: 5\r\n\r\nhello"
        try await HostileAnswerTable.perform(
            [
                "HTTP/1.1 200 OK\r\nX: y\rSet-Cookie: z\r\n" + rest,
                "HTTP/1.1 200 OK\r\nX: y\r\r\n" + rest, "HTTP/1.1 200 OK\r\r\n" + rest,
                "HTTP/1.1 200 OK\r\nX: y\r\n \r\n" + rest,
                "HTTP/1.1 200 OK\r\nX: y\0\r\n" + rest,
                "HTTP/1.1 200 OK\r\nX: y\r\n z\0\r\n" + rest,
                "HTTP/1.1 200 OK\r\n X: y\r\n" + rest,
                "HTTP/1.1 200 OK\r\nno colon\r\n" + rest,
                "HTTP/1.1 200 OK\r\nno colon: y\r\n" + rest,
                "HTTP/1.1 200 OK\r\n: empty\r\n" + rest, "HTTP/1.1 200 O\rK\r\n" + rest,
                "HTTP/1.1 200 O\0K\r\n" + rest, "HTTP/1.1  200 OK\r\n" + rest,
                "http/1.1 200 OK\r\n" + rest, "HTTP/1.1 20 OK\r\n" + rest,
                "HTTP/1.1 2000 OK\r\n" + rest,
                "HTTP/1.1 0200 OK\r\n" + rest, "HTTP/1.1 099 OK\r\n" + rest,
                "HTTP/1.1 -20 OK\r\n" + rest, "HTTP/2.0 200 OK\r\n" + rest,
                "HTTP/0.9 200 OK\r\n" + rest,
                "ICY 200 OK\r\n" + rest, "\r\nHTTP/1.1 200 OK\r\n" + rest,
                "\nHTTP/1.1 200 OK\r\n" + rest, "hello, world\r\n\r\n",
                "<html>hello</html>\r\n", "\u{15}\u{3}\u{3}\u{0}\u{2}\u{2}\u{28}\n",
                "GET /v1/invoices/1 HTTP/1.1\r\nHost: a\r\n\r\n",
            ].map { .malformed($0.debugDescription, $0) })
    }

    @Test(
        "A head that has one meaning is passed on in one form, and nothing in it is a head of its own"
    )
    func oddHeads() async throws {
        let rest = "Content-Length: 5\r\n\r\nhello"
        try await HostileAnswerTable.perform(
            [
                "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", "HTTP/1.1 200 OK\n" + rest,
                "HTTP/1.1 200 OK\r\nX: y\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nX : y\r\n" + rest, "HTTP/1.1 200 OK\r\nX_Y: z\r\n" + rest,
                "HTTP/1.1 200 OK\r\nX: y\r\n HTTP/1.1 200 OK\r\n" + rest,
                "HTTP/1.1 200 OK\r\nX: y\n\tContent-Length: 6\r\n" + rest,
                "HTTP/1.1 200 OK\r\nContent_Length: 6\r\n" + rest,
                "HTTP/1.1 200 OK\r\nTransfer_Encoding: chunked\r\n" + rest,
                "HTTP/1.1 200 OK\r\nConnection: Set-Cookie\r\nSet-Cookie: a=b\r\n" + rest,
                "HTTP/1.2 200 OK\r\n" + rest, "HTTP/1.1 200 \u{E9}\r\nX: \u{E9}\r\n" + rest,
            ].map {
                HostileAnswer(
                    name: $0.debugDescription, text: $0,
                    outcome: .passed(status: 200, body: "hello"), isKept: true)
            } + [
                HostileAnswer(
                    name: "999", text: "HTTP/1.1 999 Odd\r\n" + rest,
                    outcome: .passed(status: 999, body: "hello"), isKept: true)
            ])
    }

    @Test("Interim answers are many, small and never the answer")
    func interim() async throws {
        let hints = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
        let most = 65_536 / hints.utf8.count
        try await HostileAnswerTable.perform([
            HostileAnswer(
                name: "many", text: String(repeating: hints, count: 100) + ok("hello"),
                outcome: .passed(status: 200, body: "hello"), isKept: true),
            HostileAnswer(
                name: "with a length of nothing",
                text: "HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n" + ok("hello"),
                outcome: .passed(status: 200, body: "hello"), isKept: true),
            HostileAnswer(
                name: "with bare line feeds", text: "HTTP/1.1 100 Continue\n\n" + ok("hello"),
                outcome: .passed(status: 200, body: "hello"), isKept: true),
            .malformed("too many", String(repeating: hints, count: most + 1) + ok("hello")),
            .malformed("a flood", String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 5_000)),
            .malformed("upgrade", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nbytes"),
            .malformed(
                "with a length", "HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\n" + ok("hello")),
            .malformed(
                "with chunks",
                "HTTP/1.1 103 Early Hints\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                    + ok("hello")),
            .broken("and nothing more", hints),
        ])
    }

    @Test("Heads are bounded")
    func headBombs() async throws {
        let long = String(repeating: "a", count: 262_144)
        try await HostileAnswerTable.perform(
            [
                .malformed("one long field", head("X: \(long)\r\nContent-Length: 0\r\n")),
                .malformed(
                    "many fields",
                    head(String(repeating: "A: b\r\n", count: 256) + "Content-Length: 0\r\n")),
                .malformed("no end", long + "aaaa"),
                HostileAnswer(
                    name: "256 fields",
                    text: head(
                        String(repeating: "A: b\r\n", count: 255) + "Content-Length: 2\r\n", "ok"),
                    outcome: .passed(status: 200, body: "ok"), isKept: true),
                HostileAnswer(
                    name: "100 KiB",
                    text: head("X: \(long.prefix(102_400))\r\nContent-Length: 2\r\n", "ok"),
                    outcome: .passed(status: 200, body: "ok"), isKept: true),
            ], paces: [.burst])
    }

    @Test("Chunks of an answer are bounded where those of a request are; only sizes may be padded")
    func chunks() async throws {
        let fields = "Transfer-Encoding: chunked\r\n"
        try await HostileAnswerTable.perform(
            [
                "5\nhello\r\n0\r\n\r\n", "5\r\nhello\n0\r\n\r\n", "5\r\nhello0\r\n\r\n",
                "5\r\nhelloX\r\n0\r\n\r\n", "0x5\r\nhello\r\n0\r\n\r\n", " 5\r\nhello\r\n0\r\n\r\n",
                "5 \nhello\r\n0\r\n\r\n", "5 5\r\nhello\r\n0\r\n\r\n",
                "-5\r\nhello\r\n0\r\n\r\n",
                "ffffffffffffffff\r\nhello\r\n0\r\n\r\n", "zz\r\n", "\r\n",
                "00000000000000005\r\nhello\r\n0\r\n\r\n",
                "5;\(String(repeating: "a", count: 300))\r\nhello\r\n0\r\n\r\n",
                "5\(String(repeating: " ", count: 300))\r\nhello\r\n0\r\n\r\n",
                "5;a=\"\r\n\"\r\nhello\r\n0\r\n\r\n", "5\r\nhello\r\n0\r\n\n",
                "5\r\nhello\r\n0\r\nBad : x\r\n\r\n",
                "5\r\nhello\r\n0\r\n" + String(repeating: "A: b\r\n", count: 33) + "\r\n",
            ].map { .malformed($0.debugDescription, head(fields, $0)) }
                + [
                    "5   \r\nhello\r\n0   \r\n\r\n", "5\t;a\r\nhello\r\n0 ;\r\n\r\n",
                    "5 ; a = \"b;\\\"c\"\r\nhello\r\n0\r\n\r\n",
                    "5\r\nhello\r\n0\r\nX_Y: \u{E9}\r\n\r\n",
                ].map {
                    HostileAnswer(
                        name: $0.debugDescription, text: head(fields, $0),
                        outcome: .passed(status: 200, body: "hello"), isKept: true)
                })
    }

    @Test("An answer that does not come to its end is no answer")
    func broken() async throws {
        let chunked = "Transfer-Encoding: chunked\r\n"
        try await HostileAnswerTable.perform([
            .broken("nothing", ""), .broken("half a line", "HTTP/1.1 2"),
            .broken("half a head", "HTTP/1.1 200 OK\r\nContent-Len"),
            .broken("HTTP/0.9", "hello, world"),
            .broken("a head and no body", head("Content-Length: 5\r\n")),
            .broken("half a body", head("Content-Length: 5\r\n", "hel")),
            .broken("no chunk", head(chunked)), .broken("half a size", head(chunked, "5")),
            .broken("half a chunk", head(chunked, "5\r\nhel")),
            .broken("no last chunk", head(chunked, "5\r\nhello\r\n")),
            .broken("half a last chunk", head(chunked, "5\r\nhello\r\n0\r\n")),
        ])
    }

    @Test("A connection with more on it than its answer is not used again")
    func leftovers() async throws {
        let next = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
        func left(
            _ name: String, _ text: String, _ status: Int = 200, _ body: String = "hello",
            method: String = "GET"
        ) -> HostileAnswer {
            HostileAnswer(
                name: name, text: text, method: method, outcome: .passed(status: status, body: body)
            )
        }
        func kept(
            _ name: String, _ text: String, _ status: Int = 200, method: String = "GET"
        ) -> HostileAnswer {
            HostileAnswer(
                name: name, text: text, method: method,
                outcome: .passed(status: status, body: ""), isKept: true)
        }
        try await HostileAnswerTable.perform([
            left("another answer", ok("hello") + next), left("an empty line", ok("hello") + "\r\n"),
            left("a byte", ok("hello") + "x"), left("a longer body", ok("hello") + "hello"),
            left(
                "after chunks",
                head("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n") + next),
            left("204 with a body", "HTTP/1.1 204 No Content\r\n\r\n" + next, 204, ""),
            left("304 with a body", "HTTP/1.1 304 Not Modified\r\n\r\n" + next, 304, ""),
            left(
                "304 with an announced body",
                "HTTP/1.1 304 Not Modified\r\nContent-Length: 49\r\n\r\n" + next, 304, ""),
            left(
                "HEAD with a body", head("Content-Length: \(next.utf8.count)\r\n") + next, 200, "",
                method: "HEAD"),
            left(
                "204 with an announced body",
                "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello", 204, ""),
            left(
                "204 with chunks",
                "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 204, ""),
            kept("HEAD with a body announced", head("Content-Length: 49\r\n"), method: "HEAD"),
            kept(
                "HEAD with chunks announced", head("Transfer-Encoding: chunked\r\n"), method: "HEAD"
            ),
            kept("HEAD without", head("Content-Length: 0\r\n"), method: "HEAD"),
            kept("304 announced", "HTTP/1.1 304 Not Modified\r\nContent-Length: 49\r\n\r\n", 304),
            kept("204 announced", "HTTP/1.1 204 No Content\r\nContent-Length: 49\r\n\r\n", 204),
            kept("204 chunked", "HTTP/1.1 204 x\r\nTransfer-Encoding: chunked\r\n\r\n", 204),
            HostileAnswer(
                name: "an honest answer", text: ok("hello"),
                outcome: .passed(status: 200, body: "hello"), isKept: true),
        ])
    }
}
