// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
internal import AccessModel
package import AuditRecords
package import Identity

/// The connection that requests come from: what is known of it once, and used by all of them.
///
/// Belongs to the connection's event loop.
package final class Client {
    /// The client's address: that of the peer, or the one that a trusted proxy names.
    package let address: IPAddress
    /// Its port, where known.
    package let port: UInt16?
    package let scheme: HTTPFacts.Scheme
    package let tls: DisclosedTLS?
    /// The client certificate that TLS has validated.
    package let certificate: PresentedCertificate?
    let addressText: [UInt8]
    /// The actor that the certificate named last, as long as it names the same.
    var actor: (identity: VerifiedIdentity, actor: Actor)?
    /// The last `where` of this connection, for as long as its facts stay the same.
    private var place: (userAgent: [UInt8], subject: SubjectID, disclosure: Disclosure)?

    package init(
        address: IPAddress, port: UInt16?, scheme: HTTPFacts.Scheme, tls: DisclosedTLS?,
        certificate: PresentedCertificate?
    ) {
        self.address = address
        self.port = port
        self.scheme = scheme
        self.tls = tls
        self.certificate = certificate
        addressText = Array(address.text.utf8)
    }

    /// Commits to where a request comes from; one commitment serves the whole connection.
    func place(
        userAgent: Span<UInt8>, subject: SubjectKey, privacy: PrivacyChoices,
        salt: () -> Salt
    ) -> Disclosure? {
        guard privacy.address || privacy.userAgent else { return nil }
        if let place, place.subject == subject.id, userAgent.isEqual(place.userAgent.span) {
            return place.disclosure
        }
        let address = addressText
        let text = address.span
        let nothing = text.extracting(0..<0)
        let disclosure = Disclosure.where(
            address: text.extracting(privacy.address ? 0..<text.count : 0..<0),
            port: privacy.address ? port : nil, peerAddress: nothing,
            userAgent: userAgent.extracting(privacy.userAgent ? 0..<userAgent.count : 0..<0),
            forwarded: [], tls: privacy.address ? tls : nil, subject: subject, salt: salt())
        var copy: [UInt8] = []
        copy.reserveCapacity(userAgent.count)
        for place in userAgent.indices { copy.append(userAgent[place]) }
        place = (copy, subject.id, disclosure)
        return disclosure
    }
}

extension Span<UInt8> {
    fileprivate func isEqual(_ other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for place in indices where self[place] != other[place] { return false }
        return true
    }
}
