// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ByteCoding
import Identity
import Policy
import TestSupport
import Testing

/// Credentials of services pass, ours do not; and neither is ever taken for the other.
@Suite("Attacks: whose credential it is")
struct CredentialAttackTests {
    private static func open() throws -> ProxySettings {
        var settings = try ProxySettings.trusting()
        settings.routes = ["GET /v1/invoices/{id}", "GET /open"]
        settings.rules = [
            Rule(
                id: "r-open", effect: .allow,
                conditions: Rule.Conditions(
                    routes: [try RoutePattern("GET /open")], admitsAnonymous: true), tags: []),
            Rule(
                id: "r-read", effect: .allow,
                conditions: Rule.Conditions(roles: ["reader"], admitsAnonymous: false), tags: []),
        ]
        return settings
    }

    private static func open(_ fields: String) -> String {
        "GET /open HTTP/1.1\r\nHost: api.example.com\r\n\(fields)\r\n"
    }

    /// What honest clients send for their service.
    private static func foreign() throws -> [(name: String, field: String, value: String)] {
        let stranger = try Provider.token(
            Provider.claims.with("iss", #""https://other.example""#))
        return [
            ("basic", "Authorization", "Basic dTpw"), ("opaque", "Authorization", "Bearer abc+/=="),
            ("foreign token", "Authorization", "Bearer \(stranger)"),
            ("digest", "Authorization", #"Digest username="u", realm="r", nonce="n""#),
            (
                "aws", "Authorization",
                "AWS4-HMAC-SHA256 Credential=A/b/s3/aws4_request, SignedHeaders=host, Signature=0"
            ),
            ("negotiate", "Authorization", "Negotiate YII="),
            ("a key of the service", "X-Api-Key", "svc"), ("proof", "DPoP", "a.b.c"),
            ("foreign proof", "Authorization", "DPoP \(stranger)"),
        ]
    }

    @Test("A credential of the service passes, beside ours and where anybody may go")
    func passes() async throws {
        var rows: [Attack] = []
        for (name, field, value) in try Self.foreign() {
            let line = "\(field): \(value)\r\n"
            rows.append(
                .passed("\(name), anonymous", Self.open(line)) { $0.values(field) == [value] })
            let own =
                field == "X-Api-Key"
                ? "Authorization: Bearer {key}\r\n" : "X-Api-Key: {key}\r\n"
            rows.append(
                .passed(
                    "\(name), identified",
                    "GET /v1/invoices/1 HTTP/1.1\r\nHost: api.example.com\r\n\(line)\(own)\r\n"
                ) {
                    $0.values(field) == [value]
                        && $0.values(field == "X-Api-Key" ? "Authorization" : "X-Api-Key").isEmpty
                })
        }
        try await AttackTable.perform(rows, Self.open())
    }

    @Test("A credential of ours that is wrong is refused everywhere, and no service sees it")
    func refused() async throws {
        let good = try Provider.token()
        let expired = try Provider.token(Provider.claims.with("exp", "1"))
        let unsigned = try Provider.token(header: #"{"alg":"none"}"#)
        var rows: [Attack] = []
        for (name, fields, reason) in [
            ("unknown key", "X-Api-Key: csk_nothing\r\n", "unknown_key"),
            ("as bearer", "Authorization: Bearer csk_nothing\r\n", "unknown_key"),
            ("as password", "Authorization: Basic eDpjc2tfbm90aGluZw==\r\n", "unknown_key"),
            ("as password unpadded", "Authorization: Basic eDpjc2tfbm90aGluZw\r\n", "unknown_key"),
            ("expired", "Authorization: Bearer \(expired)\r\n", "token_expired"),
            ("unsigned", "Authorization: Bearer \(unsigned)\r\n", "token_algorithm"),
            ("padded", "Authorization: Bearer \(good)=\r\n", "token_malformed"),
            ("proof", "Authorization: DPoP \(good)\r\n", "token_type"),
            (
                "listed", "Authorization: Basic dTpw, Bearer csk_nothing\r\n",
                "ambiguous_credentials"
            ),
            (
                "two fields", "Authorization: Basic dTpw\r\nAuthorization: Bearer \(good)\r\n",
                "ambiguous_credentials"
            ),
            (
                "two of ours", "Authorization: Bearer \(good)\r\nX-Api-Key: csk_nothing\r\n",
                "ambiguous_credentials"
            ),
        ] { rows.append(.denied(name, Self.open(fields), 401, reason)) }
        try await AttackTable.perform(rows, Self.open())
    }

    @Test("Git, pip and the like show a key as password or user, and it goes no further")
    func basic() async throws {
        try await withProxy { proxy in
            let client = try await proxy.connect()
            for pair in ["x:\(proxy.key)", ":\(proxy.key)", "\(proxy.key):", "\(proxy.key):x"] {
                for text in [Base64.encode(Array(pair.utf8))] {
                    try await client.send(
                        "GET /v1/invoices/1 HTTP/1.1\r\nHost: a\r\nAuthorization: basic  \(text)\r\n\r\n"
                    )
                    #expect(try await client.response().status == 200)
                    // The second time it is remembered; as another kind of credential it is none.
                    try await client.send(
                        "GET /v1/invoices/1 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(text)\r\n\r\n"
                    )
                    #expect(try await client.response().status == 401)
                }
            }
            for request in try await proxy.upstream.requests(4) {
                #expect(request.values("Authorization").isEmpty)
            }
        }
    }

    @Test("A token that is remembered as a bearer's is none with another scheme")
    func remembered() async throws {
        try await withProxy(.trusting()) { proxy in
            let client = try await proxy.connect()
            let token = try Provider.token()
            for (scheme, status) in [("Bearer", 200), ("DPoP", 401), ("Bearer", 200)] {
                try await client.send(
                    "GET /v1/invoices/1 HTTP/1.1\r\nHost: a\r\nAuthorization: \(scheme) \(token)\r\n\r\n"
                )
                #expect(try await client.response().status == status)
            }
        }
    }

    @Test("A service that asks for it gets the credential that identified the caller")
    func forwarded() async throws {
        var settings = ProxySettings()
        settings.forwardsCredentials = true
        try await withProxy(settings) { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            #expect(try await client.response().status == 200)
            #expect(try await proxy.upstream.requests(1)[0].values("X-Api-Key") == [proxy.key])
        }
    }

    @Test("A source may look into a field of its own, which then goes no further")
    func named() async throws {
        var settings = ProxySettings()
        settings.keyFields = [.named("private-token")]
        try await withProxy(settings) { proxy in
            let client = try await proxy.connect()
            try await client.send(
                "GET /v1/invoices/1 HTTP/1.1\r\nHost: a\r\nX-Api-Key: csk_x\r\nPrivate-Token: \(proxy.key)\r\nX-A: 1\r\n\r\n"
            )
            #expect(try await client.response().status == 200)
            let request = try await proxy.upstream.requests(1)[0]
            #expect(request.values("Private-Token").isEmpty)
            #expect(request.values("X-Api-Key") == ["csk_x"])
            #expect(request.values("X-A") == ["1"])
            try await client.send(
                "GET /v1/invoices/1 HTTP/1.1\r\nHost: a\r\nPrivate-Token: \(proxy.key)\r\nPrivate-Token: x\r\n\r\n"
            )
            #expect(try await client.response().status == 401)
        }
    }
}
