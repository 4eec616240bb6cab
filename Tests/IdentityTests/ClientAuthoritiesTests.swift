// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Crypto
import CryptoExtras
import Foundation
import Identity
import SwiftASN1
import Testing
import X509

/// One certificate of a chain as a test wants it; each is issued by the one after it.
private struct Link: Sendable {
    var name = "leaf"
    var key = Certificate.PrivateKey(P256.Signing.PrivateKey())
    var signature: Certificate.SignatureAlgorithm?
    var constraints: BasicConstraints? = .notCertificateAuthority
    var keyUsage: KeyUsage? = KeyUsage(digitalSignature: true)
    var purposes: [ExtendedKeyUsage.Usage]? = [.clientAuth]
    var names: [GeneralName] = [.uniformResourceIdentifier("spiffe://example.com/worker")]
    var allowed: NameConstraints?
    var hours: Range<Double> = -1..<1
    var version = Certificate.Version.v3
    var hasUnknownCritical = false

    static func authority(_ name: String, pathLength: Int? = nil) -> Link {
        var link = Link()
        link.name = name
        link.constraints = .isCertificateAuthority(maxPathLength: pathLength)
        link.keyUsage = KeyUsage(keyCertSign: true)
        link.purposes = nil
        link.names = []
        return link
    }

    func with<Value>(_ path: WritableKeyPath<Link, Value>, _ value: Value) -> Link {
        var link = self
        link[keyPath: path] = value
        return link
    }

    func issued(by issuer: Link) throws -> Certificate {
        var list = Certificate.Extensions()
        if let constraints { try list.append(.init(constraints, critical: true)) }
        if let keyUsage { try list.append(.init(keyUsage, critical: true)) }
        if let purposes { try list.append(.init(ExtendedKeyUsage(purposes), critical: false)) }
        if !names.isEmpty {
            try list.append(.init(SubjectAlternativeNames(names), critical: false))
        }
        if let allowed { try list.append(.init(allowed, critical: true)) }
        if hasUnknownCritical {
            try list.append(
                .init(oid: [1, 3, 6, 1, 4, 1, 99999, 1], critical: true, value: [5, 0]))
        }
        let isRSA = _RSA.Signing.PublicKey(issuer.key.publicKey) != nil
        let isEdwards = Curve25519.Signing.PublicKey(issuer.key.publicKey) != nil
        return try Certificate(
            version: version, serialNumber: Certificate.SerialNumber(),
            publicKey: key.publicKey, notValidBefore: Date.now + 3600 * hours.lowerBound,
            notValidAfter: Date.now + 3600 * hours.upperBound,
            issuer: try DistinguishedName { CommonName(issuer.name) },
            subject: try DistinguishedName { CommonName(name) },
            signatureAlgorithm: signature
                ?? (isRSA ? .sha256WithRSAEncryption : isEdwards ? .ed25519 : .ecdsaWithSHA256),
            extensions: list, issuerPrivateKey: issuer.key)
    }
}

@Suite struct `A client's chain` {
    /// Whether a chain is believed of which the last certificate, or the one that is named, is configured.
    private func isBelieved(
        _ links: [Link], trusting place: Int? = nil, showing count: Int? = nil
    ) async throws -> Bool {
        let last = try #require(links.last)
        let issuers = links.dropFirst() + [last]
        let chain = try zip(links, issuers).map { try $0.issued(by: $1) }
        let anchor = chain[place ?? chain.count - 1]
        let authorities = try ClientAuthorities(
            pem: Array(try anchor.serializeAsPEM().pemString.utf8))
        let shown = try chain.dropLast().prefix(count ?? chain.count).map { certificate in
            var serializer = DER.Serializer()
            try serializer.serialize(certificate)
            return serializer.serializedBytes
        }
        return await authorities.vouch(for: Array(shown))
    }

    private static func rsa(_ bits: Int) throws -> Certificate.PrivateKey {
        Certificate.PrivateKey(try _RSA.Signing.PrivateKey(unsafeKeySize: .init(bitCount: bits)))
    }

    private static let root = Link.authority("root")
    private static let middle = Link.authority("middle")

    @Test func `leads to an authority only as the profile says`() async throws {
        let (leaf, root, middle) = (Link(), Self.root, Self.middle)
        let large = try Self.rsa(2048)
        let small = try Self.rsa(1024)
        let edwards = Certificate.PrivateKey(Curve25519.Signing.PrivateKey())
        let dns = [GeneralName.dnsName("a.example.com")]
        func named(_ domain: String) -> Link {
            middle.with(\.allowed, NameConstraints(permittedDNSDomains: [domain]))
        }
        let good: [(String, [Link])] = [
            ("plain", [leaf, root]), ("through an intermediate", [leaf, middle, root]),
            ("no key usage", [leaf.with(\.keyUsage, nil), root]),
            ("no purpose", [leaf.with(\.purposes, nil), root]),
            ("any purpose", [leaf.with(\.purposes, [.any]), root]),
            ("several purposes", [leaf.with(\.purposes, [.serverAuth, .clientAuth]), root]),
            ("no basic constraints", [leaf.with(\.constraints, nil), root]),
            ("RSA", [leaf.with(\.key, large), root.with(\.key, large)]),
            ("Ed25519", [leaf.with(\.key, edwards), root.with(\.key, edwards)]),
            (
                "P-384",
                [leaf.with(\.key, Certificate.PrivateKey(P384.Signing.PrivateKey())), root]
            ),
            ("path length 0", [leaf, Link.authority("middle", pathLength: 0), root]),
            ("path length 1", [leaf, middle, Link.authority("root", pathLength: 1)]),
            ("a permitted name", [leaf.with(\.names, dns), named("example.com"), root]),
            (
                "a purpose of the intermediate",
                [leaf, middle.with(\.purposes, [.clientAuth, .serverAuth]), root]
            ),
        ]
        for (name, links) in good {
            #expect(try await isBelieved(links), "\(name)")
        }
        let bad: [(String, [Link])] = [
            ("expired", [leaf.with(\.hours, -2..<(-1)), root]),
            ("not valid yet", [leaf.with(\.hours, 1..<2), root]),
            ("an expired intermediate", [leaf, middle.with(\.hours, -2..<(-1)), root]),
            ("an expired root", [leaf, root.with(\.hours, -2..<(-1))]),
            ("for servers", [leaf.with(\.purposes, [.serverAuth]), root]),
            ("for code", [leaf.with(\.purposes, [.codeSigning]), root]),
            (
                "an intermediate for servers", [leaf, middle.with(\.purposes, [.serverAuth]), root]
            ),
            (
                "a key for encryption only",
                [leaf.with(\.keyUsage, KeyUsage(keyEncipherment: true)), root]
            ),
            (
                "an authority as client",
                [leaf.with(\.constraints, .isCertificateAuthority(maxPathLength: nil)), root]
            ),
            (
                "no authority between",
                [leaf, middle.with(\.constraints, .notCertificateAuthority), root]
            ),
            ("nothing said between", [leaf, middle.with(\.constraints, nil), root]),
            (
                "an intermediate that may not sign",
                [leaf, middle.with(\.keyUsage, KeyUsage(cRLSign: true)), root]
            ),
            ("too long a path", [leaf, middle, Link.authority("root", pathLength: 0)]),
            ("a forbidden name", [leaf.with(\.names, dns), named("example.org"), root]),
            ("an extension that nobody knows", [leaf.with(\.hasUnknownCritical, true), root]),
            ("RSA of 1024 bits", [leaf.with(\.key, small), root]),
            ("an intermediate of 1024 bits", [leaf, middle.with(\.key, small), root]),
            (
                "SHA-1",
                [leaf.with(\.signature, .sha1WithRSAEncryption), root.with(\.key, large)]
            ),
            (
                "an intermediate signed with SHA-1",
                [leaf, middle.with(\.signature, .sha1WithRSAEncryption), root.with(\.key, large)]
            ),
        ]
        for (name, links) in bad {
            let believed = try await isBelieved(links)
            #expect(!believed, "\(name)")
        }
    }

    @Test func `is believed whichever of its authorities is configured`() async throws {
        let links = [Link(), Self.middle, Self.root]
        for place in 1..<3 {
            #expect(try await isBelieved(links, trusting: place), "\(place)")
        }
        #expect(try await isBelieved(links, trusting: 1, showing: 1))
        let itself = try await isBelieved(links, trusting: 0)
        #expect(!itself)
        let withoutMiddle = try await isBelieved(links, trusting: 2, showing: 1)
        #expect(!withoutMiddle)
    }

    @Test func `of another authority, of none, or too long is not believed`() async throws {
        let other = try Self.root.issued(by: Self.root)
        let authorities = try ClientAuthorities(
            pem: Array(try other.serializeAsPEM().pemString.utf8))
        let certificate = try Link().issued(by: Link.authority("root"))
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        let leaf = serializer.serializedBytes
        for chain in [
            [leaf], [], [[1, 2, 3]], [leaf, [1, 2, 3]], Array(repeating: leaf, count: 9),
        ] {
            let believed = await authorities.vouch(for: chain)
            #expect(!believed, "\(chain.count)")
        }
    }

    @Test(arguments: ["", "text", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
    func `has no authority in a file without certificates`(_ text: String) {
        #expect(throws: (any Error).self) {
            _ = try ClientAuthorities(pem: Array(text.utf8))
        }
    }
}
