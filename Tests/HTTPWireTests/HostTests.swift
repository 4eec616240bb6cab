// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPWire
import Testing

@Suite struct `Host` {
    private func head(_ host: String, version: String = "HTTP/1.1") -> String {
        "GET / \(version)\r\nHost: \(host)\r\n\r\n"
    }

    @Test(
        arguments: [
            ("a", "a", nil), ("A.Example", "a.example", nil), ("a.example:8080", "a.example", 8080),
            ("a-b.c_d.example:1", "a-b.c_d.example", 1), ("a:65535", "a", 65535),
            ("127.0.0.1", "127.0.0.1", nil), ("255.255.255.255:80", "255.255.255.255", 80),
            ("[::1]", "[::1]", nil), ("[2001:DB8::A]:443", "[2001:db8::a]", 443),
            ("[::ffff:1.2.3.4]", "[::ffff:1.2.3.4]", nil),
            ("xn--bcher-kva.example", "xn--bcher-kva.example", nil),
            ("1.2.3.4.example", "1.2.3.4.example", nil), ("1a", "1a", nil), ("0xg", "0xg", nil),
            ("A.Example.", "a.example", nil), ("a.example.:8080", "a.example", 8080),
            ("a:", "a", nil), ("a.:", "a", nil), ("[::1]:", "[::1]", nil),
            ("127.0.0.1.:80", "127.0.0.1", 80),
        ] as [(String, String, UInt16?)])
    func `gives a canonical host and port`(_ value: String, _ host: String, _ port: UInt16?) throws
    {
        let head = try parse(head(value))
        #expect(head.string(of: head.host) == host)
        #expect(head.port == port)
        #expect(head.string(of: head.authority) == host + (port.map { ":\($0)" } ?? ""))
    }

    @Test(arguments: [
        "", " ", "a,b", "a, a", "user@a", "user:pass@a", "a/b", "a/", "/", "a?b", "a..", "a:0",
        "a:00", "a:080", "a:65536", "a:99999", "a:123456", "a:http", "a:80:80", "a:-1", "a:+80",
        "a: 80", "a b", ".:80", "..:80", ".a", "a..b", ".", "..", ":80", "[", "]", "[]", "[::1",
        "::1", "[::1]x", "[::1].", "a.:0", "a::", "[::1%eth0]", "[::1%25eth0]", "[v1.a]",
        "[1.2.3.4]", "[:::]",
        "[1:2:3:4:5:6:7:8:9]", "[12345::]", "127.1", "1.2.3", "1.2.3.4.5", "256.1.1.1",
        "01.2.3.4", "0x7f.0.0.1", "0x7f000001", "2130706433", "1.2.3.0x4", "a.1", "0x", "%61",
        "a%00", "a;b", "a\"b", "a*", "*", "a!", "a'", "(a)", "a\t", "a=b", "a#b",
    ])
    func `is refused in every other form`(_ value: String) throws {
        // Blanks around a value are not part of it.
        let isTrimmed = value == "a\t"
        #expect(try faultKind(head(value)) == (isTrimmed ? nil : .malformedHost))
    }

    @Test func `has labels of at most 63 bytes and at most 253 in all`() throws {
        let label = String(repeating: "a", count: 63)
        #expect(try faultKind(head(label)) == nil)
        #expect(try faultKind(head(label + "a")) == .malformedHost)
        let three = [label, label, label].joined(separator: ".")
        let longest = three + "." + String(repeating: "a", count: 61)
        #expect(longest.utf8.count == 253)
        #expect(try faultKind(head(longest)) == nil)
        #expect(try faultKind(head(longest + ":65535")) == nil)
        #expect(try faultKind(head(longest + "a")) == .malformedHost)
    }

    @Test func `occurs exactly once`() throws {
        #expect(try faultKind("GET / HTTP/1.1\r\n\r\n") == .malformedHost)
        #expect(try faultKind("GET / HTTP/1.1\r\nX: 1\r\n\r\n") == .malformedHost)
        #expect(try faultKind(request("Host: a.example")) == .malformedHost)
        #expect(try faultKind(request("hOST: b.example")) == .malformedHost)
        #expect(try faultKind("GET http://a/ HTTP/1.1\r\n\r\n") == .malformedHost)
        #expect(try faultKind(head("a", version: "HTTP/1.0")) == nil)
    }

    @Test func `may be missing from HTTP 1.0 and from nothing else`() throws {
        let head = try parse("GET /x HTTP/1.0\r\nX: 1\r\n\r\n")
        #expect(head.host.isEmpty && head.authority.isEmpty && head.port == nil)
        #expect(head.string(of: head.target) == "/x")
        let named = try parse("GET http://A.example.:81?q HTTP/1.0\r\n\r\n")
        #expect(named.string(of: named.authority) == "a.example:81")
        #expect(named.string(of: named.target) == "/?q")
        #expect(try faultKind("GET / HTTP/1.0\r\nHost:\r\n\r\n") == .malformedHost)
        #expect(try faultKind("GET / HTTP/1.2\r\n\r\n") == .malformedHost)
    }

    @Test func `hidden from one reader is refused`() throws {
        for line in [
            "Host : b", " Host: b", "Host\u{0}: b", "X: 1\r\n Host: b", "X: 1\nHost: b",
        ] {
            #expect(try faultKind(request(line)) == .malformedHeader, "\(line)")
        }
    }
}
