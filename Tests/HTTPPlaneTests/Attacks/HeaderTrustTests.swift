// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import HTTPPlane
import Transport
import Policy
import Testing

/// Fields by which a client would like to be somebody else, or somewhere else.
@Suite("Attacks: header trust")
struct HeaderTrustTests {
    static let claims = [
        "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port",
        "X-Forwarded-Server", "X-Forwarded-Prefix", "X-Forwarded-Uri", "X-Forwarded-User",
        "X-Forwarded-Client-Cert", "X-Forwarded", "Forwarded", "Forwarded-For", "X-Real-IP",
        "True-Client-IP", "CF-Connecting-IP", "CF-Connecting-IPv6", "X-Client-IP",
        "X-Cluster-Client-IP", "Fastly-Client-IP", "X-Originating-IP", "X-Original-URL",
        "X-Original-Uri", "X-Original-Host", "X-Original-Method", "X-Rewrite-URL", "X-Host",
        "X-SSL-Client-Cert",
        "X-SSL-Client-Verify", "X-SSL-Client-S-DN", "X-Auth-Request-Email",
        "X-Remote-User", "X-Remote-Group", "Remote-User", "Remote-Groups", "X-WebAuth-User",
        "X-Authenticated-Userid", "X-Consumer-Username", "X-Amzn-Oidc-Identity",
        "X-Goog-Authenticated-User-Email", "X-MS-Client-Principal", "Cf-Access-Jwt-Assertion",
        "Client-Cert", "Client-Cert-Chain", "X-Client-Cert", "X-Client-Verify",
        "Countersign-Subject",
        "Countersign-Roles", "Countersign-Issuer", "Countersign-Anything", "Audit-ID",
        "X-Envoy-External-Address", "X-Envoy-Original-Path",
    ]
    private static let evil = "evil.example"

    /// Whether nothing that the client claimed has arrived, and what we say ourselves is there once.
    private static func isClean(_ request: WireMessage) -> Bool {
        !request.fields.contains { $0.value.contains(evil) }
            && [
                "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Countersign-Subject",
                "Countersign-Roles", "Countersign-Issuer", "Countersign-Record", "traceparent",
                "Host",
            ].allSatisfy { request.values($0).count == 1 }
    }

    @Test("No claim of a client reaches the service, in whatever case and number")
    func stripped() async throws {
        let spellings = [
            claims.map { $0 }, Self.claims.map { $0.lowercased() },
            Self.claims.map { $0.uppercased() },
        ]
        var rows = Self.claims.map { name in
            Attack.passed(name, Attack.get("\(name): \(Self.evil)\r\n"), Self.isClean)
        }
        for names in spellings {
            // All there are, in as few requests as the number of fields allows.
            for start in stride(from: 0, to: names.count, by: 40) {
                let lines = names[start..<min(start + 40, names.count)].map {
                    "\($0): \(Self.evil)\r\n\($0):\(Self.evil), \(Self.evil)\r\n"
                }
                rows.append(.passed("many", Attack.get(lines.joined()), Self.isClean))
            }
        }
        try await AttackTable.perform(rows)
    }

    @Test("What a client has for the service itself reaches it")
    func passedOn() async throws {
        let names = [
            "X-Auth-Token", "X-User-Id", "X-User", "Client-IP", "X-Auth-User", "X-User-Roles",
            "X-CSRF-Token", "X-Api-Token",
        ]
        try await AttackTable.perform(
            names.map { name in
                .passed(name, Attack.get("\(name): mine\r\n")) { $0.values(name) == ["mine"] }
            })
    }

    private var claims: [String] { Self.claims }

    @Test("Connection takes away what is for one hop, and nothing that decides")
    func nominations() async throws {
        let decisive = [
            "X-Forwarded-For", "X-Forwarded-Host", "Authorization", "X-Api-Key", "Cookie",
            "Countersign-User", "Countersign-Subject", "Countersign-Record", "Host",
            "Content-Length", "Transfer-Encoding", "Content-Type", "traceparent", "X-Real-IP",
            "Forwarded", "X-Forwarded-Client-Cert",
        ]
        try await AttackTable.perform(
            decisive.flatMap { name in
                ["\(name)", "close, \(name)", "keep-alive,\(name.lowercased())", ", \(name)"].map {
                    .refused(
                        "Connection: \($0)", Attack.get("Connection: \($0)\r\n"), "malformed_header"
                    )
                }
            } + [
                .refused(
                    "in a second field",
                    Attack.get("Connection: keep-alive\r\nConnection: Authorization\r\n"),
                    "malformed_header"),
                .refused(
                    "seventeen",
                    Attack.get(
                        "Connection: "
                            + (0..<17).map { "a\($0)" }.joined(separator: ",") + "\r\n"),
                    "malformed_header"),
                .passed(
                    "what is nobody's concern",
                    Attack.get(
                        "Connection: keep-alive, X-Mine, x-other\r\nX-MINE: \(Self.evil)\r\n"
                            + "X-Other: \(Self.evil)\r\nX-Third: stays\r\n")
                ) { Self.isClean($0) && $0.values("X-Third") == ["stays"] },
            ])
    }

    @Test("What is for one hop never reaches the service")
    func oneHop() async throws {
        let names = [
            "Connection: keep-alive", "Keep-Alive: timeout=5", "Proxy-Connection: keep-alive",
            "Proxy-Authorization: Basic eA==", "Proxy-Authenticate: Basic", "Proxy-Anything: 1",
            "Proxy: http://internal", "TE: trailers", "TE: chunked", "TE: gzip;q=0",
            "Trailer: X-Later", "Upgrade: websocket", "HTTP2-Settings: AAMAAABk",
            "Expect: 100-continue",
        ]
        try await AttackTable.perform(
            names.map { line in
                .passed(line, Attack.get(line + "\r\n")) { request in
                    request.values(String(line.prefix { $0 != ":" })).isEmpty
                }
            })
    }

    @Test("A method that a field asks for is allowed, too, or nothing passes")
    func methodOverride() async throws {
        let overrides = ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"]
        try await AttackTable.perform(
            overrides.flatMap { name in
                [
                    .passed(
                        "\(name): PUT",
                        Attack.request(
                            "GET /v1/invoices/1 HTTP/1.1", "\(name): put \r\n")
                    ) {
                        $0.startLine == "GET /v1/invoices/1 HTTP/1.1" && $0.values(name) == ["put"]
                    },
                    .denied(
                        "\(name): DELETE",
                        Attack.post("\(name): DELETE\r\nContent-Length: 0\r\n", ""), 403,
                        "rule_denied"),
                    .denied(
                        "\(name): PUT, delete",
                        Attack.request(
                            "GET /v1/invoices/1 HTTP/1.1",
                            "\(name): PUT\r\n\(name): PUT, delete\r\n"), 403, "rule_denied"),
                    // Not allowed as what it is, however it calls itself.
                    .denied(
                        "\(name): GET",
                        Attack.request(
                            "DELETE /v1/invoices/1 HTTP/1.1", "\(name): GET\r\n"), 405,
                        "method_not_allowed"),
                ]
            })
    }

    /// A limit of one request a day for each address tells whom a request is counted as.
    private func counted(_ trusted: [String], _ lists: [String]) async throws -> [Int?] {
        var settings = ProxySettings()
        settings.limit = RateLimit(per: .peer, rate: .oneADay, burst: 1)
        settings.trustedProxies = try trusted.map { try AddressBlock($0) }
        let statuses = Watched<[Int?]>([])
        try await withProxy(settings) { proxy in
            let client = try await proxy.connect()
            for list in lists {
                try await client.send(proxy.get("/v1/invoices/1", list))
                let answer = try await client.response()
                statuses.update { $0.append(answer.status) }
            }
        }
        return statuses.state
    }

    @Test("Who is not trusted stays who it is, whatever X-Forwarded-For says")
    func untrusted() async throws {
        let statuses = try await counted(
            ["10.0.0.0/8"],
            (0..<5).map { "X-Forwarded-For: 203.0.113.\($0)\r\nForwarded: for=203.0.113.\($0)\r\n" }
        )
        #expect(statuses == [200, 429, 429, 429, 429])
    }

    @Test("Of trusted proxies, the right-most address that is not one of theirs counts")
    func rightMost() async throws {
        func list(_ text: String) -> String { "X-Forwarded-For: \(text)\r\n" }
        let long = (0..<1_000).map { "1.2.3.\($0 % 250)" }.joined(separator: ", ")
        let statuses = try await counted(
            ["127.0.0.0/8", "10.0.0.0/8"],
            [
                // No hop: the proxy itself. Then the same address under every disguise.
                "", "", list("203.0.113.1"), list("203.0.113.1"), list("9.9.9.9, 203.0.113.1"),
                list("203.0.113.1, 10.0.0.1"), list("8.8.8.8, 203.0.113.1, 10.0.0.1, 10.9.9.9"),
                list("203.0.113.1:443"), list("9.9.9.9") + list("203.0.113.1"),
                list("\(long), 203.0.113.1"), list("unknown, 203.0.113.1"),
                // IPv6 counts by the /64.
                list("2001:db8::1"), list("[2001:db8::2]"), list("[2001:db8::3]:443"),
                list("2001:db8:0:1::1"),
                // What is no address ends the reading at the last one that vouched.
                list("unknown"), list("fe80::1%eth0"), list("203.0.113.7, garbage"),
                list("203.0.113.1, , "),
                // The proxy at 10.0.0.1 is the last that is known, not the client it cannot name.
                list("garbage, 10.0.0.1"), list("garbage, 10.0.0.1"),
            ])
        #expect(
            statuses == [
                200, 429, 200, 429, 429, 429, 429, 429, 429, 429, 429, 200, 429, 429, 200, 429, 429,
                429, 429, 200, 429,
            ])
    }

    @Test("A trusted proxy may say where a request comes from, and not who makes it")
    func trustedClaims() async throws {
        var settings = ProxySettings()
        settings.trustedProxies = [try AddressBlock("127.0.0.0/8")]
        let others = Self.claims.filter {
            !["X-Forwarded-For", "X-Forwarded-Proto"].contains($0)
        }
        try await AttackTable.perform(
            others.map { name in
                .passed(name, Attack.get("\(name): \(Self.evil)\r\n"), Self.isClean)
            } + [
                .passed("scheme", Attack.get("X-Forwarded-Proto: https\r\n")) {
                    $0.values("X-Forwarded-Proto") == ["https"]
                },
                .passed("no scheme", Attack.get("X-Forwarded-Proto: gopher\r\n")) {
                    $0.values("X-Forwarded-Proto") == ["http"]
                },
                .passed(
                    "two schemes",
                    Attack.get("X-Forwarded-Proto: https\r\nX-Forwarded-Proto: https\r\n")
                ) { $0.values("X-Forwarded-Proto") == ["http"] },
                .passed(
                    "a chain",
                    Attack.get("X-Forwarded-For: 1.1.1.1\r\nx-forwarded-for: 2.2.2.2\r\n")
                ) { $0.values("X-Forwarded-For") == ["1.1.1.1, 2.2.2.2, 127.0.0.1"] },
            ], settings)
    }
}
