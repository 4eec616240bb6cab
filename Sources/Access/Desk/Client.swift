// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
package import AuditRecords
package import ByteCoding
package import Disclosures
package import Identity
internal import Policy

/// The connection that requests come from: what is learnt of it once and used by all of them.
///
/// Belongs to the connection's event loop.
package final class Client {
    /// The client's address: that of the peer, or the one that a trusted proxy names.
    package let address: IPAddress
    /// Its port, where known.
    package let port: UInt16?
    package let scheme: HTTPFacts.Scheme
    package let tls: DisclosedTLS?
    /// The client certificate that TLS validated.
    package let certificate: PresentedCertificate?
    /// How it is told of refusals.
    let renderer: any RefusalRenderer
    let addressText: [UInt8]
    private let peerText: [UInt8]
    /// The credential shown last, if it is remembered, and whose it is.
    var shown: (credential: RememberedCredential, actor: KnownActor)?
    /// The actor that the certificate last named, and under which configuration.
    var certified: (identity: VerifiedIdentity, actor: KnownActor, generation: SourcesGeneration)?
    /// What its peer has used up of limits for each peer.
    var limits = LimitCells()
    /// The last `where` of this connection, for as long as its facts stay the same.
    private var place: Place?

    /// What a commitment to a place was made from.
    private final class Place {
        let userAgent: [UInt8]
        let forwarded: [String]
        let subject: SubjectID
        /// Of the configuration that said what is kept.
        let generation: SourcesGeneration
        let disclosure: Disclosure

        init(
            userAgent: [UInt8], forwarded: [String], subject: SubjectID,
            generation: SourcesGeneration, disclosure: Disclosure
        ) {
            self.userAgent = userAgent
            self.forwarded = forwarded
            self.subject = subject
            self.generation = generation
            self.disclosure = disclosure
        }

        func isOf(_ userAgent: Span<UInt8>) -> Bool {
            let known = self.userAgent
            return userAgent.holdsSameBytes(as: known.span)
        }
    }

    /// - Parameter peer: the address at the other end of the socket, if that is a trusted proxy.
    package init(
        address: IPAddress, port: UInt16?, scheme: HTTPFacts.Scheme, tls: DisclosedTLS?,
        certificate: PresentedCertificate?, peer: IPAddress? = nil,
        renderer: any RefusalRenderer
    ) {
        self.address = address
        self.port = port
        self.scheme = scheme
        self.tls = tls
        self.certificate = certificate
        self.renderer = renderer
        addressText = Array(address.text.utf8)
        peerText = peer.map { Array($0.text.utf8) } ?? []
    }

    /// Commits to where a request comes from; one commitment serves the whole connection.
    ///
    /// - Parameters:
    ///   - forwarded: the addresses that trusted proxies name; empty if they are not kept.
    ///   - desk: whose rules say what is kept.
    func place(
        userAgent: Span<UInt8>, forwarded: [String], subject: SubjectKey, at desk: Desk
    ) -> Disclosure? {
        let rules = desk.rules
        guard rules.keepsPlace else { return nil }
        if let place, place.subject == subject.id, place.generation == rules.identity.generation,
            place.isOf(userAgent), place.forwarded == forwarded
        {
            return place.disclosure
        }
        let disclosure = disclosure(userAgent, forwarded, subject, rules.privacy, desk.salt())
        place = Place(
            userAgent: [UInt8](copying: userAgent), forwarded: forwarded, subject: subject.id,
            generation: rules.identity.generation, disclosure: disclosure)
        return disclosure
    }

    private func disclosure(
        _ userAgent: Span<UInt8>, _ forwarded: [String], _ subject: SubjectKey,
        _ privacy: PrivacyChoices, _ salt: Salt
    ) -> Disclosure {
        let (address, peer) = (addressText, peerText)
        let (text, peerSpan) = (address.span, peer.span)
        return Disclosure.where(
            address: text.extracting(privacy.address ? 0..<text.count : 0..<0),
            port: privacy.port ? port : nil,
            peerAddress: peerSpan.extracting(privacy.peerAddress ? 0..<peerSpan.count : 0..<0),
            userAgent: userAgent.extracting(privacy.userAgent ? 0..<userAgent.count : 0..<0),
            forwarded: forwarded, tls: privacy.tls ? tls : nil, subject: subject, salt: salt)
    }
}
