// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import SwiftASN1
internal import X509

/// Who may issue clients' certificates, and whether a chain leads to one of them.
///
/// An authority is whatever authority's certificate the configuration names, a root or an intermediate.
/// The profile is that of `Docs/Using/TLS.md`.
package struct ClientAuthorities: Sendable {
    /// Nobody honest shows more certificates than this.
    static let mostCertificates = 8

    private let store: CertificateStore

    /// - Parameter pem: one certificate or several, nothing else.
    /// - Throws: where there is none, or one cannot be read.
    package init(pem: [UInt8]) throws {
        let documents = try PEMDocument.parseMultiple(
            pemString: String(decoding: pem, as: UTF8.self))
        guard !documents.isEmpty else { throw Empty() }
        store = CertificateStore(try documents.map { try Certificate(pemDocument: $0) })
    }

    /// Text without a certificate.
    private struct Empty: Error {}

    /// Whether the first certificate is good for a client and the others lead from it to an authority, now.
    ///
    /// - Parameter chain: DER, as the client showed them; it has proved to hold the first one's key.
    package func vouch(for chain: [[UInt8]]) async -> Bool {
        guard let first = chain.first, chain.count <= Self.mostCertificates else { return false }
        let leaf: Certificate
        var others: [Certificate] = []
        do {
            leaf = try Certificate(derEncoded: first)
            for der in chain.dropFirst() { others.append(try Certificate(derEncoded: der)) }
        } catch {
            // A certificate that cannot be read, or whose key is of a kind that is not accepted.
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
