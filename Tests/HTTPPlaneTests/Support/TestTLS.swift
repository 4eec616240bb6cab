// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Crypto
import CryptoExtras
import Foundation
import NIOSSL
import SwiftASN1
import X509

/// An authority made for one test, and the certificates that it issues.
struct TestAuthority {
    private let key: Certificate.PrivateKey
    private let signature: Certificate.SignatureAlgorithm
    private let name: DistinguishedName
    let pem: [UInt8]
    /// What must be shown with a certificate so that ``pem`` of the root is enough to trust it.
    private let intermediates: [UInt8]

    init(rsa: Bool = false) throws {
        let name = try DistinguishedName { CommonName(rsa ? "Old authority" : "Test authority") }
        key =
            rsa
            ? Certificate.PrivateKey(try _RSA.Signing.PrivateKey(keySize: .bits2048))
            : Certificate.PrivateKey(P256.Signing.PrivateKey())
        signature = rsa ? .sha256WithRSAEncryption : .ecdsaWithSHA256
        pem = try Self.certificate(
            name, key, issuer: name, issuerKey: key, .authority, signature)
        self.name = name
        intermediates = []
    }

    /// What a certificate below another authority says of its holder.
    enum Kind {
        case authority
        /// For names below this one only.
        case authorityFor(String)
        /// No authority at all.
        case plain
    }

    private init(_ kind: Kind, below issuer: TestAuthority) throws {
        let name = try DistinguishedName { CommonName("Test authority \(UUID())") }
        key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        signature = .ecdsaWithSHA256
        pem = issuer.pem
        intermediates =
            try Self.certificate(
                name, key, issuer: issuer.name, issuerKey: issuer.key, kind, issuer.signature)
            + issuer.intermediates
        self.name = name
    }

    /// An authority that this one vouches for, or should not have.
    func issueAuthority(_ kind: Kind = .authority) throws -> TestAuthority {
        try TestAuthority(kind, below: self)
    }

    private static func certificate(
        _ name: DistinguishedName, _ key: Certificate.PrivateKey, issuer: DistinguishedName,
        issuerKey: Certificate.PrivateKey, _ kind: Kind,
        _ signature: Certificate.SignatureAlgorithm
    ) throws -> [UInt8] {
        let extensions =
            switch kind {
            case .authority:
                try Certificate.Extensions {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                    Critical(KeyUsage(keyCertSign: true))
                }
            case .authorityFor(let domain):
                try Certificate.Extensions {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                    Critical(KeyUsage(keyCertSign: true))
                    Critical(NameConstraints(permittedDNSDomains: [domain]))
                }
            case .plain:
                try Certificate.Extensions {
                    Critical(BasicConstraints.notCertificateAuthority)
                    Critical(KeyUsage(digitalSignature: true))
                }
            }
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
            notValidBefore: Date.now - 3600, notValidAfter: Date.now + 3600, issuer: issuer,
            subject: name, signatureAlgorithm: signature, extensions: extensions,
            issuerPrivateKey: issuerKey)
        return Array((try certificate.serializeAsPEM().pemString + "\n").utf8)
    }

    /// A certificate for these names, and its key.
    ///
    /// - Parameters:
    ///   - names: nil: without any alternative name.
    ///   - hours: when it is valid, from now.
    ///   - own: the holder's key.
    ///   - signature: what the authority signs with, if not as ever.
    func issue(
        _ names: [GeneralName]?, usage: ExtendedKeyUsage.Usage,
        hours: Range<Double> = -1..<1,
        key own: Certificate.PrivateKey = Certificate.PrivateKey(P256.Signing.PrivateKey()),
        signature: Certificate.SignatureAlgorithm? = nil
    ) throws -> TestTLS {
        var extensions = try Certificate.Extensions {
            Critical(BasicConstraints.notCertificateAuthority)
            try ExtendedKeyUsage([usage])
        }
        if let names {
            try extensions.append(.init(SubjectAlternativeNames(names), critical: false))
        }
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(),
            publicKey: own.publicKey,
            notValidBefore: Date.now + 3600 * hours.lowerBound,
            notValidAfter: Date.now + 3600 * hours.upperBound, issuer: name,
            subject: try DistinguishedName { CommonName("holder.example.com") },
            signatureAlgorithm: signature ?? self.signature, extensions: extensions,
            issuerPrivateKey: key)
        return TestTLS(
            certificate: Array((try certificate.serializeAsPEM().pemString + "\n").utf8)
                + intermediates,
            key: Array(try own.serializeAsPEM().pemString.utf8), authority: pem)
    }
}

/// A certificate and its key, in PEM.
struct TestTLS: Sendable {
    /// The leaf first.
    var certificate: [UInt8]
    let key: [UInt8]
    /// Who is to be trusted for it.
    let authority: [UInt8]

    /// Those between the leaf and who is trusted.
    var intermediate: [UInt8] {
        let end = Array("-----END CERTIFICATE-----\n".utf8)
        guard let first = certificate.firstRange(of: end) else { return [] }
        return Array(certificate[first.upperBound...])
    }

    /// The same without those between the leaf and who is trusted.
    func alone() throws -> TestTLS {
        let end = Array("-----END CERTIFICATE-----\n".utf8)
        var alone = self
        if let first = certificate.firstRange(of: end) {
            alone.certificate = Array(certificate[..<first.upperBound])
        }
        return alone
    }

    func serverConfiguration() throws -> TLSConfiguration {
        .makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(certificate)
                .map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: key, format: .pem)))
    }

    /// What a client needs that trusts `authority`; it shows `identity` where there is one.
    static func clientConfiguration(
        trusting authority: [UInt8], identity: TestTLS?
    ) throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(authority))
        if let identity {
            configuration.certificateChain = try NIOSSLCertificate.fromPEMBytes(
                identity.certificate
            ).map { .certificate($0) }
            configuration.privateKey = .privateKey(
                try NIOSSLPrivateKey(bytes: identity.key, format: .pem))
        }
        return configuration
    }
}
