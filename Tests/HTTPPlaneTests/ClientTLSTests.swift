// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import HTTPPlane
import Transport
import HTTPWire
import Identity
import Logging
import NIOCore
import NIOSSL
import TestSupport
import Testing
import X509

@Suite("TLS in front")
struct ClientTLSTests {
    /// A listener's certificate for `api.example.com`, and what clients need to trust it.
    private struct Front {
        let authority: TestAuthority
        let server: TestTLS

        init() throws {
            authority = try TestAuthority()
            server = try authority.issue([.dnsName("api.example.com")], usage: .serverAuth)
        }

        func listener(_ clients: ListenerTLS.ClientAuthentication) -> ListenerTLS {
            ListenerTLS(
                certificateChain: server.certificate, privateKey: server.key,
                minimumVersion: .tls12, clientAuthentication: clients)
        }

        func client(_ identity: TestTLS? = nil) throws -> TLSConfiguration {
            try TestTLS.clientConfiguration(trusting: server.authority, identity: identity)
        }

        func connect(_ proxy: ProxyFixture, _ identity: TestTLS? = nil) async throws -> RawClient {
            try await RawClient.connect(
                proxy.port, tls: try client(identity), serverName: "api.example.com")
        }
    }

    @Test("A request over TLS is forwarded as such")
    func https() async throws {
        let front = try Front()
        var settings = ProxySettings()
        settings.tls = front.listener(.none)
        try await withProxy(settings) { proxy in
            let client = try await front.connect(proxy)
            for _ in 0..<3 {
                try await client.send(proxy.get())
                #expect(try await client.response().body == "hello")
            }
            let request = try await proxy.upstream.requests(1)[0]
            #expect(request.values("X-Forwarded-Proto") == ["https"])
        }
    }

    @Test("A large answer and a large body pass through TLS")
    func large() async throws {
        let front = try Front()
        var settings = ProxySettings()
        settings.tls = front.listener(.none)
        let text = String(repeating: "x", count: 1 << 20)
        try await withProxy(settings) { _ in
            .bytes(ok(text))
        } _: { proxy in
            let client = try await front.connect(proxy)
            client.begin(proxy.post("Content-Length: \(text.utf8.count)\r\n", text))
            #expect(try await client.response().body.utf8.count == text.utf8.count)
            #expect(try await proxy.upstream.requests(1)[0].body.utf8.count == text.utf8.count)
        }
    }

    @Test("A request for another host than the connection was opened for is misdirected")
    func misdirected() async throws {
        let front = try Front()
        var settings = ProxySettings()
        settings.tls = front.listener(.none)
        try await withProxy(settings) { proxy in
            let client = try await front.connect(proxy)
            try await client.send(
                "GET /v1/invoices/1 HTTP/1.1\r\nHost: internal\r\nX-Api-Key: \(proxy.key)\r\n\r\n")
            let response = try await client.response()
            #expect(response.status == 421)
            #expect(proxy.upstream.connectionCount == 0)
        }
    }

    @Test("A client certificate identifies its holder, and its absence nobody")
    func certificate() async throws {
        let front = try Front()
        let clients = try TestAuthority()
        let holder = try clients.issue(
            [.uniformResourceIdentifier("spiffe://example.com/worker")], usage: .clientAuth)
        var settings = ProxySettings()
        settings.tls = front.listener(.optional(authorities: clients.pem))
        settings.certificates = try CertificateSource(
            name: "workloads", subject: .uri, kind: .service, roles: ["reader"])
        try await withProxy(settings) { proxy in
            let request = "GET /v1/invoices/1 HTTP/1.1\r\nHost: api.example.com\r\n\r\n"
            let known = try await front.connect(proxy, holder)
            for _ in 0..<2 {
                try await known.send(request)
                #expect(try await known.response().status == 200)
            }
            let forwarded = try await proxy.upstream.requests(1)[0]
            #expect(forwarded.values("Countersign-Issuer") == ["workloads"])
            let unknown = try await front.connect(proxy)
            try await unknown.send(request)
            #expect(try await unknown.response().status == 401)
        }
    }

    @Test("A certificate ends at its time on the connection that began with it")
    func certificateEnds() async throws {
        let front = try Front()
        let clients = try TestAuthority()
        let holder = try clients.issue(
            [.uniformResourceIdentifier("spiffe://example.com/worker")], usage: .clientAuth)
        var settings = ProxySettings()
        settings.tls = front.listener(.required(authorities: clients.pem))
        settings.certificates = try CertificateSource(
            name: "workloads", subject: .uri, kind: .service, roles: ["reader"])
        try await withProxy(settings) { proxy in
            let start = proxy.clock.now.microseconds
            let client = try await front.connect(proxy, holder)
            for (hours, status) in [(0, 200), (0, 200), (2, 401), (0, 200), (-2, 401)] {
                proxy.clock.set(UTCInstant(microseconds: start + Int64(hours) * 3_600_000_000))
                try await client.send(
                    "GET /v1/invoices/1 HTTP/1.1\r\nHost: api.example.com\r\n\r\n")
                #expect(try await client.response().status == status, "after \(hours) hours")
            }
            #expect(proxy.upstream.requestCount == 3)
        }
    }

    @Test("A certificate of another authority ends the handshake", arguments: [true, false])
    func foreignCertificate(required: Bool) async throws {
        let front = try Front()
        let clients = try TestAuthority()
        let foreign = try TestAuthority().issue(
            [.uniformResourceIdentifier("spiffe://example.com/worker")], usage: .clientAuth)
        var settings = ProxySettings()
        settings.tls = front.listener(
            required
                ? .required(authorities: clients.pem) : .optional(authorities: clients.pem))
        let lines = Watched<[CapturedLog.Line]>([])
        settings.logger = CapturedLog.logger(lines)
        try await withProxy(settings) { proxy in
            let client = try await front.connect(proxy, foreign)
            client.begin(proxy.get())
            #expect(try await client.untilClosed().isEmpty)
            try await Self.expect(lines, "the client's certificate is not accepted")
            #expect(proxy.upstream.connectionCount == 0)
            #expect(proxy.plane.status.requests == 0)
            #expect(proxy.plane.status.failedHandshakes == 1)
        }
    }

    /// One line tells of a failed handshake, from where it came and why. The client has the alert
    /// before we have written the line.
    private static func expect(
        _ lines: Watched<[CapturedLog.Line]>, _ cause: String
    ) async throws {
        let told = try await lines.wait(for: "the line of a failed handshake") {
            $0.contains { $0.message == "TLS handshake failed" }
        }.filter { $0.message == "TLS handshake failed" }
        #expect(told.count == 1)
        #expect(told.first?.level == .info)
        #expect(told.first?.fields["peer"] == "127.0.0.1")
        #expect(
            told.first?.fields["cause"]?.hasPrefix(cause) == true,
            "\(told.first?.fields["cause"] ?? "-")")
    }

    @Test("Where a certificate is required, there is no connection without one")
    func missingCertificate() async throws {
        let front = try Front()
        var settings = ProxySettings()
        settings.tls = front.listener(.required(authorities: try TestAuthority().pem))
        let lines = Watched<[CapturedLog.Line]>([])
        settings.logger = CapturedLog.logger(lines)
        try await withProxy(settings) { proxy in
            let client = try await front.connect(proxy)
            client.begin(proxy.get())
            #expect(try await client.untilClosed().isEmpty)
            #expect(proxy.plane.status.requests == 0)
            try await Self.expect(lines, "the client shows no certificate")
        }
    }

    @Test("TLS below the least version is not spoken")
    func version() async throws {
        let front = try Front()
        var settings = ProxySettings()
        var listener = front.listener(.none)
        listener.minimumVersion = .tls13
        settings.tls = listener
        try await withProxy(settings) { proxy in
            var old = try front.client()
            old.maximumTLSVersion = .tlsv12
            let client = try await RawClient.connect(
                proxy.port, tls: old, serverName: "api.example.com")
            client.begin(proxy.get())
            #expect(try await client.untilClosed().isEmpty)
        }
    }

    @Test("Plain text on a TLS port is not answered")
    func plainText() async throws {
        let front = try Front()
        var settings = ProxySettings()
        settings.tls = front.listener(.none)
        let lines = Watched<[CapturedLog.Line]>([])
        settings.logger = CapturedLog.logger(lines)
        try await withProxy(settings) { proxy in
            let client = try await proxy.connect()
            client.begin(proxy.get())
            _ = try await client.untilClosed()
            #expect(proxy.plane.status.requests == 0)
            try await Self.expect(lines, "the client does not speak TLS")
        }
    }

    @Test("A handshake that does not come to its end is given up")
    func handshakeTimeout() async throws {
        let front = try Front()
        var settings = ProxySettings()
        settings.tls = front.listener(.none)
        settings.limits.handshakeTimeout = .milliseconds(50)
        let lines = Watched<[CapturedLog.Line]>([])
        settings.logger = CapturedLog.logger(lines)
        try await withProxy(settings) { proxy in
            let client = try await proxy.connect()
            #expect(try await client.untilClosed().isEmpty)
            try await Self.expect(lines, "it took too long")
            #expect(proxy.plane.status.failedHandshakes == 1)
        }
    }

    @Test("A reload shows new clients the new certificate, and old ones stay connected")
    func reload() async throws {
        let front = try Front()
        let next = try Front()
        var settings = ProxySettings()
        settings.tls = front.listener(.none)
        try await withProxy(settings) { proxy in
            let old = try await front.connect(proxy)
            try await old.send(proxy.get())
            #expect(try await old.response().status == 200)
            var random = SystemRandomNumberGenerator()
            let minted = MintedAPIKey(
                name: "other", kind: .service, roles: ["reader"], expires: nil, random: &random)
            try await proxy.reload(
                rules: try makeRules(
                    proxy.settings, key: minted.stored, port: UInt16(proxy.upstream.port),
                    generation: 2),
                upstreams: [
                    UpstreamConfiguration(
                        name: "billing", host: "127.0.0.1", port: UInt16(proxy.upstream.port),
                        tls: nil, hostField: .preserved)
                ], certificates: [next.listener(.none)])
            let request =
                "GET /v1/invoices/1 HTTP/1.1\r\nHost: api.example.com\r\n"
                + "X-Api-Key: \(minted.text)\r\n\r\n"
            try await old.send(request)
            #expect(try await old.response().status == 200)
            let new = try await next.connect(proxy)
            try await new.send(request)
            #expect(try await new.response().status == 200)
        }
    }

    @Test("What cannot be used as a certificate is told before anything listens")
    func badCertificate() async throws {
        let front = try Front()
        var settings = ProxySettings()
        var listener = front.listener(.none)
        listener.privateKey = try Front().server.key
        settings.tls = listener
        await #expect(throws: DataPlaneFault.self) { try await withProxy(settings) { _ in } }
    }
}
