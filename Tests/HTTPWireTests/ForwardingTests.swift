// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPWire
import Testing

/// Fields to add, from pairs.
func added(_ pairs: [(String, String)]) throws -> AddedFields {
    var fields = AddedFields()
    for (name, value) in pairs {
        try fields.append(#require(FieldName(name)), Array(value.utf8).span)
    }
    return fields
}

/// What goes to the service for a request.
func forwarded(
    _ text: String, framing: BodyFraming? = nil, trust: ForwardedTrust = .stripAll,
    adding pairs: [(String, String)] = [], dropping: KnownFieldSet = []
) throws -> String {
    let head = try parse(text)
    var output: [UInt8] = []
    head.append(
        toUpstream: &output, framing: framing ?? head.framing, forwarded: trust,
        adding: try added(pairs), dropping: dropping)
    return String(decoding: output, as: UTF8.self)
}

@Suite struct `A forwarded request` {
    @Test func `is written anew from what was understood`() throws {
        let text = """
            POST http://A.Example/%61%2d?q=%61 HTTP/1.1\r
            User-Agent:t\r
            HOST:   a.EXAMPLE\r
            Content-Type:\ttext/plain \r
            X-Empty:\r
            Content-Length: 5\r
            Accept: */*\r
            \r

            """
        #expect(
            try forwarded(
                text, adding: [("X-Forwarded-For", "1.2.3.4"), ("Countersign-Record", "r")])
                    == """
                    POST /a-?q=%61 HTTP/1.1\r
                    Host: a.example\r
                    User-Agent: t\r
                    Content-Type: text/plain\r
                    X-Empty: \r
                    Accept: */*\r
                    Content-Length: 5\r
                    X-Forwarded-For: 1.2.3.4\r
                    Countersign-Record: r\r
                    \r

                    """)
    }

    @Test func `carries exactly one framing field or none`() throws {
        let start = "GET / HTTP/1.1\r\nHost: a.example\r\n"
        #expect(try forwarded(request()) == start + "\r\n")
        #expect(try forwarded(request("Content-Length: 0")) == start + "Content-Length: 0\r\n\r\n")
        #expect(
            try forwarded(request("Content-Length:   1234567890123 "))
                == start + "Content-Length: 1234567890123\r\n\r\n")
        #expect(
            try forwarded(request("transfer-encoding:chunked"))
                == start + "Transfer-Encoding: chunked\r\n\r\n")
        #expect(
            try forwarded(request("Transfer-Encoding: chunked"), framing: .length(3))
                == start + "Content-Length: 3\r\n\r\n")
        #expect(
            try forwarded(request("Content-Length: 3"), framing: .some(.none)) == start + "\r\n")
    }

    @Test(arguments: [
        "Connection: keep-alive", "Keep-Alive: timeout=5", "Proxy-Connection: keep-alive",
        "Proxy-Authenticate: x", "Proxy-Authorization: x", "Proxy-Anything: x", "Proxy: http://x",
        "TE: trailers", "TE: gzip", "Trailer: X", "Upgrade: h2c", "Upgrade: websocket",
        "HTTP2-Settings: AAA", "Expect: 100-continue", "Connection: close",
    ])
    func `carries nothing that concerns one hop`(_ line: String) throws {
        let kept = "GET / HTTP/1.1\r\nHost: a.example\r\nX-A: 1\r\nX-B: 2\r\n\r\n"
        #expect(try forwarded(request("X-A: 1", line, "X-B: 2")) == kept)
        #expect(try forwarded(request("X-A: 1", "X-B: 2", line.uppercasedName)) == kept)
    }

    @Test(arguments: [
        "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port",
        "X-Forwarded-Server", "X-Forwarded-Prefix", "X-Forwarded-Client-Cert", "X-Forwarded",
        "X-Forwarded-", "Forwarded-For", "Forwarded", "X-Real-IP", "True-Client-IP",
        "CF-Connecting-IP", "CF-Connecting-IPv6", "X-Client-IP", "Remote-Groups",
        "X-Cluster-Client-IP", "Fastly-Client-IP", "X-Originating-IP", "X-Remote-IP",
        "X-Remote-Addr", "X-Original-URL", "X-Original-URI", "X-Rewrite-URL",
        "X-SSL-Cert",
        "X-SSL-Client-Verify", "X-Auth-Request-Email", "X-Remote-User", "Remote-User",
        "X-WebAuth-User", "X-Consumer-Username", "X-Amzn-Oidc-Identity", "OIDC_CLAIM_sub",
        "X-MS-Client-Principal", "X-MS-CLIENT-PRINCIPAL-NAME", "Cf-Access-Jwt-Assertion",
        "Tailscale-User-Login", "X-Pomerium-Claim-Email", "SSL_CLIENT_S_DN", "X-Client-Cert",
        "Countersign-User", "Countersign-Record", "Countersign-", "Audit-ID", "X-Host",
        "X-Original-Host", "X-Envoy-External-Address", "X-Envoy-Original-Path",
    ])
    func `carries no claim of the client`(_ name: String) throws {
        let kept = "GET / HTTP/1.1\r\nHost: a.example\r\nX-A: 1\r\nX-B: 2\r\n\r\n"
        for spelling in [name, name.lowercased(), name.uppercased()] {
            let text = request("X-A: 1", "\(spelling): x", "X-B: 2", "\(spelling): y")
            #expect(try forwarded(text) == kept)
        }
    }

    @Test func `carries what passes end to end`() throws {
        let lines = [
            "Accept: */*", "Cookie: a=b", "Cookie: c=d", "Via: 1.1 x", "traceparent: 00-a",
            "Range: bytes=0-1", "x-ratelimit: 1", "X-Auth-Token: t", "X-User-Id: 1",
            "Client-IP: ::1",
            "X-HTTP-Method-Override: PUT",
            "api_access_token: t", "X-User: 2",
            "X-Users: 1", "Content-Type: a/b", "X-Sslx: 1", "Date: x", "Connections: 1",
        ]
        let text =
            "GET / HTTP/1.1\r\nHost: a.example\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
        #expect(try forwarded(text) == text)
    }

    @Test func `carries credentials but for those of kinds that are to be dropped`() throws {
        let all = ["Authorization: Basic dTpw", "X-Api-Key: svc", "DPoP: proof", "Cookie: a=b"]
        let text =
            "GET / HTTP/1.1\r\nHost: a.example\r\n" + all.map { $0 + "\r\n" }.joined() + "\r\n"
        #expect(try forwarded(text) == text)
        for (kind, line) in zip([KnownField.authorization, .xAPIKey], all) {
            let without = try forwarded(
                text, dropping: kind == .xAPIKey ? [.xAPIKey] : [.authorization])
            #expect(without == text.replacing(line + "\r\n", with: ""))
        }
    }

    @Test func `carries on without the field of a value that is left out`() throws {
        let text = request("X-A: 1", "X-Token: secret", "X-Token: other", "X-B: 2")
        let head = try parse(text)
        let name = try #require(FieldName("x-token"))
        let value = try #require(head.values(named: name).first)
        var output: [UInt8] = []
        head.leavingOut(valueAt: value.range.lowerBound).append(
            toUpstream: &output, framing: .none, forwarded: .stripAll, adding: AddedFields(),
            dropping: [])
        #expect(
            String(decoding: output, as: UTF8.self)
                == "GET / HTTP/1.1\r\nHost: a.example\r\nX-A: 1\r\nX-Token: other\r\nX-B: 2\r\n\r\n"
        )
    }

    @Test func `loses nominated fields before ours are added`() throws {
        let text = request("X-A: 1", "Connection: x-a, x-record", "X-B: 2", "X-Record: forged")
        #expect(
            try forwarded(text, adding: [("X-Record", "ours")])
                == "GET / HTTP/1.1\r\nHost: a.example\r\nX-B: 2\r\nX-Record: ours\r\n\r\n")
    }

    @Test func `has our field in place of the client's of the same name`() throws {
        let text = request(
            "X-Team: forged", "Traceparent: old", "x-team: again", "X-Teams: kept", "X-Tea: kept")
        #expect(
            try forwarded(text, adding: [("X-TEAM", "ours"), ("traceparent", "new")])
                == """
                GET / HTTP/1.1\r
                Host: a.example\r
                X-Teams: kept\r
                X-Tea: kept\r
                X-TEAM: ours\r
                traceparent: new\r
                \r

                """)
    }

    @Test func `of a trusted peer has ours after its X-Forwarded-For`() throws {
        let text = request(
            "X-Forwarded-For: 1.1.1.1,2.2.2.2", "X-Forwarded-Proto: http", "X-A: 1",
            "x-forwarded-for:3.3.3.3 ", "X-Real-IP: 9.9.9.9")
        let ours = [("X-Forwarded-For", "4.4.4.4"), ("X-Forwarded-Proto", "https")]
        let start = "GET / HTTP/1.1\r\nHost: a.example\r\nX-A: 1\r\n"
        #expect(
            try forwarded(text, trust: .peerTrusted, adding: ours)
                == start + "X-Forwarded-For: 1.1.1.1,2.2.2.2, 3.3.3.3, 4.4.4.4\r\n"
                + "X-Forwarded-Proto: https\r\n\r\n")
        #expect(
            try forwarded(text, trust: .stripAll, adding: ours)
                == start + "X-Forwarded-For: 4.4.4.4\r\nX-Forwarded-Proto: https\r\n\r\n")
        #expect(
            try forwarded(text, trust: .peerTrusted)
                == start + "X-Forwarded-For: 1.1.1.1,2.2.2.2, 3.3.3.3\r\n\r\n")
        #expect(
            try forwarded(request("X-A: 1"), trust: .peerTrusted, adding: ours)
                == start + "X-Forwarded-For: 4.4.4.4\r\nX-Forwarded-Proto: https\r\n\r\n")
    }

    @Test func `is appended to what is in the output`() throws {
        let head = try parse(request())
        var output = Array("before".utf8)
        head.append(
            toUpstream: &output, framing: .none, forwarded: .stripAll, adding: AddedFields(),
            dropping: [])
        #expect(
            String(decoding: output, as: UTF8.self)
                == "beforeGET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
    }
}

@Suite struct `An added field` {
    @Test(arguments: [
        "a\r\nX: 1", "a\n", "\r", "\u{0}", "a\u{7F}", "\u{E9}", "a\tb", "\u{1B}[0m", " a", "a ",
        " ",
    ])
    func `holds printable ASCII or is refused`(_ value: String) throws {
        var fields = AddedFields()
        try fields.append(.countersignRecord, Array("before".utf8).span)
        let name = try #require(FieldName("X-Subject"))
        #expect(throws: AddedFields.Fault.self) { try fields.append(name, Array(value.utf8).span) }
        try fields.append(name, Array("after".utf8).span)
        var output: [UInt8] = []
        ResponseWriter.append(
            to: &output, status: 200, framing: .length(0), connection: .implied, adding: fields)
        #expect(
            String(decoding: output, as: UTF8.self)
                == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nCountersign-Record: before\r\n"
                + "X-Subject: after\r\n\r\n")
    }

    @Test func `must not be one that heads write themselves`() throws {
        for name in [
            "Host", "content-length", "Transfer-Encoding", "Connection", "TE", "Proxy-X", "Upgrade",
        ] {
            #expect(try #require(FieldName(name)).isReserved, "\(name)")
        }
        for name in ["X-User", "Countersign-User", "Hosts", "X-Forwarded-For", "Content-Type"] {
            #expect(try !#require(FieldName(name)).isReserved, "\(name)")
        }
    }

    @Test func `may be empty`() throws {
        #expect(
            try forwarded(request(), adding: [("X-A", "")])
                == "GET / HTTP/1.1\r\nHost: a.example\r\nX-A: \r\n\r\n")
    }
}

extension String {
    /// The line with its name in upper case.
    fileprivate var uppercasedName: String {
        let parts = split(separator: ":", maxSplits: 1)
        return parts[0].uppercased() + ":" + parts[1]
    }
}
