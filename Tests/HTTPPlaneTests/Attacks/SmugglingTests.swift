// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPPlane
import Transport
import Testing

/// Requests that two readers would take for different ones.
@Suite("Attacks: request smuggling")
struct SmugglingTests {
    @Test("CL.TE and TE.CL: both readings are refused")
    func both() async throws {
        let length = "Content-Length: 5\r\n"
        let chunks = "Transfer-Encoding: chunked\r\n"
        try await AttackTable.perform(
            [
                length + chunks, chunks + length, length + "Transfer-Encoding: identity\r\n",
                "Content-Length: 0\r\n" + chunks, chunks + "Content-Length: 0\r\n",
                length + chunks + chunks, length + length + chunks,
            ].map { .refused($0.debugDescription, Attack.ambiguous($0), "ambiguous_framing") })
    }

    @Test("TE.TE: there is one spelling of chunked, and no list")
    func codings() async throws {
        let values = [
            "", "\tchunked", "chunked\t", " \t chunked",
            ",chunked",
            "chunked,", ", chunked", "chunked, chunked", "chunked,chunked", "identity",
            "chunked, identity", "identity, chunked", "chunked, gzip", "gzip", "xchunked",
            "chunkedx",
            "x chunked", "chunked x", "chunked;q=1", "chunked; a=b", "chunked=1", "\"chunked\"",
            "'chunked'", "chu\"nked\"", "c hunked", "chunk", "cow, chunked", "gzip;q=1, chunked",
            "chunked, cow", "%63hunked", "(x) chunked", "\u{FF}chunked", "chunked\u{FF}",
            "\u{85}chunked", "\u{A0}chunked", "CHUNKED, Chunked",
        ]
        try await AttackTable.perform(
            values.map {
                .refused(
                    "coding \($0.debugDescription)",
                    Attack.ambiguous("Transfer-Encoding: \($0)\r\n"), "ambiguous_framing")
            }
                + [
                    "chunked\r\nTransfer-Encoding: chunked",
                    "chunked\r\ntransfer-encoding: identity",
                    "identity\r\nTransfer-Encoding: chunked", "chunked\r\nTransfer-Encoding:",
                ].map {
                    .refused(
                        "codings \($0.debugDescription)",
                        Attack.ambiguous("Transfer-Encoding: \($0)\r\n"), "ambiguous_framing")
                }
                + ["Chunked", "CHUNKED", "chunKed"].map {
                    .passed(
                        "coding \($0)",
                        Attack.post("Transfer-Encoding: \($0)\r\n", "5\r\nhello\r\n0\r\n\r\n")
                    ) { $0.values("Transfer-Encoding") == ["chunked"] && $0.body == "hello" }
                })
    }

    @Test("TE.TE: a coding cannot be hidden from one of two readers")
    func hiddenCodings() async throws {
        let lines = [
            "Transfer-Encoding: \u{B}chunked", "Transfer-Encoding: \u{C}chunked",
            "Transfer-Encoding: \u{0}chunked", "Transfer-Encoding: chunked\u{0}",
            "Transfer-Encoding: chunked\u{1F}", "Transfer-Encoding : chunked",
            "Transfer-Encoding\t: chunked", " Transfer-Encoding: chunked",
            "\tTransfer-Encoding: chunked", "Transfer-Encoding\u{B}: chunked",
            "Transfer-Encoding\u{0}: chunked", "Transfer-Encoding:\r\n chunked",
            "Transfer-Encoding:\r\n\tchunked", "Transfer-Encoding\r\n: chunked",
            "Transfer-Encoding: chunked\r", "Transfer-Encoding: chunked\n X: y",
            "\"Transfer-Encoding\": chunked",
            "X: 1\nTransfer-Encoding: chunked", "X: 1\rTransfer-Encoding: chunked",
            "X: 1\n\rTransfer-Encoding: chunked", "Transfer Encoding: chunked",
            "Transfer-Encoding", "Transfer-Encoding chunked", ": chunked",
        ]
        try await AttackTable.perform(
            lines.flatMap { line in
                ["", "Content-Length: 5\r\n"].map {
                    .refused(
                        line.debugDescription + $0.debugDescription,
                        Attack.ambiguous($0 + line + "\r\n"), "malformed_header")
                }
            })
    }

    @Test("CL.CL: a length is one decimal number, said once")
    func lengths() async throws {
        let values = [
            "", "5, 5", "5,5", "5,6", ",5", "5,", "+5", "-5", "-0", "+0", "0x5", "0X5", "5h", "05",
            "0o5", "0b101", "a", "5_0", "5 0", "5 5", "5.0", "5e0", "\"5\"", "5;a=b", "\t5", "5\t",
            "9007199254740993", "9223372036854775808", "18446744073709551616", "5\u{A0}",
            "18446744073709551621", "99999999999999999999999999",
        ]
        try await AttackTable.perform(
            values.map {
                .refused(
                    "length \($0.debugDescription)",
                    Attack.ambiguous("Content-Length: \($0)\r\n"), "ambiguous_framing")
            }
                + [
                    ["5", "5"], ["5", "6"], ["0", "5"], ["5", ""],
                ].map { pair in
                    .refused(
                        "lengths \(pair)",
                        Attack.ambiguous(
                            pair.map { "Content-Length: \($0)\r\n" }.joined()), "ambiguous_framing")
                }
                + [
                    "Content-Length : 5", "Content-Length\t: 5", " Content-Length: 5",
                    "Content-Length: 5\u{0}", "Content-Length:\r\n 5",
                    "Content-Length\u{0}: 5", "X: y\nContent-Length: 5", "Content Length: 5",
                ].map {
                    .refused(
                        $0.debugDescription, Attack.ambiguous($0 + "\r\n"), "malformed_header")
                })
    }

    @Test("obs-fold, bare line ends and NUL are refused at every place of a head")
    func lineEnds() async throws {
        let line = "GET /v1/invoices/1 HTTP/1.1"
        let fields = ["Host: api.example.com", "X-Api-Key: {key}", "X-Other: value"]
        var rows: [Attack] = []
        for (end, name) in [
            ("\n", "LF"), ("\r", "CR"), ("\n\r", "LF CR"), ("\r\r\n", "CR CR LF"),
            ("\0\r\n", "NUL"),
            ("\u{B}\r\n", "VT"), ("\r\n ", "fold"), ("\r\n\t", "tab fold"),
        ] {
            for place in 0...fields.count {
                var lines = [line] + fields
                lines[place] += end
                let text = lines.map { $0.hasSuffix(end) ? $0 : $0 + "\r\n" }.joined()
                let isLine = place == 0 && !name.hasSuffix("fold")
                rows.append(
                    .refused(
                        "\(name) after line \(place)", text + "\r\n",
                        isLine ? "malformed_request_line" : "malformed_header"))
            }
        }
        // To nobody here a line end: one byte of a value, or of a host or key that there is not.
        let nel = fields.map { $0 + "\u{85}\r\n" }
        rows += [
            .refused(
                "NEL after the request line", "\(line)\u{85}\r\n\r\n", "malformed_request_line"),
            .refused("NEL after Host", Attack.request(line + "\r\n" + nel[0]), "malformed_host"),
            .denied(
                "NEL after a key", Attack.get("").replacing("{key}", with: "{key}\u{85}"), 401,
                "unknown_key"),
            .passed("NEL after a value", Attack.get(nel[2])) {
                $0.values("X-Other") == ["value\u{85}"]
            },
        ]
        try await AttackTable.perform(rows)
    }

    @Test("A field that one reader sees and another does not is refused (V-H, H-V)")
    func hiddenFields() async throws {
        let lines = [
            " Host: internal", "\tHost: internal", "Host : internal", "Host\t: internal",
            "X: y\r\n Host: internal", "X: y\nHost: internal", "X: y\rHost: internal",
            "Ho\0st: internal", "Host\0: internal", "H\u{B}ost: internal", " Content-Length: 6",
            "Content-Length\r\n: 6", "X: y\r\n\tContent-Length: 6", ":Host: internal",
            ":authority: internal", "Host", "Host internal", "(Host): internal",
            "X-Api-Key : none", " X-Api-Key: none", "X: y\r\n X-Api-Key: none",
        ]
        try await AttackTable.perform(
            lines.map {
                .refused($0.debugDescription, Attack.get($0 + "\r\n"), "malformed_header")
            })
    }

    @Test("A request line has one form")
    func requestLines() async throws {
        let path = "/v1/invoices/1"
        var rows: [Attack] = [
            "GET \(path)", "GET  \(path) HTTP/1.1", "GET \(path)  HTTP/1.1",
            "GET \(path) HTTP/1.1 ",
            " GET \(path) HTTP/1.1", "GET\t\(path) HTTP/1.1", "GET \(path)\tHTTP/1.1",
            "GET \(path) http/1.1", "GET \(path) HTTP/1.1\u{B}", "GET \(path) HTTP/1,1",
            "GET \(path) HTTP/11", "GET \(path) HTTP/1.10", "GET \(path) HTTP/01.1",
            "GET \(path) HTTP /1.1", "GET \(path) XTTP/1.1", "GET \(path) HTTP/1.1 HTTP/1.1",
            "get \(path) HTTP/1.1", "Get \(path) HTTP/1.1", "G=T \(path) HTTP/1.1",
            "G_T \(path) HTTP/1.1", "GET, \(path) HTTP/1.1", "\"GET\" \(path) HTTP/1.1",
            "GET1 \(path) HTTP/1.1", "-GET \(path) HTTP/1.1", "GET- \(path) HTTP/1.1",
            "\(String(repeating: "A", count: 33)) \(path) HTTP/1.1", "GET", "",
            "GET \(path)?a b HTTP/1.1",
            "\u{EF}\u{BB}\u{BF}GET \(path) HTTP/1.1",
            "HTTP/1.1 200 OK", "Host: api.example.com",
        ].map { line in
            .refused(
                line.debugDescription, Attack.request(line.isEmpty ? "\r\n" : line),
                line.contains("\tHTTP") ? "malformed_target" : "malformed_request_line")
        }
        rows += ["HTTP/1.2", "HTTP/1.9"].map {
            .passed($0, Attack.request("GET \(path) \($0)")) {
                $0.startLine == "GET \(path) HTTP/1.1"
            }
        }
        rows += ["HTTP/0.9", "HTTP/2.0", "HTTP/3.0", "HTTP/9.9"].map {
            .refused($0, Attack.request("GET \(path) \($0)"), 505, "unsupported_version")
        }
        rows.append(.passed("one empty line before", "\r\n" + Attack.get("")))
        try await AttackTable.perform(rows)
    }

    @Test("An expectation is answered here, whatever its body does, and never passed on")
    func expectations() async throws {
        try await AttackTable.perform(
            [
                .passed(
                    "with its body",
                    Attack.post("Expect: 100-continue\r\nContent-Length: 5\r\n", "hello")
                ) { $0.values("Expect").isEmpty && $0.body == "hello" },
                .passed(
                    "with chunks",
                    Attack.post(
                        "Expect: 100-Continue\r\nTransfer-Encoding: chunked\r\n",
                        "5\r\nhello\r\n0\r\n\r\n")
                ) { $0.values("Expect").isEmpty && $0.body == "hello" },
                .passed("without a body", Attack.get("Expect: 100-continue\r\n")) {
                    $0.values("Expect").isEmpty
                },
                .passed(
                    "of nothing", Attack.post("Expect: 100-continue\r\nContent-Length: 0\r\n", "")
                ) {
                    $0.values("Expect").isEmpty
                },
            ]
                + [
                    "y 100-continue", "100-continue, 100-continue", "100", "", "100-continue;a",
                    "100_continue", "200-ok", "100-continue\r\nExpect: 100-continue",
                ].map {
                    .refused(
                        "expectation \($0.debugDescription)",
                        Attack.post("Expect: \($0)\r\nContent-Length: 5\r\n", "hello"), 417,
                        "unknown_expectation")
                })
    }
}
