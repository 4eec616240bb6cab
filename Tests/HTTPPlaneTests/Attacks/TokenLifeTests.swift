// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Crypto
import HTTPPlane
import Transport
import Disclosures
import HTTPWire
import Identity
import TestSupport
import Testing

/// How long a verified token is believed, and by whom it may come.
@Suite("Attacks: verified tokens")
struct TokenLifeTests {
    private func request(_ token: String) -> String {
        "GET /v1/invoices/1 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(token)\r\n\r\n"
    }

    @Test("A token that was believed ends when its time has come")
    func expiry() async throws {
        try await withProxy(.trusting()) { proxy in
            let client = try await proxy.connect()
            let token = try Provider.token()
            for (seconds, status) in [(0, 200), (299, 200), (330, 401), (0, 200)] {
                proxy.clock.set(
                    UTCInstant(microseconds: (Provider.nowSeconds + Int64(seconds)) * 1_000_000))
                try await client.send(request(token))
                let response = try await client.response()
                #expect(response.status == status, "after \(seconds) s")
                guard status == 401 else { continue }
                #expect(response.body.contains("urn:countersign:problem:token_expired\""))
            }
            #expect(proxy.upstream.requestCount == 3)
        }
    }

    @Test("A token that was believed is not, once its issuer's key is withdrawn")
    func withdrawal() async throws {
        try await withProxy(.trusting()) { proxy in
            let client = try await proxy.connect()
            let token = try Provider.token()
            try await client.send(request(token))
            #expect(try await client.response().status == 200)
            var settings = try ProxySettings.trusting()
            settings.issuers[0].keys = try KeySet(
                parsing: Provider.keySetText([Provider.jwk(Provider.otherES.publicKey, kid: "es")]))
            try await proxy.reload(
                rules: makeRules(
                    settings, key: proxy.mintedKey, port: UInt16(proxy.upstream.port), generation: 2
                ),
                upstreams: [
                    UpstreamConfiguration(
                        name: "billing", host: "127.0.0.1", port: UInt16(proxy.upstream.port),
                        tls: nil, hostField: .preserved)
                ], certificates: [nil])
            try await client.send(request(token))
            let response = try await client.response()
            #expect(response.status == 401)
            #expect(response.body.contains("urn:countersign:problem:token_signature\""))
            #expect(proxy.upstream.requestCount == 1)
        }
    }

    @Test("No issuer vouches for the people of another")
    func issuers() async throws {
        var settings = try ProxySettings.trusting()
        var partner = try Provider.trusted(
            keys: KeySet(
                parsing: Provider.keySetText([Provider.jwk(Provider.otherES.publicKey, kid: "es")]))
        )
        partner.issuer = "https://partner.example.com"
        partner.audiences = ["partners"]
        settings.issuers.append(partner)
        func token(_ issuer: String, _ audience: String, byPartner: Bool) throws -> String {
            let claims = Provider.claims.with("iss", "\"\(issuer)\"").with("aud", "\"\(audience)\"")
            return try Provider.token(claims: claims.json) {
                byPartner
                    ? [UInt8](try Provider.otherES.signature(for: $0).rawRepresentation)
                    : try Provider.signES($0)
            }
        }
        let name = partner.issuer
        try await AttackTable.perform(
            [
                .challenged(
                    "ours, by the partner",
                    token: try token(Provider.issuer, "countersign", byPartner: true),
                    "token_signature"),
                .challenged(
                    "the partner's, by ours", token: try token(name, "partners", byPartner: false),
                    "token_signature"),
                .challenged(
                    "the partner's, for our audience",
                    token: try token(name, "countersign", byPartner: true), "token_audience"),
                .believed(
                    "the partner's own", token: try token(name, "partners", byPartner: true)),
            ], settings)
    }

    @Test("What a bad token says is in no answer and no leaf; whom it names is under seal")
    func anonymity() async throws {
        try await withProxy(.trusting()) { proxy in
            let client = try await proxy.connect()
            let claims = Provider.claims.with("name", #""Mallory""#).with("sub", #""mallory-7""#)
            try await client.send(
                request(try Provider.token(claims.with("exp", "\(Provider.nowSeconds - 900)"))))
            let response = try await client.response()
            #expect(response.status == 401)
            #expect(response.values("WWW-Authenticate").count == 2)
            let text = response.body + response.fields.map { "\($0)" }.joined()
            #expect(!text.contains("mallory") && !text.contains("Mallory"))
            let records = try await proxy.closedRecords(of: response.value("Countersign-Record"))
            let record = try #require(records.first)
            #expect(records.count == 1 && record.reason == "token_expired")
            #expect(record.actorKind == .anonymous)
            let leaf = String(decoding: record.leaf, as: UTF8.self)
            #expect(!leaf.contains("mallory") && !leaf.contains("Mallory"))
            #expect(record.value[path: "actor", "claimed", "verified"]?.bool == true)
            #expect(record.value[path: "actor", "claimed", "issuer"]?.string == Provider.issuer)
            #expect(record.commitments[.who] != nil)
        }
    }

    @Test("A token longer than a head is refused with the head")
    func tooLong() async throws {
        let long = String(repeating: "x", count: 1 << 20)
        try await AttackTable.perform(
            [
                .refused(
                    "1 MiB", "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(long)\r\n\r\n",
                    431,
                    "head_too_large")
            ], .trusting())
    }
}
