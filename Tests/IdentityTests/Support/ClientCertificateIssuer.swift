// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import SwiftASN1
import TestSupport
import X509

/// A certificate authority that issues whatever a test asks for.
enum ClientCertificateIssuer {
    static let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
    static let clientKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
    static let start = Date(timeIntervalSince1970: TimeInterval(Provider.nowSeconds - 3600))
    static let end = Date(timeIntervalSince1970: TimeInterval(Provider.nowSeconds + 3600))

    /// DER bytes of a client certificate with these names; nil leaves the extension out.
    static func certificate(
        _ names: [GeneralName]?, isAuthority: Bool = false,
        usages: [ExtendedKeyUsage.Usage]? = [.clientAuth]
    ) throws -> [UInt8] {
        var extensions = try Certificate.Extensions {
            Critical(
                isAuthority
                    ? BasicConstraints.isCertificateAuthority(maxPathLength: nil)
                    : BasicConstraints.notCertificateAuthority)
        }
        if let names {
            try extensions.append(
                Certificate.Extension(SubjectAlternativeNames(names), critical: false))
        }
        if let usages {
            try extensions.append(
                Certificate.Extension(ExtendedKeyUsage(usages), critical: false))
        }
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(bytes: [1, 2, 3]),
            publicKey: clientKey.publicKey, notValidBefore: start, notValidAfter: end,
            issuer: DistinguishedName { CommonName("Test authority") },
            subject: DistinguishedName { CommonName("root.example.com") },
            signatureAlgorithm: .ecdsaWithSHA256, extensions: extensions, issuerPrivateKey: key)
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return serializer.serializedBytes
    }
}
