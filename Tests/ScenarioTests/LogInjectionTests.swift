// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import TestSupport
import Testing

@Suite struct `Text that is meant for a log or a terminal` {
    /// What claims may hold and terminals, spreadsheets and parsers may take for something else.
    private static let hostile = [
        "\u{202E}txt.exe", "a\u{200B}b", "\u{2066}x\u{2069}", "\u{2028}y", "\u{FEFF}", "\u{E000}",
        "\u{1F600}", "\"},\"x\":\"", "\\u001b[2J", "\\", "=cmd|'/C calc'!A0", "+1", "-1",
        "@SUM(A1)",
        "{\"$ne\":1}", "CEF:0|a|b", "<script>alert(1)</script>", "%0d%0a", "e\u{301}", "\u{AD}",
    ]
    /// What must never reach a terminal as it is.
    private static let dangerous: Set<Unicode.Scalar> = [
        "\u{202E}", "\u{200B}", "\u{2066}", "\u{2069}", "\u{2028}", "\u{FEFF}", "\u{E000}",
        "\u{AD}",
        "\u{7}", "\u{8}", "\u{9B}", "\u{0}",
    ]

    /// A token whose roles and session are hostile.
    private static func token() throws -> String {
        func quoted(_ text: String) -> String {
            var bytes: [UInt8] = []
            CanonicalJSON.append(string: text.utf8, to: &bytes)
            return String(decoding: bytes, as: UTF8.self)
        }
        let roles = (["reader"] + hostile).map(quoted).joined(separator: ",")
        return try Provider.token(
            Provider.claims.with("exp", "4102444800").with("nbf", nil).with("iat", nil)
                .with("roles", "[\(roles)]").with("sid", quoted(hostile.joined()))
                .with("name", quoted("\u{202E}ecila")))
    }

    @Test func `stays one line of canonical JSON, and is shown as what it is`() async throws {
        try await scenario {
            let site = try Site(rate: "rate: 100000/m, burst: 100000")
            try site.trustProvider()
            let server = try site.serve()
            let good = try Self.token()
            let answer = try server.exchange(
                "GET /invoices/1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(good)\r\n\r\n"
            )
            #expect(answer.status == 200, "\(answer.text)")
            let uid = try #require(answer.record)
            for text in Self.hostile.filter({ $0.utf8.allSatisfy { (0x20...0x7E).contains($0) } }) {
                for field in [
                    "User-Agent", "Referer", "X-Forwarded-For", "traceparent", "X-Request-ID",
                ] {
                    let answer = try server.exchange(
                        site.request("GET /invoices/1", "\(field): \(text)\r\n"))
                    #expect(answer.status == 200, "\(field): \(text)")
                }
                _ = try server.exchange(
                    "GET /invoices/1 HTTP/1.1\r\nHost: \(text)\r\nX-Api-Key: \(site.key)\r\n\r\n")
                _ = try server.exchange(site.request("GET /\(text)"))
                _ = try server.exchange(site.request("GET /invoices/1?\(text)"))
            }
            // Bytes that no field may hold, in each place; those beyond ASCII are opaque in two of them.
            for byte in [
                "\u{0}", "\u{1B}[2J", "\u{1B}]0;x\u{7}", "\r", "\n", "\u{85}", "\u{9B}2J", "\u{7F}",
            ] {
                for request in [
                    site.request("GET /invoices/\(byte)"), site.request("GET /invoices/1?\(byte)"),
                    site.request("GET /invoices/1", "User-Agent: a\(byte)b\r\n"),
                    site.request("GET /invoices/1", "X\(byte): b\r\n"),
                    "GET / HTTP/1.1\r\nHost: a\(byte)b\r\n\r\n",
                    "G\(byte)T / HTTP/1.1\r\nHost: a\r\n\r\n",
                ] {
                    let answer = try server.exchange(request)
                    let isOpaque =
                        ["\u{85}", "\u{9B}2J"].contains(byte)
                        && ["?\(byte)", "User-Agent"].contains(
                            where: request.contains)
                    #expect(
                        isOpaque ? answer.status == 200 : answer.status >= 400,
                        "\(request.debugDescription)")
                    #expect(answer.record != nil)
                }
            }
            #expect(try server.stop().status == 0)
            try expectLines(site)
            try expectVisible(site, uid)
            try expectTamperedVisible(site)
        }
    }

    /// As many lines as records, each canonical, with nothing in it that breaks a line.
    private func expectLines(_ site: Site) throws {
        let lines = try site.read("log", "tail", "--json", "-n", "100000").text
            .split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.last?.isEmpty == true && lines.count > 135)
        for (index, line) in lines.dropLast().enumerated() {
            let value = try JSONParser.parse(Array(line.utf8), as: .strict, deepest: 8)
            #expect(value[path: "written", "index"]?.integer == Int64(index))
            #expect(line.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
        }
        _ = try site.read("verify")
    }

    /// On a terminal, everything that is not plainly visible is spelt out.
    private func expectVisible(_ site: Site, _ uid: String) throws {
        let shown = try onTerminal(site, "log get \(uid)")
        for text in ["\\u{202e}", "\\u{200b}", "\\u{2028}", "\\u{feff}", "=cmd|'/C calc'!A0"] {
            #expect(shown.contains(text), "\(text)")
        }
        let lines = try onTerminal(site, "log tail --json -n 100000")
        for text in ["\\u202e", "\\u200b", "\\u2028", "\\ufeff"] {
            #expect(lines.contains(text), "\(text)")
        }
        #expect(!lines.contains("\u{1B}"))
        _ = try onTerminal(site, "log tail -n 100000")
    }

    /// A log that somebody has written into moves no cursor either.
    private func expectTamperedVisible(_ site: Site) throws {
        let entries = "site/log/segments/00000000/entries"
        let (old, new) = (Array("/invoices/{id}".utf8), Array("\\u001b[2J/invo".utf8))
        var bytes = try site.folder.bytes(entries)
        while let found = bytes.firstRange(of: old) { bytes.replaceSubrange(found, with: new) }
        try site.folder.write(bytes, to: entries)
        // What the commit journal still holds would be shown instead.
        for name in try site.folder.files(below: "site/log") where name.contains("commits.") {
            try site.folder.write([], to: "site/log/\(name)")
        }
        // Nothing that was not signed is shown, whatever it holds; a reading that would be recorded is refused.
        let shown = try onTerminal(site, "log tail --sealed -n 100000", status: 10)
        #expect(shown.contains("not what was signed"))
        #expect(!shown.contains("[2J"))
        _ = try onTerminal(site, "log tail -n 100000", status: 10)
    }

    /// What a command writes to a terminal; of escapes only colours.
    private func onTerminal(
        _ site: Site, _ command: String, status: Int32 = 0
    ) throws -> String {
        let text = "\(try Program.countersign.path()) \(command) -c \(Site.configuration)"
        let script = try ChildProcess(
            "/usr/bin/script", ["-qec", text, "/dev/null"], in: site.folder.path,
            environment: ["TERM": "xterm", "HOME": site.folder.path])
        let ending = try script.ending()
        #expect(ending.status == status, "\(command): \(ending.text)")
        let shown = ending.text.unicodeScalars
        #expect(shown.count > 100)
        #expect(!shown.contains { Self.dangerous.contains($0) }, "\(command)")
        let uncoloured = ending.text.replacing(/\u{1B}\[[0-9;]*m/, with: "")
        #expect(!uncoloured.contains("\u{1B}"), "\(command)")
        return ending.text
    }
}
