// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import Crypto
import HTTPPlane
import Transport
import Access
import HTTPWire
import Identity
import Ledger
import NIOCore
import Observability
import Policy
import TestSupport
import Testing
import X509

/// The numbers that a data plane shows, by the text of their samples.
struct ShownNumbers {
    private(set) var all: [Substring: Double] = [:]

    init(_ plane: DataPlane) {
        let page = MetricsPage.text(of: plane.metrics, as: .prometheus)
        for line in page.split(separator: "\n") where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " ") else { continue }
            all[line[..<space]] = Double(line[line.index(after: space)...])
        }
    }

    subscript(_ sample: String) -> Double? { all["countersign_\(sample)"[...]] }

    func requests(_ proxy: ProxyFixture, _ service: String, _ effect: String) -> Double? {
        let listener = "127.0.0.1:\(proxy.port)"
        return self[
            "requests_total{listener=\"\(listener)\",service=\"\(service)\",effect=\"\(effect)\"}"]
    }

    func refusals(_ reason: String) -> Double? { self["refusals_total{reason=\"\(reason)\"}"] }

    /// How many requests waited for something.
    func waits(_ phase: String) -> Double? {
        self[
            "request_phase_duration_seconds_count{service=\"billing\",phase=\"\(phase)\"}"]
    }

    func pool(_ gauge: String) -> Double? {
        self["upstream_pool_\(gauge){service=\"billing\"}"]
    }

    /// Sums a metric over all its labels.
    func sum(_ name: String) -> Double {
        all.filter { $0.key.hasPrefix("countersign_\(name){") }.values.reduce(0, +)
    }
}

extension ProxyFixture {
    var shown: ShownNumbers { ShownNumbers(plane) }

    /// Waits until the numbers are as they should be.
    func waitForNumbers(_ isReady: (ShownNumbers) -> Bool) async throws {
        let deadline = NIODeadline.now() + .seconds(120)
        while !isReady(shown) {
            guard NIODeadline.now() < deadline else {
                throw Late(what: "a number", state: "\(shown.all)")
            }
            await Task.yield()
        }
    }
}

@Suite struct `Requests in the metrics` {
    @Test func `count once, for the service that they were for and as they ended`() async throws {
        try await withProxy { proxy in
            let client = try await proxy.connect()
            for (request, status) in [
                (proxy.get(), 200), (proxy.post("Content-Length: 2\r\n", "hi"), 200),
                ("GET /v1/invoices/1 HTTP/1.1\r\nHost: a\r\n\r\n", 401),
                (proxy.get("/forbidden"), 403), (proxy.get("/elsewhere"), 404),
                ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
            ] {
                try await client.send(request)
                #expect(try await client.response().status == status)
            }
            let shown = proxy.shown
            #expect(shown.requests(proxy, "billing", "allow") == 2)
            #expect(shown.requests(proxy, "billing", "challenge") == 1)
            #expect(shown.requests(proxy, "billing", "deny") == 2)
            #expect(shown.requests(proxy, "unrouted", "deny") == 1)
            #expect(shown.sum("requests_total") == 6)
            let reasons = ["no_credentials", "no_rule_matched", "unlisted_route", "malformed_host"]
            for reason in reasons {
                #expect(shown.refusals(reason) == 1, "\(reason)")
            }
            #expect(shown.sum("refusals_total") == 4)
            #expect(shown["heads_total"] == 5)
            #expect(shown["heads_malformed_total"] == 1)
            #expect(shown["request_duration_seconds_count{service=\"billing\"}"] == 5)
            #expect(shown["request_duration_seconds_count{service=\"unrouted\"}"] == 1)
        }
    }

    @Test func `that are over the limit, or that the service fails, count as that`() async throws {
        var settings = ProxySettings()
        settings.limit = RateLimit(per: .actor, rate: .oneADay, burst: 1)
        settings.upstreamPort = 1
        try await withProxy(settings) { proxy in
            let client = try await proxy.connect()
            for status in [502, 429] {
                try await client.send(proxy.get())
                #expect(try await client.response().status == status)
            }
            let shown = proxy.shown
            #expect(shown.requests(proxy, "billing", "error") == 1)
            #expect(shown.requests(proxy, "billing", "limit") == 1)
            #expect(shown.refusals("upstream_unreachable") == 1)
            #expect(shown.refusals("rate_limited") == 1)
            #expect(shown.waits("connect") == 1)
            #expect(shown.waits("service") == nil)
        }
    }

    @Test func `that their client leaves, or that the log ends, count as that`() async throws {
        try await withProxy { request in
            request.message.startLine.hasPrefix("PUT") ? .bytes(ok("hello")) : .silence
        } _: { proxy in
            let leaving = try await proxy.connect()
            try await leaving.send(proxy.get())
            _ = try await proxy.upstream.requests(1)
            try await leaving.close()
            try await proxy.waitForNumbers { $0.refusals("client_closed") == 1 }
            #expect(proxy.shown.requests(proxy, "billing", "error") == 1)
            #expect(proxy.shown.waits("service") == 1)
            proxy.storage.inject { _, operation, _ in
                operation == .sync ? .init(.system(5), effect: .nothing) : nil
            }
            let client = try await proxy.connect()
            try await client.send(proxy.post("Content-Length: 2\r\n", "hi"))
            #expect(try await client.response().status == 503)
            #expect(proxy.shown.refusals("log_unavailable") == 1)
            #expect(proxy.shown.requests(proxy, "billing", "error") == 2)
        }
    }

    @Test func `say what they waited for`() async throws {
        try await withProxy(.trusting()) { proxy in
            let client = try await proxy.connect()
            let token = try Provider.token()
            for _ in 0..<2 {
                try await client.send(
                    "GET /v1/invoices/1 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(token)\r\n\r\n"
                )
                #expect(try await client.response().status == 200)
            }
            try await client.send(proxy.post("Content-Length: 2\r\n", "hi"))
            #expect(try await client.response().status == 200)
            let shown = proxy.shown
            // The token was new once, and so was the connection; only what may change something is recorded ahead.
            #expect(shown.waits("identify") == 1)
            #expect(shown.waits("connect") == 1)
            #expect(shown.waits("record_ahead") == 1)
            #expect(shown.waits("service") == 3)
            #expect(shown.waits("record") == 3)
            // What they waited for is never longer than they took.
            let total = try #require(shown["request_duration_seconds_sum{service=\"billing\"}"])
            let waited = ["identify", "connect", "record_ahead", "service", "record"].compactMap {
                shown[
                    "request_phase_duration_seconds_sum{service=\"billing\",phase=\"\($0)\"}"]
            }
            #expect(waited.count == 5)
            #expect(abs(waited.reduce(0, +) - total) < 1e-6)
        }
    }

    @Test func `make the page no longer, whatever they ask for`() async throws {
        try await withProxy { proxy in
            let names = (0..<200).map { "service-\($0)" }
            try await proxy.reload(
                rules: try Self.rules(names, proxy), upstreams: Self.upstreams(names, proxy),
                certificates: [nil])
            let before = Set(proxy.shown.all.keys)
            #expect(before.count { $0.hasPrefix("countersign_requests_total{") } == 202 * 5)
            let client = try await proxy.connect()
            func get(_ host: String, _ fields: String = "") -> String {
                "GET / HTTP/1.1\r\nHost: \(host)\r\nX-Api-Key: \(proxy.key)\r\n\(fields)\r\n"
            }
            for number in [0, 17, 199] {
                try await client.send(get("service-\(number).example.com"))
                #expect(try await client.response().status == 200)
            }
            for number in 0..<100 {
                let name = "x\(number)" + String(repeating: "y", count: number % 50)
                try await client.send(
                    get("\(name).example.org", "X-\(name): countersign_requests_total\r\n"))
                #expect(try await client.response().status == 404)
            }
            for host in ["evil\"} 1", "a\\nb", "{service=\"x\"}"] {
                let client = try await proxy.connect()
                try await client.send(get(host))
                #expect(try await client.response().status == 400)
            }
            let shown = proxy.shown
            let added = Set(shown.all.keys).subtracting(before)
            // Only what was waited for has been added.
            #expect(
                added.allSatisfy {
                    $0.hasPrefix("countersign_request_phase_duration_seconds_")
                })
            #expect(shown.requests(proxy, "service-17", "allow") == 1)
            #expect(shown.requests(proxy, "unrouted", "deny") == 103)
            // A service that is gone keeps its numbers.
            try await proxy.reload(
                rules: try Self.rules(["service-0"], proxy),
                upstreams: Self.upstreams(["service-0"], proxy), certificates: [nil])
            #expect(proxy.shown.requests(proxy, "service-17", "allow") == 1)
        }
    }

    private static func rules(_ names: [String], _ proxy: ProxyFixture) throws -> ExchangeRules {
        let port = UInt16(proxy.upstream.port)
        let services = try names.map { name in
            ServiceRules(
                name: name,
                match: ServiceRules.Match(
                    host: try #require(HostPattern("\(name).example.com")), path: .root),
                routes: [],
                rules: [
                    Rule(
                        id: "r-read", effect: .allow,
                        conditions: Rule.Conditions(
                            roles: ["reader"], methods: [.get], admitsAnonymous: false),
                        tags: [])
                ], audit: proxy.settings.audit, limit: nil)
        }
        return ExchangeRules(
            rulebook: try Rulebook(services),
            identity: IdentitySources(
                generation: SourcesGeneration(2),
                keys: try APIKeyRing([
                    APIKeySource(
                        name: "machines", keys: [proxy.mintedKey], fields: proxy.settings.keyFields)
                ]),
                tokens: try TokenVerifier([], digestKey: SymmetricKey(size: .bits256)),
                certificates: nil),
            privacy: PrivacyChoices(
                name: false, email: false, address: false, userAgent: false, path: false,
                query: false),
            services: names.map {
                EncodedService(name: $0, address: "127.0.0.1", port: port, tlsVerified: nil)
            })
    }

    private static func upstreams(_ names: [String], _ proxy: ProxyFixture)
        -> [UpstreamConfiguration]
    {
        names.map {
            UpstreamConfiguration(
                name: $0, host: "127.0.0.1", port: UInt16(proxy.upstream.port), tls: nil,
                hostField: .preserved)
        }
    }
}

@Suite struct `Connections in the metrics` {
    @Test func `to services are open, idle, or being made`() async throws {
        try await withProxy { request in
            request.connection == 0 ? .bytes(ok("hello")) : .silence
        } _: { proxy in
            #expect(proxy.shown.pool("connections") == 0)
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            #expect(try await client.response().status == 200)
            #expect(proxy.shown.pool("connections") == 1)
            #expect(proxy.shown.pool("idle") == 1)
            #expect(proxy.shown.pool("waiting") == 0)
            // A second request takes it, and a third has to have another.
            try await proxy.upstream.close(0)
            try await proxy.waitForNumbers { $0.pool("idle") == 0 && $0.pool("connections") == 0 }
            try await client.send(proxy.get())
            _ = try await proxy.upstream.requests(2)
            #expect(proxy.shown.pool("connections") == 1)
            #expect(proxy.shown.pool("idle") == 0)
            try await client.close()
            try await proxy.waitForNumbers { $0.pool("connections") == 0 }
        }
    }

    @Test func `that a service does not finish count as being made, and then as failed`()
        async throws
    {
        var settings = ProxySettings()
        settings.upstreamTLS = UpstreamTLS(verification: .off, serverName: "billing.internal")
        try await withProxy(settings) { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            // The service takes the hello for the beginning of a request, and waits for the rest.
            try await proxy.waitForNumbers {
                $0.pool("connections") == 1 && $0.pool("waiting") == 1
            }
            try await proxy.upstream.bytes(1, on: 0)
            try await proxy.upstream.close(0)
            #expect(try await client.response().status == 502)
            let shown = proxy.shown
            #expect(shown.pool("waiting") == 0)
            #expect(
                shown["upstream_handshakes_total{service=\"billing\",result=\"failed\"}"] == 1)
        }
    }

    @Test func `count their TLS handshakes, by listener and by service`() async throws {
        let authority = try TestAuthority()
        let server = try authority.issue([.dnsName("api.example.com")], usage: .serverAuth)
        let service = try authority.issue([.dnsName("billing.internal")], usage: .serverAuth)
        var settings = ProxySettings()
        settings.tls = ListenerTLS(
            certificateChain: server.certificate, privateKey: server.key, minimumVersion: .tls12,
            clientAuthentication: .none)
        settings.upstreamTLS = UpstreamTLS(
            verification: .full(authorities: authority.pem), serverName: "billing.internal")
        try await withProxy(settings, upstreamCertificate: service) { proxy in
            let client = try await RawClient.connect(
                proxy.port,
                tls: try TestTLS.clientConfiguration(trusting: server.authority, identity: nil),
                serverName: "api.example.com")
            for _ in 0..<2 {
                try await client.send(proxy.get())
                #expect(try await client.response().status == 200)
            }
            let plain = try await proxy.connect()
            plain.begin(proxy.get())
            _ = try await plain.untilClosed()
            let shown = proxy.shown
            let listener = "127.0.0.1:\(proxy.port)"
            for (result, count) in [("completed", 1.0), ("failed", 1)] {
                #expect(
                    shown[
                        "tls_handshakes_total{listener=\"\(listener)\",result=\"\(result)\"}"]
                        == count, "\(result)")
            }
            #expect(
                shown["upstream_handshakes_total{service=\"billing\",result=\"completed\"}"] == 1)
            #expect(shown["connections{listener=\"\(listener)\"}"] == 1)
        }
    }
}
