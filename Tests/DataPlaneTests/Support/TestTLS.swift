// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import NIOSSL
import SwiftASN1
import X509

/// An authority made for one test, and the certificates that it issues.
struct TestAuthority {
    private let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
    private let name: DistinguishedName
    let pem: [UInt8]

    init() throws {
        name = try DistinguishedName { CommonName("Test authority") }
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
            notValidBefore: Date.now - 3600, notValidAfter: Date.now + 3600, issuer: name,
            subject: name, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                Critical(KeyUsage(keyCertSign: true))
            }, issuerPrivateKey: key)
        pem = Array(try certificate.serializeAsPEM().pemString.utf8)
    }

    /// A certificate for these names, and its key.
    func issue(_ names: [GeneralName], usage: ExtendedKeyUsage.Usage) throws -> TestTLS {
        let own = P256.Signing.PrivateKey()
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PrivateKey(own).publicKey, notValidBefore: Date.now - 3600,
            notValidAfter: Date.now + 3600, issuer: name,
            subject: try DistinguishedName { CommonName("holder") },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                SubjectAlternativeNames(names)
                try ExtendedKeyUsage([usage])
            }, issuerPrivateKey: key)
        return TestTLS(
            certificate: Array(try certificate.serializeAsPEM().pemString.utf8),
            key: Array(own.pemRepresentation.utf8), authority: pem)
    }
}

/// A certificate and its key, in PEM.
struct TestTLS: Sendable {
    let certificate: [UInt8]
    let key: [UInt8]
    /// Who issued it.
    let authority: [UInt8]

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
