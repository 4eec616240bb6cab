// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import HTTPWire
import Testing

@Suite struct `A request line` {
    @Test func `is read into method, target and version`() throws {
        let head = try parse("POST /a/b?c=d HTTP/1.1\r\nHost: a.example\r\n\r\n")
        #expect(head.method == .post)
        #expect(head.string(of: head.methodToken) == "POST")
        #expect(head.string(of: head.target) == "/a/b?c=d")
        #expect(head.string(of: head.path) == "/a/b")
        #expect(head.query.map(head.string) == "c=d")
        #expect(head.version == .http11)
        #expect(head.scheme == nil)
        #expect(head.keepsAlive)
        #expect(head.framing == .none)
    }

    @Test(arguments: [
        ("/a/b?c=d", "/a/b", nil), ("/a%20b", "/a%20b", nil), ("/a//b;c", "/a//b;c", nil),
        ("/./a/%69?c=d", "/a/i", "/./a/%69"), ("/a%2fb", "/a%2Fb", "/a%2fb"),
        ("/%69", "/i", "/%69"), ("/a[1]?c=d&e", "/a%5B1%5D", "/a[1]"), ("/a/.", "/a/", "/a/."),
        ("/\u{E9}[/./b?q", "/%E9%5B/b", "/\u{E9}[/./b"), ("http://a/%69?q", "/i", "/%69"),
        ("http://a?q", "/", nil),
    ]) func `keeps the path as it was sent, where the canonical one is another`(
        target: String, path: String, original: String?
    ) throws {
        let head = try parse("GET \(target) HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n")
        #expect(head.string(of: head.path) == path)
        #expect(head.originalPath.map { Array(head.bytes(of: $0)) } == original.map { latin1($0) })
        let query = target.split(separator: "?").dropFirst().first.map(String.init)
        #expect(head.query.map(head.string) == query)
        let merged = head.mergingSlashes()
        #expect(
            merged.originalPath.map { Array(merged.bytes(of: $0)) } == original.map { latin1($0) })
    }

    @Test(
        arguments: [
            ("GET", Method.get), ("HEAD", .head), ("POST", .post), ("PUT", .put),
            ("PATCH", .patch), ("DELETE", .delete), ("OPTIONS", .options),
        ]
            + ["PROPFIND", "GETS", "G", "VERSION-CONTROL", "TRACEX", "TRACK", "PET", "HEAT"].map {
                ($0, .other($0))
            })
    func `tells methods apart`(_ token: String, _ method: Method) throws {
        let head = try parse("\(token) / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(head.method == method)
        #expect(head.string(of: head.methodToken) == token)
    }

    @Test(arguments: [
        // Methods
        ("get / HTTP/1.1", RequestFault.Kind.malformedRequestLine),
        ("Get / HTTP/1.1", .malformedRequestLine),
        ("GET= / HTTP/1.1", .malformedRequestLine),
        ("G3T / HTTP/1.1", .malformedRequestLine),
        ("-GET / HTTP/1.1", .malformedRequestLine),
        ("GET- / HTTP/1.1", .malformedRequestLine),
        ("G\u{0}T / HTTP/1.1", .malformedRequestLine),
        ("\u{C9}T / HTTP/1.1", .malformedRequestLine),
        ("\u{16}\u{3}\u{1}", .malformedRequestLine),
        (String(repeating: "A", count: 33) + " / HTTP/1.1", .malformedRequestLine),
        ("CONNECT a.example:443 HTTP/1.1", .methodNotSupported),
        ("TRACE / HTTP/1.1", .methodNotSupported),
        ("OPTIONS * HTTP/1.1", .methodNotSupported),
        ("GET * HTTP/1.1", .methodNotSupported),
        // Separators
        ("GET  / HTTP/1.1", .malformedRequestLine),
        ("GET /  HTTP/1.1", .malformedRequestLine),
        ("GET / HTTP/1.1 ", .malformedRequestLine),
        (" GET / HTTP/1.1", .malformedRequestLine),
        ("GET\t/ HTTP/1.1", .malformedRequestLine),
        ("GET /\tHTTP/1.1", .malformedTarget),
        ("GET / HTTP/1.1\t", .malformedRequestLine),
        ("GET /\u{B}HTTP/1.1", .malformedTarget),
        ("GET / HTTP/1.1\r", .malformedRequestLine),
        ("GET\r / HTTP/1.1", .malformedRequestLine),
        ("GET /a b HTTP/1.1", .malformedRequestLine),
        ("GET / HTTP/1.1 HTTP/1.1", .malformedRequestLine),
        // Versions
        ("GET /", .malformedRequestLine),
        ("GET", .malformedRequestLine),
        ("GET ", .malformedRequestLine),
        ("GET / ", .malformedRequestLine),
        ("GET / HTTP/0.9", .unsupportedVersion),
        ("GET / HTTP/2.0", .unsupportedVersion),
        ("GET / HTTP/0.1", .unsupportedVersion),
        ("GET / HTTP/3.0", .unsupportedVersion),
        ("PRI * HTTP/2.0", .unsupportedVersion),
        ("GET / http/1.1", .malformedRequestLine),
        ("GET / HTTP/1,1", .malformedRequestLine),
        ("GET / HTTP/1.10", .malformedRequestLine),
        ("GET / HTTP/01.1", .malformedRequestLine),
        ("GET / HTTP/11", .malformedRequestLine),
        ("GET / HTTP/1.", .malformedRequestLine),
        ("GET / HTTP/1.1X", .malformedRequestLine),
        ("GET / HTTPS/1.1", .malformedRequestLine),
        ("GET / ICY/1.1", .malformedRequestLine),
        // Targets
        ("GET /a#b HTTP/1.1", .malformedTarget),
        ("GET /?a#b HTTP/1.1", .malformedTarget),
        ("GET /a\\b HTTP/1.1", .malformedPath),
        ("GET \\admin HTTP/1.1", .malformedTarget),
        ("GET /\u{0} HTTP/1.1", .malformedTarget),
        ("GET /\u{7F} HTTP/1.1", .malformedTarget),
        ("GET admin HTTP/1.1", .malformedTarget),
        ("GET a.example/ HTTP/1.1", .malformedTarget),
        ("GET ?a HTTP/1.1", .malformedTarget),
        ("GET a.example:443 HTTP/1.1", .malformedTarget),
    ])
    func `is refused in every other form`(_ line: String, _ kind: RequestFault.Kind) throws {
        #expect(try faultKind(line + "\r\nHost: a.example\r\n\r\n") == kind)
    }

    @Test(arguments: ["HTTP/1.2", "HTTP/1.9"])
    func `of a later minor version is one of HTTP 1.1`(_ version: String) throws {
        let head = try parse("GET / \(version)\r\nHost: a.example\r\n\r\n")
        #expect(head.version == .http11 && head.keepsAlive)
    }

    @Test func `is refused as soon as it has ended`() {
        #expect(throws: RequestFault.self) { try parse("GET /\r\n") }
        #expect(throws: RequestFault.self) { try parse("PRI * HTTP/2.0\r\n") }
    }

    @Test func `ends in CRLF and nothing else`() throws {
        let rest = "Host: a.example\r\n\r\n"
        #expect(try faultKind("GET / HTTP/1.1\n" + rest) == .malformedRequestLine)
        #expect(try faultKind("GET / HTTP/1.1\r" + rest) == .malformedRequestLine)
        #expect(try faultKind("GET / HTTP/1.1\n\r" + rest) == .malformedRequestLine)
        #expect(try faultKind("GET / HTTP/1.1\r\r\n" + rest) == .malformedRequestLine)
    }

    @Test func `may follow one empty line and no more`() throws {
        #expect(try faultKind("\r\n" + request()) == nil)
        #expect(try faultKind("\r\n\r\n" + request()) == .malformedRequestLine)
        #expect(try faultKind("\n" + request()) == .malformedRequestLine)
        #expect(try faultKind("\r" + request()) == .malformedRequestLine)
    }

    @Test func `after an empty line has slices that fit`() throws {
        let head = try parse("\r\nPUT /x HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(head.string(of: head.methodToken) == "PUT")
        #expect(head.string(of: head.path) == "/x")
    }

    @Test(arguments: [
        ("http://a.example/x?y", "/x?y", RequestHead.Scheme.http),
        ("http://a.example:80/x", "/x", .http),
        ("http://a.example.:80/x", "/x", .http),
        ("http://a.example:/x", "/x", .http),
        ("HTTP://A.EXAMPLE/", "/", .http),
        ("http://a.example", "/", .http),
        ("http://a.example?x=1", "/?x=1", .http),
        ("http://a.example/%61%7e?%61", "/a~?%61", .http),
    ])
    func `may have an absolute target of the same authority`(
        _ target: String, _ canonical: String, _ scheme: RequestHead.Scheme
    ) throws {
        let head = try parse(request(target: target))
        #expect(head.string(of: head.target) == canonical)
        #expect(head.scheme == scheme)
        #expect(head.string(of: head.authority) == "a.example")
    }

    @Test(arguments: [
        ("http://b.example/", RequestFault.Kind.malformedHost),
        ("http://a.example:443/", .malformedHost),
        ("https://a.example/", .malformedTarget),
        ("http://a.example.b/", .malformedHost),
        ("http://user@a.example/", .malformedTarget),
        ("http:///x", .malformedTarget),
        ("http://", .malformedTarget),
        ("http:/a.example/", .malformedTarget),
        ("ftp://a.example/", .malformedTarget),
        ("file:///etc/passwd", .malformedTarget),
        ("ws://a.example/", .malformedTarget),
        ("javascript:alert(1)", .malformedTarget),
    ])
    func `must not have another absolute target`(
        _ target: String, _ kind: RequestFault.Kind
    ) throws {
        #expect(try faultKind(request(target: target)) == kind)
    }

    @Test func `has the scheme of its connection where the target is absolute`() throws {
        var parser = RequestHeadParser(limits: .standard, scheme: .https)
        let text = latin1("GET https://a.example:443/x HTTP/1.1\r\nHost: a.example\r\n\r\n")
        guard case .complete(let head, _) = try parser.consume(text.span) else {
            Issue.record("incomplete")
            return
        }
        #expect(head.scheme == .https)
        #expect(throws: RequestFault.self) {
            var other = RequestHeadParser(limits: .standard, scheme: .https)
            _ = try other.consume(latin1(request(target: "http://a.example/")).span)
        }
    }

    @Test func `keeps the query byte for byte`() throws {
        let query = "a=%2f%2E&a=b;c[]=d|e\"<>^`{}&=?/%zz&x=../\\d+\u{E9}"
        let head = try parse(request(target: "/%41?" + query))
        #expect(head.query.map { Array(head.bytes(of: $0)) } == latin1(query))
        #expect(Array(head.bytes(of: head.target)) == latin1("/A?" + query))
        let empty = try parse(request(target: "/a?"))
        #expect(empty.query.map(empty.string) == "")
        #expect(empty.string(of: empty.target) == "/a?")
    }
}
