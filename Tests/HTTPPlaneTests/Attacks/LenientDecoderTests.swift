// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPPlane
import Transport
import Testing

/// What decoders in use let through, and this proxy does not.
@Suite("Attacks: where a stock decoder is too lenient")
struct LenientDecoderTests {
    @Test("Two ways to tell the length of a body are one too many")
    func framing() async throws {
        try await AttackTable.perform([
            .refused(
                "empty coding and a length",
                Attack.ambiguous("Transfer-Encoding:\r\nContent-Length: 5\r\n"),
                "ambiguous_framing"),
            .refused(
                "a list that begins with nothing",
                Attack.ambiguous("Transfer-Encoding: ,chunked\r\n"), "ambiguous_framing"),
            .refused(
                "compressed chunks", Attack.ambiguous("Transfer-Encoding: gzip, chunked\r\n"), 501,
                "unsupported_transfer_coding"),
            .refused(
                "chunks of HTTP/1.0",
                Attack.request(
                    "POST /v1/invoices HTTP/1.0", "Transfer-Encoding: chunked\r\n", "0\r\n\r\n"),
                "ambiguous_framing"),
        ])
    }

    @Test("A length has one spelling", arguments: [["0010", "00", "0200", "010", "+10"]])
    func lengths(_ spellings: [String]) async throws {
        try await AttackTable.perform(
            spellings.map {
                .refused(
                    "length \($0)", Attack.post("Content-Length: \($0)\r\n", "helloworld"),
                    "ambiguous_framing")
            })
    }

    @Test("A name with an underscore is nobody else's: it is dropped where that one would be")
    func underscores() async throws {
        let dropped = [
            "Transfer_Encoding: chunked", "Content_Length: 5", "X_Forwarded_For: 10.0.0.1",
            "Countersign_Subject: root", "x_api_key: none", "REMOTE_USER: root",
            "X-Remote_User: root", "X_WebAuth_User: root", "SSL_CLIENT_VERIFY: SUCCESS",
        ]
        let rows = dropped.map { line in
            Attack.passed(line, Attack.get(line + "\r\n")) { request in
                !request.fields.contains { $0.name.contains("_") } && request.body.isEmpty
                    && request.values("X-Forwarded-For") == ["127.0.0.1"]
            }
        }
        let kept = ["A_: b", "api_key: k", "api_access_token: t"].map { line in
            Attack.passed(line, Attack.get(line + "\r\n")) { request in
                request.fields.contains { "\($0.name): \($0.value)" == line }
            }
        }
        try await AttackTable.perform(rows + kept)
    }

    @Test("A value beyond ASCII passes as it came, and decides nothing")
    func opaqueBytes() async throws {
        let bytes = ["\u{80}", "\u{85}", "\u{A0}", "\u{C3}\u{A9}", "\u{FF}"]
        func refused(_ line: String, _ reason: String, _ status: Int = 400) -> Attack {
            .refused(line.debugDescription, Attack.get(line + "\r\n"), status, reason)
        }
        var rows: [Attack] = []
        for byte in bytes {
            for name in ["X-Other", "Cookie", "User-Agent", "api_key"] {
                let value = "a\(byte)b"
                let text = Attack.get("\(name): \(value)\r\n")
                rows.append(
                    .passed(text.debugDescription, text) { $0.values(name) == [value] })
            }
            let foreign = Attack.get("").replacing("{key}", with: "{key}\(byte)")
            rows += [
                refused("Host: a\(byte)b", "malformed_host"),
                refused("Content-Length: 5\(byte)", "ambiguous_framing"),
                refused("Transfer-Encoding: \(byte)chunked", "ambiguous_framing"),
                refused("Connection: a\(byte)b", "malformed_header"),
                refused("Expect: \(byte)100-continue", "unknown_expectation", 417),
                refused("X\(byte): b", "malformed_header"),
                .denied(foreign.debugDescription, foreign, 401, "unknown_key"),
            ]
        }
        for byte in ["\u{7F}", "\u{0}", "\u{1F}", "\u{1B}[0m"] {
            for name in ["X-Other", "Cookie", "Host", "X-Api-Key"] {
                rows.append(refused("\(name): a\(byte)b", "malformed_header"))
            }
        }
        try await AttackTable.perform(rows)
    }

    @Test("There is one Host, and it names a host")
    func host() async throws {
        let values = [
            "", " ", "user@api.example.com", "api.example.com/path", "a.example.com, b.example.com",
            "api.example.com api.example.com", "api.example.com::", "api.example.com:0",
            "api.example.com:65536", "api.example.com:080", "api.example.com:8o", ".", "..",
            ".example.com", "api..example.com", "api.example.com..", "[::1", "::1", "[::1%25eth0]",
            "[v1.a]", "127.1", "0x7f000001", "2130706433", "api.example.com?x", "%61pi.example.com",
            "http://api.example.com", "*", "a\tb",
        ]
        func line(_ hosts: String) -> String {
            "GET /v1/invoices/1 HTTP/1.1\r\nX-Api-Key: {key}\r\n\(hosts)\r\n"
        }
        try await AttackTable.perform(
            values.map {
                .refused("host \($0)", line("Host: \($0)\r\n"), "malformed_host")
            } + [
                .refused("no host", line(""), "malformed_host"),
                .refused(
                    "two hosts", line("Host: api.example.com\r\nHost: internal\r\n"),
                    "malformed_host"),
                .refused(
                    "one host twice",
                    line("Host: api.example.com\r\nhost: api.example.com\r\n"), "malformed_host"),
                Attack.passed(
                    "no host of HTTP/1.0, where one service is there for all hosts",
                    "GET /v1/invoices/1 HTTP/1.0\r\nX-Api-Key: {key}\r\n\r\n"
                ) { $0.values("Host").count == 1 && $0.values("X-Forwarded-Host").isEmpty }.closing,
            ]
                + ["api.example.com.", "API.example.com:", "api.example.com.:"].map { value in
                    .passed("host \(value)", line("Host: \(value)\r\n")) {
                        $0.values("Host") == ["api.example.com"]
                            && $0.values("X-Forwarded-Host") == ["api.example.com"]
                    }
                })
    }

    @Test("An absolute target names the same host as Host, and is not passed on")
    func absoluteTargets() async throws {
        func get(_ target: String) -> String { Attack.request("GET \(target) HTTP/1.1") }
        let path = "/v1/invoices/1"
        try await AttackTable.perform([
            .passed("same host", get("http://api.example.com\(path)")) {
                $0.startLine == "GET \(path) HTTP/1.1" && $0.values("Host") == ["api.example.com"]
            },
            .passed("same host in capitals", get("HTTP://API.EXAMPLE.COM\(path)")) {
                $0.startLine == "GET \(path) HTTP/1.1" && $0.values("Host") == ["api.example.com"]
            },
            .passed("usual port", get("http://api.example.com:80\(path)")) {
                $0.startLine == "GET \(path) HTTP/1.1" && $0.values("Host") == ["api.example.com"]
            },
            .refused("scheme of TLS", get("https://api.example.com\(path)"), "malformed_target"),
            .refused("other host", get("http://internal\(path)"), "malformed_host"),
            .refused("other port", get("http://api.example.com:81\(path)"), "malformed_host"),
            .refused("no host", get("http://\(path)"), "malformed_target"),
            .refused(
                "user", get("http://api.example.com@internal\(path)"), "malformed_target"),
            .refused("other scheme", get("ftp://api.example.com\(path)"), "malformed_target"),
            .denied("no scheme", get("//api.example.com\(path)"), 404, "unlisted_route"),
            .refused("scheme alone", get("http:\(path)"), "malformed_target"),
            .refused("file", get("file://\(path)"), "malformed_target"),
        ])
    }

    @Test("Methods and targets that are for other servers are refused")
    func forms() async throws {
        func line(_ text: String) -> String { Attack.request(text + " HTTP/1.1") }
        try await AttackTable.perform(
            [
                "CONNECT api.example.com:443", "CONNECT /v1/invoices/1", "TRACE /v1/invoices/1",
                "OPTIONS *", "GET *", "TRACK /v1/invoices/1",
            ].map {
                $0.hasPrefix("TRACK")
                    ? .denied($0, line($0), 405, "method_not_allowed")
                    : .refused($0, line($0), 405, "method_not_supported")
            }
                + [
                    ("GET /v1/invoices/1#x", "malformed_target"),
                    ("GET /v1/invoices\\1", "malformed_path"),
                    ("GET /v1/invoices/1?a#b", "malformed_target"),
                    ("GET /v1/invoices/1%00", "malformed_path"),
                    ("GET /v1/invoices/1%0d%0aX:%20y", "malformed_path"),
                    ("GET /v1/invoices/\u{C0}\u{AF}", "malformed_path"),
                    ("GET v1/invoices/1", "malformed_target"),
                ].map { .refused($0.0.debugDescription, line($0.0), $0.1) })
    }

    @Test("What HTTP/1.1 could be talked out of is not passed on")
    func upgrades() async throws {
        try await AttackTable.perform([
            .passed(
                "to HTTP/2",
                Attack.get(
                    "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                        + "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n")
            ) { request in
                ["Connection", "Upgrade", "HTTP2-Settings"].allSatisfy {
                    request.values($0).isEmpty
                }
            },
            .denied(
                "to a web socket",
                Attack.get(
                    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"), 501,
                "upgrade_not_supported"),
            .passed("that no Connection names", Attack.get("Upgrade: websocket\r\n")) {
                $0.values("Upgrade").isEmpty
            },
            .refused(
                "HTTP/2 at once", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "unsupported_version"),
            .refused("TLS", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{A}", "malformed_request_line"),
        ])
    }

    @Test("A body goes where its request goes, whatever the method, and keeps its length")
    func bodies() async throws {
        let hidden = Attack.smuggled
        try await AttackTable.perform(
            [
                .passed(
                    "GET", Attack.get("Content-Length: 5\r\n", "hello")
                ) { $0.body == "hello" && $0.values("Content-Length") == ["5"] },
                .passed(
                    "GET in chunks",
                    Attack.get("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n")
                ) { $0.body == "hello" && $0.values("Transfer-Encoding") == ["chunked"] },
                .passed(
                    "GET with a length of nothing", Attack.get("Content-Length: 0\r\n")
                ) { $0.body.isEmpty && $0.values("Content-Length") == ["0"] },
                .passed(
                    "PUT with a request inside",
                    Attack.request(
                        "PUT /v1/invoices/1 HTTP/1.1",
                        "Content-Length: \(hidden.replacing("{key}", with: "k").utf8.count)\r\n",
                        hidden.replacing("{key}", with: "k"))
                ) { $0.body.hasPrefix("GET /v1/invoices/smuggled") },
            ]
                + ["DELETE", "OPTIONS", "PATCH"].map {
                    .denied(
                        $0,
                        Attack.request(
                            "\($0) /v1/invoices/1 HTTP/1.1", "Content-Length: 5\r\n", "hello"),
                        405, "method_not_allowed")
                })
    }

    @Test("Nothing is read after a connection's last request")
    func afterClose() async throws {
        var last = Attack.passed("close", Attack.get("Connection: close\r\n"))
        last = last.closing
        var old = Attack.passed("HTTP/1.0", Attack.request("GET /v1/invoices/1 HTTP/1.0"))
        old = old.closing
        try await AttackTable.perform([last, old])
    }
}
