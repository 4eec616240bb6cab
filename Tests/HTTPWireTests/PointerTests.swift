// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPWire
import Testing

@Suite struct `A pointer to the service` {
    /// What a field becomes for a client at `https://proxy.example` before `http://10.0.0.5:8081`, unless a
    /// test says otherwise.
    private func rewritten(
        _ line: String,
        service: (isSecure: Bool, host: String, port: UInt16) = (
            false, "10.0.0.5", 8081
        ), told: String = "10.0.0.5:8081", client: String = "proxy.example", isSecure: Bool = true
    ) throws -> String {
        let head = try response("HTTP/1.1 302 Found\r\n\(line)\r\nContent-Length: 0\r\n\r\n")
        #expect(head.hasPointer)
        var output: [UInt8] = []
        let origin = try #require(
            WebOrigin(isSecure: service.isSecure, host: service.host, port: service.port))
        head.append(
            toClient: &output, framing: .length(0), connection: .implied, adding: AddedFields(),
            rewriting: PointerRewriting(
                service: origin, told: Array(told.utf8)[...], authority: Array(client.utf8)[...],
                isClientSecure: isSecure))
        let text = output.map { String(UnicodeScalar($0)) }.joined()
        return try #require(text.split(separator: "\r\n").dropFirst().first.map(String.init))
    }

    @Test(
        arguments: [
            ("http://10.0.0.5:8081/a?b=c#d", "https://proxy.example/a?b=c#d"),
            ("http://10.0.0.5:8081", "https://proxy.example"),
            ("http://10.0.0.5:8081?q", "https://proxy.example?q"),
            ("http://10.0.0.5:8081#f", "https://proxy.example#f"),
            ("HTTP://10.0.0.5:8081/A", "https://proxy.example/A"),
            ("http://10.0.0.5:08081/", "https://proxy.example/"),
            ("http://user:secret@10.0.0.5:8081/a", "https://proxy.example/a"),
            ("http://a@b@10.0.0.5:8081/a", "https://proxy.example/a"),
            ("http://[::ffff:10.0.0.5]:8081/a", "https://proxy.example/a"),
            ("http://[::FFFF:a00:5]:8081/a", "https://proxy.example/a"),
            ("http://[0:0:0:0:0:ffff:0a00:0005]:8081/a", "https://proxy.example/a"),
            ("http://10.0.0.5.:8081/a", "https://proxy.example/a"),
            ("http://10.5:8081/a", "https://proxy.example/a"),
            ("http://10.0.5:8081/a", "https://proxy.example/a"),
            ("http://167772165:8081/a", "https://proxy.example/a"),
            ("http://0xa000005:8081/a", "https://proxy.example/a"),
            ("http://0XA.0x0.0.05:8081/a", "https://proxy.example/a"),
            ("http://012.0.0.5:8081/a", "https://proxy.example/a"),
            ("http://01200000005:8081/a", "https://proxy.example/a"),
            ("http://10.0x.0.5:8081/a", "https://proxy.example/a"),
            ("http://%31%30.0.0.5:8081/a", "https://proxy.example/a"),
            ("http://\u{EF}\u{BC}\u{91}0\u{E3}\u{80}\u{82}0.0.5:8081/a", "https://proxy.example/a"),
            ("http://%E2%91%A00.0.0.5:8081/a", "https://proxy.example/a"),
            ("http://1\u{C2}\u{AD}0.0.0.5:8081/a", "https://proxy.example/a"),
            ("ht\ttp://10.0.0.5:80\t81/a", "https://proxy.example/a"),
            ("http:10.0.0.5:8081/a", "https://proxy.example/a"),
            ("http:/10.0.0.5:8081/a", "https://proxy.example/a"),
            ("http:\\\\10.0.0.5:8081\\a", "https://proxy.example\\a"),
            ("http:///10.0.0.5:8081/a", "https://proxy.example/a"),
            ("//10.0.0.5:8081/a", "//proxy.example/a"),
            ("\\\\10.0.0.5:8081/a", "//proxy.example/a"),
            (
                "http://10.0.0.5:8081/\u{E9}?next=http://10.0.0.5:8081/",
                "https://proxy.example/\u{E9}?next=http://10.0.0.5:8081/"
            ),
        ])
    func `points to the proxy`(_ url: String, _ expected: String) throws {
        for name in ["Location", "location", "Content-Location", "Location "] {
            let field = name.split(separator: " ")[0]
            #expect(try rewritten("\(name): \(url)") == "\(field): \(expected)")
        }
    }

    @Test(arguments: [
        "/a", "a", "", "?q", "#f", "../a", "http://10.0.0.5/a", "http://10.0.0.5:8082/a",
        "https://10.0.0.5:8081.example/", "http://10.0.0.50:8081/", "http://other.example/",
        "http://10.0.0.5:8081@other.example/", "http://10.0.0.5:8081x/", "ftp://10.0.0.5:8081/",
        "http://other.example/http://10.0.0.5:8081/", "/http://10.0.0.5:8081/",
        "http://10.0.0.5.other.example:8081/", "mailto:a@10.0.0.5:8081", "http://:8081/",
        "http://10.0.0.5:80811/", "http://10.0.0.5:80810000000000000000/", "http:",
        "javascript:alert(1)", "//other.example/", "http://[10.0.0.5]x:8081/", "http://[/",
        "httpx://10.0.0.5:8081/", "https://10.0.0.5/a", "http://10.0.0.5.6:8081/",
        "http://10.0.0.08:8081/", "http://10.0.0.256:8081/", "http://0x:8081/",
        "http://4294967296:8081/",
        "http://18014398677254149:8081/", "http://10..0.5:8081/", "http://.10.0.0.5:8081/",
        "/ht\ttp://a/",
        "http://10.0.0.5a:8081/", "http://\u{EF}\u{BC}10.0.0.5:8081/", "http:///",
    ])
    func `is one only where it names the service's scheme, host and port`(
        _ url: String
    ) throws {
        #expect(try rewritten("Location: \(url)") == "Location: \(url)")
    }

    @Test(
        arguments: [
            // Default ports, letter case, the trailing dot
            ("http", "svc.internal", 80, "http://svc.internal/a"),
            ("http", "svc.internal", 80, "http://svc.internal:80/a"),
            ("http", "svc.internal", 80, "http://svc.internal:/a"),
            ("http", "svc.internal", 80, "http://SVC.Internal./a"),
            ("https", "svc.internal", 443, "https://svc.internal/a"),
            ("https", "svc.internal", 443, "HTTPS://svc.internal:443/a"),
            ("https", "svc.internal", 8443, "https://svc.internal:8443/a"),
            // IPv6, in whatever spelling
            ("http", "2001:db8::1", 8081, "http://[2001:db8::1]:8081/a"),
            ("http", "2001:db8::1", 8081, "http://[2001:DB8:0:0:0:0:0:1]:8081/a"),
            ("http", "2001:db8::1", 80, "http://[2001:db8:0::0001]/a"),
            // The machine itself
            ("http", "127.0.0.1", 5000, "http://localhost:5000/a"),
            ("http", "localhost", 5000, "http://127.0.0.1:5000/a"),
            ("http", "127.0.0.1", 5000, "http://[::1]:5000/a"),
            ("http", "::1", 5000, "http://0.0.0.0:5000/a"),
            ("http", "127.0.0.1", 5000, "http://127.1:5000/a"),
            ("http", "127.0.0.1", 5000, "http://2130706433:5000/a"),
            ("http", "127.0.0.1", 5000, "http://0x7f.1:5000/a"),
            ("http", "127.0.0.1", 5000, "http://0177.0.0.1:5000/a"),
            ("http", "127.0.0.1", 5000, "http://127.0.0.2:5000/a"),
            ("http", "127.0.0.1", 5000, "http://0:5000/a"),
            ("http", "127.0.0.1", 5000, "http://[::ffff:127.0.0.1]:5000/a"),
            ("http", "127.0.0.1", 5000, "http://[::ffff:7f00:1]:5000/a"),
            ("http", "127.0.0.1", 5000, "http://LocalHost.:5000/a"),
            ("http", "127.0.0.1", 5000, "http://x.localhost:5000/a"),
            ("http", "127.0.0.1", 5000, "http://%6cocalhost:5000/a"),
            ("http", "127.0.0.1", 5000, "http://%E2%93%9Bocalhost:5000/a"),
            ("http", "127.0.0.1", 80, "http://user@127.1/a"),
        ] as [(String, String, UInt16, String)])
    func `is recognised however it is spelt`(
        _ scheme: String, _ host: String, _ port: UInt16, _ url: String
    ) throws {
        let line = try rewritten(
            "Location: \(url)", service: (scheme == "https", host, port), told: "told.example")
        #expect(line == "Location: https://proxy.example/a")
    }

    @Test(
        arguments: [
            // With its own port, as nginx writes it, with none, or as the scheme in X-Forwarded-Proto asks for
            ("http://proxy.example:8081/a", "https://proxy.example/a"),
            ("http://proxy.example/a", "https://proxy.example/a"),
            ("https://proxy.example/a", "https://proxy.example/a"),
            ("//proxy.example:8081/a", "//proxy.example/a"),
            // Somewhere else on the same host
            ("http://proxy.example:9000/a", "http://proxy.example:9000/a"),
            ("https://proxy.example:8081/a", "https://proxy.example:8081/a"),
        ])
    func `may bear the name that the service was told`(
        _ url: String, _ expected: String
    ) throws {
        #expect(
            try rewritten("Location: \(url)", told: "proxy.example") == "Location: \(expected)")
    }

    @Test func `may lead a client from http to https and back`() throws {
        #expect(
            try rewritten(
                "Location: https://proxy.example/a", told: "proxy.example", isSecure: false)
                == "Location: https://proxy.example/a")
        #expect(
            try rewritten(
                "Location: https://proxy.example:8080/a",
                service: (true, "10.0.0.5", 8443), told: "proxy.example:8080",
                client: "proxy.example:8080", isSecure: false)
                == "Location: http://proxy.example:8080/a")
    }

    @Test func `becomes a path where the client named nobody`() throws {
        for (url, path) in [
            ("http://10.0.0.5:8081/a?b", "/a?b"), ("http://10.0.0.5:8081", "/"),
            ("//10.0.0.5:8081?q", "/?q"), ("http://other.example/", "http://other.example/"),
        ] {
            #expect(try rewritten("Location: \(url)", client: "") == "Location: \(path)")
        }
    }

    @Test(
        arguments: [
            ("5; url=http://10.0.0.5:8081/a", "5; url=https://proxy.example/a"),
            ("5;URL='http://10.0.0.5:8081/a'", "5;URL='https://proxy.example/a'"),
            ("0.5 , url = \"http://10.0.0.5:8081\"", "0.5 , url = \"https://proxy.example\""),
            ("5 http://10.0.0.5:8081/a", "5 https://proxy.example/a"),
            ("5;http://10.0.0.5:8081/a", "5;https://proxy.example/a"),
            (";url=//10.0.0.5:8081/a", ";url=//proxy.example/a"),
            ("5; url=/a", "5; url=/a"), ("5", "5"), ("", ""), ("5; url", "5; url"),
            (
                "5; url=http://other.example/?http://10.0.0.5:8081/",
                "5; url=http://other.example/?http://10.0.0.5:8081/"
            ),
        ])
    func `may stand in Refresh`(_ value: String, _ expected: String) throws {
        #expect(try rewritten("Refresh: \(value)") == "Refresh: \(expected)")
    }

    @Test func `is rewritten wherever it stands, and the fields around it stay`() throws {
        let head = try response(
            "HTTP/1.1 201 Created\r\nA: 1\r\nLocation: http://s:1/a\r\nB: 2\r\n"
                + "Content-Location:http://s:1/b\r\nContent-Length: 0\r\n\r\n")
        var output: [UInt8] = []
        let origin = try #require(WebOrigin(isSecure: false, host: "s", port: 1))
        head.append(
            toClient: &output, framing: .length(0), connection: .implied,
            adding: try added([("X", "y")]),
            rewriting: PointerRewriting(
                service: origin, told: [], authority: Array("p:8080".utf8)[...],
                isClientSecure: false))
        #expect(
            String(decoding: output, as: UTF8.self)
                == "HTTP/1.1 201 Created\r\nA: 1\r\nB: 2\r\nLocation: http://p:8080/a\r\n"
                + "Content-Location: http://p:8080/b\r\nContent-Length: 0\r\nX: y\r\n\r\n")
    }
}
