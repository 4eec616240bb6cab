// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Crypto
import HTTPPlane
import Transport
import HTTPWire
import NIOSSL
import SwiftASN1
import Testing
import X509

@Suite("TLS towards services")
struct ServiceTLSTests {
    private func settings(
        _ verification: UpstreamTLS.Verification, name: String? = "billing.internal"
    ) -> ProxySettings {
        var settings = ProxySettings()
        settings.upstreamTLS = UpstreamTLS(verification: verification, serverName: name)
        return settings
    }

    @Test("A service with the right certificate is spoken to, again and again")
    func verified() async throws {
        let authority = try TestAuthority()
        let service = try authority.issue([.dnsName("billing.internal")], usage: .serverAuth)
        try await withProxy(
            settings(.full(authorities: authority.pem)), upstreamCertificate: service
        ) { proxy in
            let client = try await proxy.connect()
            for _ in 0..<3 {
                try await client.send(proxy.get())
                #expect(try await client.response().body == "hello")
            }
            try await client.send(proxy.post("Content-Length: 5\r\n", "hello"))
            #expect(try await client.response().status == 200)
            #expect(proxy.upstream.connectionCount == 1)
        }
    }

    @Test("A certificate for an address is checked against the address")
    func address() async throws {
        let authority = try TestAuthority()
        let service = try authority.issue(
            [.ipAddress(.init(contentBytes: [127, 0, 0, 1]))], usage: .serverAuth)
        try await withProxy(
            settings(.full(authorities: authority.pem), name: nil), upstreamCertificate: service
        ) { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            #expect(try await client.response().status == 200)
        }
    }

    @Test("A service with another name gets no request")
    func otherName() async throws {
        let authority = try TestAuthority()
        let service = try authority.issue([.dnsName("other.internal")], usage: .serverAuth)
        try await withProxy(
            settings(.full(authorities: authority.pem)), upstreamCertificate: service
        ) { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            let response = try await client.response()
            #expect(response.status == 502)
            #expect(response.body.contains("upstream_tls"))
            #expect(proxy.upstream.requestCount == 0)
            #expect(proxy.upstream.byteCount == 0)
            let records = try await proxy.closedRecords(of: response.value("Countersign-Record"))
            #expect(records.map(\.reason) == ["upstream_tls"])
            #expect(records.map(\.detail) == ["the certificate is for another name"])
            #expect(records.map { $0.value[path: "dst", "tls_verified"]?.bool } == [false])
        }
    }

    @Test("A service of another authority gets no request")
    func otherAuthority() async throws {
        let service = try TestAuthority().issue(
            [.dnsName("billing.internal")], usage: .serverAuth)
        try await withProxy(
            settings(.full(authorities: try TestAuthority().pem)), upstreamCertificate: service
        ) { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            #expect(try await client.response().status == 502)
            #expect(proxy.upstream.byteCount == 0)
        }
    }

    @Test("A certificate that is refused is said to be refused, and why")
    func refused() async throws {
        let authority = try TestAuthority()
        func issue(
            _ hours: Range<Double>, _ usage: ExtendedKeyUsage.Usage = .serverAuth
        ) throws -> TestTLS {
            try authority.issue([.dnsName("billing.internal")], usage: usage, hours: hours)
        }
        let unknown =
            "no authority that is trusted vouches for the certificate, or it is not for servers"
        let foreign = try TestAuthority().issue([.dnsName("billing.internal")], usage: .serverAuth)
        for (service, words) in [
            (try issue(-2..<(-1)), "the certificate has expired"),
            (try issue(1..<2), "the certificate is not valid yet"),
            (try issue(-1..<1, .clientAuth), unknown), (foreign, unknown),
        ] {
            try await withProxy(
                settings(.full(authorities: authority.pem)), upstreamCertificate: service
            ) { proxy in
                let client = try await proxy.connect()
                try await client.send(proxy.get())
                let response = try await client.response()
                #expect(response.body.contains("(\(words))"))
                let records = try await proxy.closedRecords(
                    of: response.value("Countersign-Record"))
                #expect(records.map(\.detail) == [words])
                #expect(records.map { $0.value[path: "dst", "tls_verified"]?.bool } == [false])
            }
        }
    }

    @Test("A service that does not speak TLS is told from one that is not trusted")
    func plainService() async throws {
        try await withProxy(settings(.full(authorities: try TestAuthority().pem))) { _ in
            .close
        } _: { proxy in
            let client = try await proxy.connect()
            client.begin(proxy.get())
            // The hello is no request, and so nobody answers it but the test.
            try await proxy.upstream.bytes(100, on: 0)
            try await proxy.upstream.send("HTTP/1.1 400 Bad Request\r\n\r\n", on: 0)
            let response = try await client.response()
            #expect(response.body.contains("(the service does not speak TLS at this port)"))
        }
    }

    @Test("Nothing is verified where nothing was reached")
    func unreached() async throws {
        var settings = settings(.full(authorities: try TestAuthority().pem))
        settings.upstreamPort = 1
        try await withProxy(settings) { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            let records = try await proxy.closedRecords(
                of: try await client.response().value("Countersign-Record"))
            #expect(records.map { $0.value[path: "dst", "tls_verified"] } == [nil])
        }
    }

    @Test("A service may have an Ed25519 certificate")
    func edwards() async throws {
        let authority = try TestAuthority()
        let key = Curve25519.Signing.PrivateKey()
        let service = try authority.issue(
            [.dnsName("billing.internal")], usage: .serverAuth,
            key: Certificate.PrivateKey(key))
        try await withProxy(
            settings(.full(authorities: authority.pem)), upstreamCertificate: service
        ) { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            #expect(try await client.response().status == 200)
        }
    }

    @Test("Only where verification is switched off does any certificate do")
    func unverified() async throws {
        let service = try TestAuthority().issue([.dnsName("anything")], usage: .serverAuth)
        try await withProxy(settings(.off), upstreamCertificate: service) { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            #expect(try await client.response().status == 200)
        }
    }

    @Test("A service that does not answer the handshake is given up")
    func silentService() async throws {
        var settings = settings(.off)
        settings.timeouts.connect = .milliseconds(100)
        try await withProxy(settings) { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            #expect(try await client.response().status == 504)
            try await proxy.upstream.closed(0)
        }
    }
}
