// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import DataPlane
import NIOSSL
import SwiftASN1
import Testing
import X509

@Suite("TLS towards services")
struct ServiceTLSTests {
    private func settings(
        _ verification: UpstreamTLS.Verification, name: String? = "billing.internal"
    ) -> HouseSettings {
        var settings = HouseSettings()
        settings.upstreamTLS = UpstreamTLS(verification: verification, serverName: name)
        return settings
    }

    @Test("A service with the right certificate is spoken to, again and again")
    func verified() async throws {
        let authority = try TestAuthority()
        let service = try authority.issue([.dnsName("billing.internal")], usage: .serverAuth)
        try await withHouse(
            settings(.full(authorities: authority.pem)), upstreamCertificate: service
        ) { house in
            let client = try await house.connect()
            for _ in 0..<3 {
                try await client.send(house.get())
                #expect(try await client.response().body == "hello")
            }
            try await client.send(house.post("Content-Length: 5\r\n", "hello"))
            #expect(try await client.response().status == 200)
            #expect(house.upstream.connectionCount == 1)
        }
    }

    @Test("A certificate for an address is checked against the address")
    func address() async throws {
        let authority = try TestAuthority()
        let service = try authority.issue(
            [.ipAddress(.init(contentBytes: [127, 0, 0, 1]))], usage: .serverAuth)
        try await withHouse(
            settings(.full(authorities: authority.pem), name: nil), upstreamCertificate: service
        ) { house in
            let client = try await house.connect()
            try await client.send(house.get())
            #expect(try await client.response().status == 200)
        }
    }

    @Test("A service with another name gets no request")
    func otherName() async throws {
        let authority = try TestAuthority()
        let service = try authority.issue([.dnsName("other.internal")], usage: .serverAuth)
        try await withHouse(
            settings(.full(authorities: authority.pem)), upstreamCertificate: service
        ) { house in
            let client = try await house.connect()
            try await client.send(house.get())
            let response = try await client.response()
            #expect(response.status == 502)
            #expect(response.body.contains("upstream_tls"))
            #expect(house.upstream.requestCount == 0)
            #expect(house.upstream.byteCount == 0)
            let records = try await house.closedRecords(of: response.value("Countersign-Record"))
            #expect(records.map(\.reason) == ["upstream_tls"])
        }
    }

    @Test("A service of another authority gets no request")
    func otherAuthority() async throws {
        let service = try TestAuthority().issue(
            [.dnsName("billing.internal")], usage: .serverAuth)
        try await withHouse(
            settings(.full(authorities: try TestAuthority().pem)), upstreamCertificate: service
        ) { house in
            let client = try await house.connect()
            try await client.send(house.get())
            #expect(try await client.response().status == 502)
            #expect(house.upstream.byteCount == 0)
        }
    }

    @Test("Only where verification is switched off does any certificate do")
    func unverified() async throws {
        let service = try TestAuthority().issue([.dnsName("anything")], usage: .serverAuth)
        try await withHouse(settings(.off), upstreamCertificate: service) { house in
            let client = try await house.connect()
            try await client.send(house.get())
            #expect(try await client.response().status == 200)
        }
    }

    @Test("A service that does not answer the handshake is given up")
    func silentService() async throws {
        var settings = settings(.off)
        settings.timeouts.connect = .milliseconds(100)
        try await withHouse(settings) { house in
            let client = try await house.connect()
            try await client.send(house.get())
            #expect(try await client.response().status == 504)
            try await house.upstream.closed(0)
        }
    }
}
