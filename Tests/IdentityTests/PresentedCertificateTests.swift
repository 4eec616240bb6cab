// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ByteCoding
import Crypto
import Identity
import TestSupport
import Testing
import X509

/// attacks.md, mTLS: identity from the subject alternative names, never from the common name.
@Suite struct PresentedCertificateTests {
    private func source(_ subject: CertificateSource.SubjectName) throws -> CertificateSource {
        try CertificateSource(
            name: "workloads", subject: subject, kind: .service, roles: ["mesh"])
    }

    private func verdict(
        _ names: [GeneralName]?, as subject: CertificateSource.SubjectName,
        isAuthority: Bool = false, usages: [ExtendedKeyUsage.Usage]? = [.clientAuth]
    ) throws -> CredentialVerdict {
        let der = try ClientCertificateIssuer.certificate(
            names, isAuthority: isAuthority, usages: usages)
        return PresentedCertificate(der: der, source: try source(subject)).verdict(
            now: Provider.now)
    }

    private let spiffe = GeneralName.uniformResourceIdentifier("spiffe://example.org/ns/a/sa/b")

    @Test func `A workload is named by its SPIFFE ID`() throws {
        let der = try ClientCertificateIssuer.certificate([spiffe, .dnsName("a.example.org")])
        let presented = PresentedCertificate(der: der, source: try source(.spiffe))
        let identity = try #require(presented.verdict(now: Provider.now).identity)
        #expect(identity.issuer == "workloads")
        #expect(identity.subject == "spiffe://example.org/ns/a/sa/b")
        #expect(identity.kind == .service)
        #expect(identity.roles == ["mesh"])
        #expect(identity.authentication.method == .mtls)
        #expect(identity.authentication.binding == .mtls)
        #expect(identity.authentication.key == presented.thumbprint)
        #expect(presented.thumbprint == Base64URL.encode(SHA256.hash(data: der)))
        #expect(presented.thumbprint.count == 43)
        #expect(identity.expires?.seconds == Provider.nowSeconds + 3600)
        #expect(identity.reusableUntil == nil)
    }

    @Test(arguments: CertificateSource.SubjectName.allCases)
    func `Without a name of the configured kind nobody is named, least of all by the common name`(
        subject: CertificateSource.SubjectName
    ) throws {
        #expect(try verdict(nil, as: subject).reason == .certificateInvalid)
        #expect(try verdict([], as: subject).reason == .certificateInvalid)
        let mail = [GeneralName.rfc822Name("root@example.com")]
        #expect(try verdict(mail, as: subject).reason == .certificateInvalid)
        let other: [GeneralName] = subject == .dns ? [spiffe] : [.dnsName("a.example.org")]
        #expect(try verdict(other, as: subject).reason == .certificateInvalid)
    }

    @Test(arguments: CertificateSource.SubjectName.allCases)
    func `Two names of the configured kind are refused`(subject: CertificateSource.SubjectName)
        throws
    {
        let names: [GeneralName] =
            subject == .dns
            ? [.dnsName("a.example.org"), .dnsName("b.example.org")]
            : [spiffe, .uniformResourceIdentifier("spiffe://example.org/c")]
        #expect(try verdict(names, as: subject).reason == .certificateInvalid)
    }

    @Test func `A thousand names are refused, 64 are not`() throws {
        func names(_ count: Int) -> [GeneralName] {
            [spiffe] + (1..<count).map { GeneralName.dnsName("h\($0).example.org") }
        }
        #expect(try verdict(names(64), as: .spiffe).identity != nil)
        #expect(try verdict(names(65), as: .spiffe).reason == .certificateInvalid)
        #expect(try verdict(names(1000), as: .spiffe).reason == .certificateInvalid)
    }

    @Test(arguments: [
        "spiffe://example.org", "spiffe://example.org/", "spiffe:///a", "spiffe://example.org/a/",
        "spiffe://example.org//a", "spiffe://example.org/./a", "spiffe://example.org/../a",
        "spiffe://Example.org/a", "spiffe://example.org:443/a", "spiffe://u@example.org/a",
        "spiffe://example.org/a?b", "spiffe://example.org/a#b", "spiffe://example.org/%61",
        "spiffe://example.org/*", "spiffe://*/a", "SPIFFE://example.org/a", "https://example.org/a",
        "spiffe://example.org/a\0b", "spiffe://example.org/a b", "", "spiffe",
        "spiffe://example.org/" + String(repeating: "a", count: 2048),
    ])
    func `A URI that is no SPIFFE ID is refused`(uri: String) throws {
        let verdict = try verdict([.uniformResourceIdentifier(uri)], as: .spiffe)
        #expect(verdict.reason == .certificateInvalid)
    }

    @Test(arguments: [
        "", "example.org", ":x", "urn:a b", "urn:a\0", "urn:\u{7F}", "https://*.example.org/",
        "urn:a\"b", "urn:<a>", "1 urn:a", "urn:\\a",
    ])
    func `A URI of the wrong form is refused`(uri: String) throws {
        let verdict = try verdict([.uniformResourceIdentifier(uri)], as: .uri)
        #expect(verdict.reason == .certificateInvalid)
    }

    @Test(arguments: ["urn:uuid:1-2", "https://example.org/a?b#c", "spiffe://example.org/a"])
    func `Another URI names its holder as it is`(uri: String) throws {
        let identity = try verdict([.uniformResourceIdentifier(uri)], as: .uri).identity
        #expect(identity?.subject == uri)
    }

    @Test(arguments: [
        "", "*", "*.example.org", "a.*.org", "a..example.org", ".example.org", "example.org.",
        "-a.example.org", "a-.example.org", "a_b.example.org", "a b", "a\0.example.org",
        "a.example.org\0.evil.org", "a/b", "a@b",
        String(repeating: "a", count: 64) + ".org",
        String(repeating: "a.", count: 127),
    ])
    func `A DNS name with a wildcard, NUL or another form is refused`(name: String) throws {
        #expect(try verdict([.dnsName(name)], as: .dns).reason == .certificateInvalid)
    }

    @Test func `A DNS name is taken in lower case`() throws {
        let verdict = try verdict([.dnsName("Host-1.XN--Caf-dma.Example.ORG")], as: .dns)
        #expect(verdict.identity?.subject == "host-1.xn--caf-dma.example.org")
    }

    @Test func `An authority's certificate names nobody`() throws {
        let verdict = try verdict([spiffe], as: .spiffe, isAuthority: true)
        #expect(verdict.reason == .certificateInvalid)
    }

    @Test func `A certificate for other purposes names nobody`() throws {
        #expect(try verdict([spiffe], as: .spiffe, usages: nil).identity != nil)
        #expect(
            try verdict([spiffe], as: .spiffe, usages: [.serverAuth, .clientAuth]).identity != nil)
        #expect(try verdict([spiffe], as: .spiffe, usages: [.any]).identity != nil)
        #expect(
            try verdict([spiffe], as: .spiffe, usages: [.serverAuth])
                .reason == .certificateInvalid)
    }

    @Test func `A certificate that ends while its connection is open stops naming anyone`() throws {
        let presented = PresentedCertificate(
            der: try ClientCertificateIssuer.certificate([spiffe]), source: try source(.spiffe))
        func isNamed(at seconds: Int64) -> Bool {
            let now = UTCInstant(microseconds: (Provider.nowSeconds + seconds) * 1_000_000)
            return presented.verdict(now: now).identity != nil
        }
        #expect(!isNamed(at: -3601))
        #expect(isNamed(at: -3600))
        #expect(isNamed(at: 3600))
        #expect(!isNamed(at: 3601))
    }

    @Test func `Bytes that are no certificate name nobody`() throws {
        let der = try ClientCertificateIssuer.certificate([spiffe])
        for bytes in [[], [0x30], Array(der.dropLast()), der + [0], Array("-----BEGIN".utf8)] {
            let presented = PresentedCertificate(der: bytes, source: try source(.spiffe))
            #expect(presented.verdict(now: Provider.now).reason == .certificateInvalid)
        }
    }

    @Test func `Certificates stand for users, services or agents`() {
        #expect(throws: IdentityConfigurationFault.kind(source: "x")) {
            try CertificateSource(name: "x", subject: .dns, kind: .system, roles: [])
        }
    }
}
