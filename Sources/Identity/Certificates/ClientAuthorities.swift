// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import SwiftASN1
internal import X509

/// Who may issue clients' certificates, and whether a chain leads to one of them.
///
/// Any authority whose certificate the configuration names counts, whether root or intermediate.
/// The profile is that of `Docs/Using/TLS.md`.
package struct ClientAuthorities: Sendable {
    /// Nobody honest shows more certificates than this.
    static let mostCertificates = 8

    private let store: CertificateStore

    /// - Parameter pem: one certificate or several, nothing else.
    /// - Throws: if there is none, or one cannot be read.
    package init(pem: [UInt8]) throws {
        let documents = try PEMDocument.parseMultiple(
            pemString: String(decoding: pem, as: UTF8.self))
        guard !documents.isEmpty else { throw Empty() }
        store = CertificateStore(try documents.map { try Certificate(pemDocument: $0) })
    }

    /// Text without a certificate.
    private struct Empty: Error {}

    /// Whether the first certificate is now valid for a client and the others lead from it to an
    /// authority.
    ///
    /// - Parameter chain: DER, as shown by the client, which has proved possession of the first
    ///   one's key.
    package func vouch(for chain: [[UInt8]]) async -> Bool {
        guard let first = chain.first, chain.count <= Self.mostCertificates else { return false }
        let leaf: Certificate
        var others: [Certificate] = []
        do {
            leaf = try Certificate(derEncoded: first)
            for der in chain.dropFirst() { others.append(try Certificate(derEncoded: der)) }
        } catch {
            // A certificate that cannot be read, or whose kind of key is not accepted.
            return false
        }
        var verifier = Verifier(rootCertificates: store) {
            RFC5280Policy()
            ClientCertificatePolicy()
        }
        let result = await verifier.validate(leaf: leaf, intermediates: CertificateStore(others))
        switch result {
        case .validCertificate: return true
        case .couldNotValidate: return false
        }
    }
}
