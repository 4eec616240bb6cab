// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPWire
import Testing

@Suite struct `Connection` {
    @Test(
        arguments: [
            ("HTTP/1.1", nil, true), ("HTTP/1.1", "close", false), ("HTTP/1.1", "CLOSE", false),
            ("HTTP/1.1", "keep-alive", true), ("HTTP/1.1", "keep-alive, close", false),
            ("HTTP/1.1", "x-a, close", false), ("HTTP/1.1", "", true), ("HTTP/1.1", ",, ,", true),
            ("HTTP/1.0", nil, false), ("HTTP/1.0", "keep-alive", true),
            ("HTTP/1.0", "Keep-Alive", true), ("HTTP/1.0", "keep-alive,close", false),
            ("HTTP/1.0", "close", false),
        ] as [(String, String?, Bool)])
    func `decides whether another request follows`(
        _ version: String, _ value: String?, _ keeps: Bool
    ) throws {
        let line = value.map { "Connection: \($0)\r\n" } ?? ""
        let head = try parse("GET / \(version)\r\nHost: a\r\n\(line)\r\n")
        #expect(head.keepsAlive == keeps)
    }

    @Test func `may come in several fields`() throws {
        let head = try parse(request("Connection: x-a", "X-A: 1", "Connection: close", "X-B: 2"))
        #expect(!head.keepsAlive)
        #expect(RequestSummary(head).nominated == ["X-A"])
    }

    @Test func `nominates fields whatever their case and place`() throws {
        let head = try parse(
            request(
                "x-a: 1", "Connection: X-A, upgrade,http2-settings, x-none", "X-a: 2", "X-AB: 3",
                "Upgrade: h2c", "HTTP2-Settings: AAA"))
        #expect(RequestSummary(head).nominated == ["x-a", "X-a", "Upgrade", "HTTP2-Settings"])
    }

    @Test(arguments: [
        "Host", "Content-Length", "Transfer-Encoding", "Authorization", "X-Api-Key", "Cookie",
        "DPoP", "Countersign-User", "Countersign-Record", "Audit-ID", "X-Forwarded-For",
        "Forwarded", "X-Real-IP", "X-Remote-User", "X-Auth-Request-User", "X-HTTP-Method-Override",
        "X-Ssl-Cert", "traceparent",
        "x-a, authorization",
    ])
    func `cannot take away what decides`(_ name: String) throws {
        #expect(try faultKind(request("Connection: \(name)")) == .malformedHeader)
        #expect(try faultKind(request("Connection: close, \(name)")) == .malformedHeader)
    }

    @Test(arguments: ["a b", "a;b", "\"close\"", "close;x", "clo(se", "a=b"])
    func `is refused if it is no list of names`(_ value: String) throws {
        #expect(try faultKind(request("Connection: \(value)")) == .malformedHeader)
    }

    @Test func `nominates a bounded number of fields`() throws {
        var limits = Limits()
        limits.nominations = 3
        #expect(try faultKind(request("Connection: a, b, c, close"), limits: limits) == nil)
        #expect(
            try faultKind(request("Connection: a, b, c, d"), limits: limits) == .malformedHeader)
        #expect(
            try faultKind(request("Connection: a, b", "Connection: c, d"), limits: limits)
                == .malformedHeader)
    }
}
