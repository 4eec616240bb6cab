// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import Crypto
import CryptoExtras
import HTTPPlane
import Transport
import Identity
import NIOCore
import NIOSSL
import Testing
import X509

/// Clients that show a certificate that should not open a door.
@Suite("Attacks: client certificates")
struct CertificateAttackTests {
    private static let workload = GeneralName.uniformResourceIdentifier(
        "spiffe://example.com/worker")

    /// A proxy that asks for certificates of one authority, and a client that shows what it likes.
    private struct Door {
        let clients: TestAuthority
        let front: TestTLS
        var settings = ProxySettings()

        init(subject: CertificateSource.SubjectName = .uri) throws {
            clients = try TestAuthority()
            front = try TestAuthority().issue([.dnsName("api.example.com")], usage: .serverAuth)
            settings.tls = ListenerTLS(
                certificateChain: front.certificate, privateKey: front.key, minimumVersion: .tls12,
                clientAuthentication: .required(authorities: clients.pem))
            settings.certificates = try CertificateSource(
                name: "workloads", subject: subject, kind: .service, roles: ["reader"])
        }

        static let request = "GET /v1/invoices/1 HTTP/1.1\r\nHost: api.example.com\r\n"

        /// What a request over a connection with this certificate is answered; nil: nothing at all.
        func knock(
            _ proxy: ProxyFixture, _ identity: TestTLS, _ fields: String = "",
            change: (inout TLSConfiguration) -> Void = { _ in }
        ) async throws -> WireMessage? {
            var configuration = try TestTLS.clientConfiguration(
                trusting: front.authority, identity: identity)
            change(&configuration)
            let client = try await RawClient.connect(
                proxy.port, tls: configuration, serverName: "api.example.com")
            client.begin(Self.request + "Connection: close\r\n" + fields + "\r\n")
            let text = try await client.untilClosed()
            return WireMessage.first(in: Array(text.utf8), isResponse: true, isClosed: true)
        }
    }

    private struct Row {
        let name: String
        let identity: TestTLS
        /// Nil: the handshake fails.
        var status: Int?
    }

    @Test("A chain that does not lead to the authority ends the handshake")
    func chains() async throws {
        let door = try Door()
        let names = [Self.workload, .dnsName("worker.example.com")]
        func issue(_ authority: TestAuthority) throws -> TestTLS {
            try authority.issue(names, usage: .clientAuth)
        }
        let middle = try door.clients.issueAuthority()
        let below = try issue(try middle.issueAuthority())
        let rows = [
            Row(name: "good", identity: try issue(door.clients), status: 200),
            Row(name: "with its intermediate", identity: try issue(middle), status: 200),
            Row(name: "with two", identity: below, status: 200),
            Row(name: "with none of two", identity: try below.alone()),
            Row(name: "without its intermediate", identity: try issue(middle).alone()),
            Row(name: "of another authority", identity: try issue(try TestAuthority())),
            Row(
                name: "of a namesake's intermediate",
                identity: try issue(try TestAuthority().issueAuthority())),
            Row(
                name: "of a certificate that is no authority",
                identity: try issue(try door.clients.issueAuthority(.plain))),
            Row(
                name: "of an authority for other names",
                identity: try issue(try door.clients.issueAuthority(.authorityFor("other.example")))
            ),
            Row(
                name: "of an authority for these names",
                identity: try issue(try door.clients.issueAuthority(.authorityFor("example.com"))),
                status: 200),
            Row(
                name: "expired",
                identity: try door.clients.issue(names, usage: .clientAuth, hours: -2..<(-1))),
            Row(
                name: "not valid yet",
                identity: try door.clients.issue(names, usage: .clientAuth, hours: 1..<2)),
            Row(
                name: "for servers only",
                identity: try door.clients.issue(names, usage: .serverAuth)),
            Row(
                name: "for code only",
                identity: try door.clients.issue(names, usage: .codeSigning)),
        ]
        try await withProxy(door.settings) { proxy in
            for row in rows {
                let answer = try await door.knock(proxy, row.identity)
                #expect(answer?.status == row.status, "\(row.name)")
            }
            let served = rows.count { $0.status == 200 }
            #expect(proxy.upstream.requestCount == served)
            #expect(proxy.plane.status.requests == served)
        }
    }

    @Test(
        "A certificate that does not name one holder names nobody",
        arguments: [CertificateSource.SubjectName.uri, .spiffe, .dns])
    func names(subject: CertificateSource.SubjectName) async throws {
        let door = try Door(subject: subject)
        let good: GeneralName = subject == .dns ? .dnsName("worker.example.com") : Self.workload
        let many = (0..<1_000).map { GeneralName.dnsName("a\($0).example.com") }
        var rows: [(String, [GeneralName]?)] = [
            ("common name only", nil), ("mail", [.rfc822Name("root@example.com")]),
            ("two", [good, good]), ("a thousand", many + [good]),
            (
                "the other kind",
                [subject == .dns ? Self.workload : .dnsName("worker.example.com")]
            ),
        ]
        rows +=
            subject == .dns
            ? [
                ("a wildcard", [.dnsName("*.example.com")]),
                ("NUL", [.dnsName("a.example.com\0.b")]),
                ("spaces", [.dnsName("a b")]), ("empty", [.dnsName("")]),
                ("a trailing dot", [.dnsName("a.example.com.")]),
            ]
            : [
                ("NUL", [.uniformResourceIdentifier("spiffe://example.com/a\0b")]),
                ("spaces", [.uniformResourceIdentifier("spiffe://example.com/a b")]),
                ("empty", [.uniformResourceIdentifier("")]),
                ("no scheme", [.uniformResourceIdentifier("worker")]),
            ]
        let certificates = try rows.map {
            ($0.0, try door.clients.issue($0.1, usage: .clientAuth))
        }
        let holder = try door.clients.issue([good], usage: .clientAuth)
        try await withProxy(door.settings) { proxy in
            for (name, identity) in certificates {
                // The TLS library refuses some of them by itself.
                if let answer = try await door.knock(proxy, identity) {
                    #expect(answer.status == 401, "\(name)")
                    #expect(answer.body.contains("certificate_invalid"), "\(name)")
                }
            }
            #expect(proxy.upstream.connectionCount == 0)
            #expect(try await door.knock(proxy, holder)?.status == 200)
            #expect(
                try await proxy.upstream.requests(1)[0].values("Countersign-Issuer") == [
                    "workloads"
                ])
        }
    }

    @Test("A weak or unfit certificate ends the handshake, whatever else the client shows")
    func weak() async throws {
        let door = try Door()
        let names = [Self.workload]
        let small = Certificate.PrivateKey(
            try _RSA.Signing.PrivateKey(unsafeKeySize: .init(bitCount: 1024)))
        let large = Certificate.PrivateKey(try _RSA.Signing.PrivateKey(keySize: .bits2048))
        let old = try TestAuthority(rsa: true)
        var settings = door.settings
        settings.tls?.clientAuthentication = .optional(authorities: door.clients.pem + old.pem)
        let rows = [
            Row(
                name: "RSA of 2048 bits",
                identity: try door.clients.issue(names, usage: .clientAuth, key: large), status: 200
            ),
            Row(
                name: "Ed25519",
                identity: try door.clients.issue(
                    names, usage: .clientAuth,
                    key: Certificate.PrivateKey(Curve25519.Signing.PrivateKey())), status: 200),
            Row(
                name: "RSA of 1024 bits",
                identity: try door.clients.issue(names, usage: .clientAuth, key: small)),
            Row(
                name: "signed with SHA-256",
                identity: try old.issue(names, usage: .clientAuth), status: 200),
            Row(
                name: "signed with SHA-1",
                identity: try old.issue(
                    names, usage: .clientAuth, signature: .sha1WithRSAEncryption)),
        ]
        try await withProxy(settings) { proxy in
            for row in rows {
                let answer = try await door.knock(proxy, row.identity)
                #expect(answer?.status == row.status, "\(row.name)")
                let key = "X-Api-Key: \(proxy.key)\r\n"
                let withKey = try await door.knock(proxy, row.identity, key)
                #expect((withKey == nil) == (row.status == nil), "\(row.name) and a key")
            }
        }
    }

    @Test("An authority may be an intermediate one, and then vouches for those below it alone")
    func intermediateAuthority() async throws {
        let door = try Door()
        let middle = try door.clients.issueAuthority()
        let middlePEM = try middle.issue([Self.workload], usage: .clientAuth).intermediate
        var settings = door.settings
        settings.tls?.clientAuthentication = .required(authorities: middlePEM)
        let below = try middle.issue([Self.workload], usage: .clientAuth)
        let alone = try below.alone()
        let beside = try door.clients.issue([Self.workload], usage: .clientAuth)
        try await withProxy(settings) { proxy in
            #expect(try await door.knock(proxy, below)?.status == 200)
            #expect(try await door.knock(proxy, alone)?.status == 200)
            let refused = try await door.knock(proxy, beside)
            #expect(refused == nil)
        }
    }

    @Test("Old versions and ciphers of TLS are not spoken, and HTTP/2 is not agreed on")
    func versions() async throws {
        let door = try Door()
        let holder = try door.clients.issue([Self.workload], usage: .clientAuth)
        try await withProxy(door.settings) { proxy in
            for version in [TLSVersion.tlsv1, .tlsv11] {
                let answer = try await door.knock(proxy, holder) {
                    $0.minimumTLSVersion = version
                    $0.maximumTLSVersion = version
                }
                #expect(answer == nil, "\(version)")
            }
            for cipher in [
                "ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES256-SHA", "AES128-GCM-SHA256", "AES256-SHA",
            ] {
                let answer = try await door.knock(proxy, holder) {
                    $0.maximumTLSVersion = .tlsv12
                    $0.cipherSuites = cipher
                }
                #expect(answer == nil, "\(cipher)")
            }
            let answer = try await door.knock(proxy, holder) { $0.applicationProtocols = ["h2"] }
            #expect(answer == nil)
            #expect(proxy.plane.status.requests == 0)
            for cipher in ["ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"] {
                let answer = try await door.knock(proxy, holder) {
                    $0.maximumTLSVersion = .tlsv12
                    $0.cipherSuites = cipher
                }
                #expect(answer?.status == 200, "\(cipher)")
            }
            let both = try await door.knock(proxy, holder) {
                $0.applicationProtocols = ["h2", "http/1.1"]
            }
            #expect(both?.status == 200)
        }
    }

    @Test("Who has a certificate may not show another in a field")
    func forwardedCertificate() async throws {
        let door = try Door()
        let holder = try door.clients.issue([Self.workload], usage: .clientAuth)
        let claims = [
            "X-Forwarded-Client-Cert: By=spiffe://a;URI=spiffe://example.com/root;Subject=\"a,b;c=d\"",
            "x-forwarded-client-cert: URI=spiffe://example.com/root", "X-SSL-Client-Cert: root",
            "X-Client-Cert: root", "Client-Cert: :cm9vdA==:", "Client-Cert-Chain: :cm9vdA==:",
            "X-SSL-Client-S-DN: CN=root", "Countersign-Subject: root",
        ]
        try await withProxy(door.settings) { proxy in
            let answer = try await door.knock(
                proxy, holder, claims.map { $0 + "\r\n" }.joined())
            #expect(answer?.status == 200)
            let request = try await proxy.upstream.requests(1)[0]
            #expect(
                !request.fields.contains { $0.value.contains("root") || $0.value.contains("cm9v") })
        }
    }
}
