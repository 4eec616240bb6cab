// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Disclosures
package import Identity
package import NIOSSL

/// What the TLS handshake revealed about a client.
package struct ClientTLS {
    package let disclosed: DisclosedTLS
    /// The host that the client asked for, in lower case.
    package let serverName: [UInt8]?
    /// The leaf of the chain that was checked.
    private let leaf: [UInt8]?
    private var generation: SourcesGeneration
    package private(set) var certificate: PresentedCertificate?

    package init(
        _ handler: NIOSSLHandler, serverName: [UInt8]?, generation: SourcesGeneration,
        source: CertificateSource?
    ) throws {
        let version: String? =
            switch handler.tlsVersion {
            case .tlsv1: "1.0"
            case .tlsv11: "1.1"
            case .tlsv12: "1.2"
            case .tlsv13: "1.3"
            case nil: nil
            }
        disclosed = DisclosedTLS(version: version, cipher: nil, clientSubject: nil)
        self.serverName = serverName
        leaf = try handler.peerCertificate?.toDERBytes()
        self.generation = generation
        certificate = leaf.map { PresentedCertificate(der: $0, source: source) }
    }

    /// Reads the certificate again if another configuration is in force.
    ///
    /// - Returns: whether it was.
    package mutating func renew(_ generation: SourcesGeneration, source: CertificateSource?) -> Bool
    {
        guard let leaf, generation != self.generation else { return false }
        self.generation = generation
        certificate = PresentedCertificate(der: leaf, source: source)
        return true
    }
}
