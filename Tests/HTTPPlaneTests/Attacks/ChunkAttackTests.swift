// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPPlane
import Transport
import Testing

/// Chunked bodies that end elsewhere for another reader.
@Suite("Attacks: chunked bodies")
struct ChunkAttackTests {
    @Test("Lines of chunks end in CRLF and nothing else: TERM.EXT to TWO.ZERO")
    func lineEnds() async throws {
        var rows: [Attack] = []
        for end in ["\n", "\r", "\rX", "\r\r", "\r\r\n", "\n\r", "X\r\n", "\0\r\n", "", "\u{85}"] {
            rows += [
                // TERM.EXT, ONE.TWO, ZERO.TWO: the line of a size.
                .cut("5\(end)hello\r\n0\r\n\r\n" + Attack.smuggled),
                // EXT.TERM: the line of an extension, behind which another reader finds chunks.
                .cut("5;a\(end)0\r\n\r\n" + Attack.smuggled),
                // TERM.SPILL, SPILL.TERM, TWO.ONE, TWO.ZERO: what follows the content.
                .cut("5\r\nhello\(end)0\r\n\r\n" + Attack.smuggled),
                // The last chunk, a trailer and the very end.
                .cut("5\r\nhello\r\n0\(end)X-Trailer: a\r\n\r\n" + Attack.smuggled),
                .cut(
                    "5\r\nhello\r\n0\r\nX-Trailer: a\(end == "" ? "\n" : end)\r\n" + Attack.smuggled
                ),
            ]
        }
        for end in ["\n", "\r\r", "\rX", "\r"] {
            rows.append(.cut("5\r\nhello\r\n0\r\n\(end)" + Attack.smuggled))
        }
        // Harmless: X belongs to the value of the trailer.
        rows.removeAll { $0.text.contains("X-Trailer: aX\r\n") }
        try await AttackTable.perform(rows)
    }

    @Test("A size has one form")
    func sizes() async throws {
        let sizes = [
            "", "0x5", "0X5", "x5", "+5", "-5", "_5", "5_0", " 5", "5 ", "\t5", "5\t", "5 5", "5,5",
            "5.0", "g", "5g", "five", "\"5\"", "%35", "\u{B2}", "\u{0}5", "5\u{0}", "5h",
            "ffffffffffffffff", "10000000000000005", "ffffffffffffffffffffffff", "7fffffffffffffff",
            "00000000000000005", String(repeating: "0", count: 5_000) + "5",
        ]
        try await AttackTable.perform(
            sizes.map { .cut("\($0)\r\nhello\r\n0\r\n\r\n" + Attack.smuggled) })
    }

    @Test("Extensions hold tokens and quoted strings, and little of them")
    func extensions() async throws {
        let malformed = [
            ";", " ", ";a ", ";a=b ", ";a=", ";a=\"\r\n\"", ";a=\"\n\"", ";a=\"", ";a=\"b\"c",
            ";a b",
            ";a=b=c", ";a\u{0}", ";a=\"\u{0}\"", ";a=\u{FF}", ";=b", ";a;", ";a,b", ";\u{B}a",
            ";a=\"\\\r\n\"",
        ]
        let dropped = [
            "", ";a;b=c", "; a", " ;a", "\t; a = b", ";a=\"b\"", ";a=\"0\\\" ;\" ;b",
            ";a=\"\u{FF}\"",
        ]
        let long = String(repeating: "a", count: 65_536)
        var rows: [Attack] = malformed.map {
            .cut("5\($0)\r\nhello\r\n0\r\n\r\n" + Attack.smuggled)
        }
        rows += [
            .cut("5;\(long)\r\nhello\r\n0\r\n\r\n", "framing_overhead"),
            .cut("5;a=\(long)\r\nhello\r\n0\r\n\r\n", "framing_overhead"),
            .cut(
                String(repeating: "1;\(long.prefix(250))\r\nx\r\n", count: 200) + "0\r\n\r\n",
                "framing_overhead"),
        ]
        for text in dropped {
            let body = "5\(text)\r\nhello\r\n0\(text)\r\n\r\n"
            rows.append(
                .passed(
                    text.debugDescription, Attack.post("Transfer-Encoding: chunked\r\n", body)
                ) { $0.body == "hello" })
        }
        try await AttackTable.perform(rows)
    }

    @Test("Trailers are dropped, whatever they say")
    func trailers() async throws {
        let names = [
            "Host", "Authorization", "Content-Type", "Content-Length", "Transfer-Encoding",
            "Cookie",
            "X-Api-Key", "X-Forwarded-For", "X-Forwarded-Host", "Countersign-Subject", "Connection",
            "Trailer", "Expect", "X-Http-Method-Override", "X-Harmless", "Content_Length",
            "X_\u{7C}",
        ]
        try await AttackTable.perform(
            names.map { name in
                .passed(
                    "trailer \(name)",
                    Attack.post(
                        "Trailer: \(name)\r\nTransfer-Encoding: chunked\r\n",
                        "5\r\nhello\r\n0\r\n\(name): evil\r\n\r\n")
                ) { request in
                    request.body == "hello" && request.values("Trailer").isEmpty
                        && !request.fields.contains { $0.value.contains("evil") }
                }
            } + [
                .cut("5\r\nhello\r\n0\r\n Host: evil\r\n\r\n" + Attack.smuggled),
                .cut("5\r\nhello\r\n0\r\nHost : evil\r\n\r\n" + Attack.smuggled),
                .cut("5\r\nhello\r\n0\r\nX: \u{0}\r\n\r\n" + Attack.smuggled),
                .cut("5\r\nhello\r\n0\r\n" + Attack.smuggled),
                .cut(
                    "0\r\n" + String(repeating: "A: b\r\n", count: 33) + "\r\n", "framing_overhead"),
                .cut(
                    "0\r\nA: " + String(repeating: "b", count: 8_192) + "\r\n\r\n",
                    "framing_overhead"),
            ])
    }

    @Test("A length that is followed by chunks is a length")
    func lengthThenChunks() async throws {
        let body = "0\r\n\r\n"
        try await AttackTable.perform([
            .passed(
                "five bytes", Attack.post("Content-Length: \(body.utf8.count)\r\n", body)
            ) { $0.body == body && $0.values("Content-Length") == ["5"] }
        ])
    }
}
