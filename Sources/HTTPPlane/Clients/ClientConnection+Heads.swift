// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import AuditRecords
internal import ByteCoding
internal import Access
internal import HTTPWire
internal import Identity
internal import NIOCore
internal import Observability
internal import Policy
internal import Transport

extension ClientConnection {
    /// Processes what has come, as far as the phase allows.
    func advance() {
        guard !isAdvancing else { return }
        isAdvancing = true
        defer { isAdvancing = false }
        var goesOn = true
        while goesOn, input.readableBytes > 0 {
            goesOn =
                switch phase {
                case .awaitingHead: readHead()
                case .underWay: readContent()
                case .discarding: discardContent()
                case .opening, .lingering, .closed: false
                }
        }
        access.flushService()
    }

    /// Takes bytes from the front of ``input``, and releases its memory when none are left.
    func consume(_ count: Int) {
        input.moveReaderIndex(forwardBy: count)
        if input.readableBytes == 0 { input = ByteBuffer() }
    }

    private func readHead() -> Bool {
        // A span of a property would prevent writing to the property.
        let input = input
        do throws(RequestFault) {
            let wasInHead = parser.isInHead
            switch try parser.consume(input.readableBytesUInt8Span) {
            case .incomplete:
                consume(input.readableBytes)
                if !wasInHead, !isFirstHead { deadline = lane.now + terms.headTimeout }
                return false
            case .complete(let head, let consumed):
                if wasInHead { parser.forgetPieces() }
                consume(consumed)
                begin(head)
                return true
            }
        } catch {
            let refused = parser.refused(error, in: input.readableBytesUInt8Span)
            refuse(Reason(error.kind), RefusalNote(error, refused, terms.wire))
            return false
        }
    }

    private func begin(_ received: RequestHead) {
        let head = inServicesForm(received)
        lane.counters.requests.count()
        isFirstHead = false
        phase = .underWay
        deadline = .never
        decoder =
            head.framing == .none
            ? nil : BodyDecoder(head.framing, .request, limits: terms.wire)
        asked = Asked(
            version: head.version, isHead: head.method.isHead, keepsAlive: head.keepsAlive)
        access.begin(
            head, exchange(for: head), isTrusted: peer.isTrusted, objection: objection(to: head))
    }

    /// Why this connection cannot serve a request.
    private func objection(to head: RequestHead) -> (reason: Reason, note: RefusalNote?)? {
        if lane.isDraining { return (.draining, nil) }
        guard isMisdirected(head) else { return nil }
        return (.misdirected, RefusalNote("Host is not the name in the TLS handshake", head))
    }

    /// The head with its path in the form that its service wants.
    private func inServicesForm(_ head: RequestHead) -> RequestHead {
        guard head.pathTraits.contains(.emptySegment) else { return head }
        let bytes = head.bytes
        let span = bytes.span
        let isMerged = lane.desk.rules.rulebook.mergesSlashes(
            host: span.extracting(head.host.range), path: span.extracting(head.path.range))
        return isMerged ? head.mergingSlashes() : head
    }

    /// Whether the request is for a host other than the one the TLS connection was opened for.
    private func isMisdirected(_ head: RequestHead) -> Bool {
        guard let name = tls?.serverName, !head.host.isEmpty else { return false }
        return !head.bytes(of: head.host).elementsEqual(name)
    }

    /// Refuses what is no request or came too late, and closes the connection.
    func refuse(_ reason: Reason, _ note: RefusalNote? = nil) {
        lane.counters.malformedRequests.count()
        if phase != .closed { phase = .underWay }
        deadline = .never
        decoder = nil
        asked = nil
        access.refuse(reason, visitor(peer.address, peer.port), note)
    }

    // MARK: Visitors

    /// The exchange for requests from this one's origin.
    private func exchange(for head: RequestHead) -> Exchange {
        renewIdentities()
        guard peer.isTrusted else { return visitor(peer.address, peer.port) }
        let origin = peer.origin(of: head, trusted: listener.terms.trustedProxies)
        return visitor(origin.address, origin.port)
    }

    private func visitor(_ address: IPAddress, _ port: UInt16?) -> Exchange {
        if let place = visitors.firstIndex(where: { $0.address == address && $0.port == port }) {
            return visitors[place].exchange
        }
        let client = Client(
            address: address, port: port, scheme: listener.isSecure ? .https : .http,
            tls: tls?.disclosed, certificate: tls?.certificate,
            peer: address == peer.address ? nil : peer.address, renderer: ProblemDetails())
        let exchange = Exchange(desk: lane.desk, client: client, receiver: access)
        if visitors.count >= Self.mostVisitors { visitors.removeFirst() }
        visitors.append(Visitor(address: address, port: port, exchange: exchange))
        return exchange
    }

    /// How many addresses behind one trusted proxy's connection are remembered.
    private static let mostVisitors = 16

    /// A new configuration may read the client's certificate differently.
    private func renewIdentities() {
        guard tls != nil else { return }
        let identity = lane.desk.rules.identity
        if tls?.renew(identity.generation, source: identity.certificates) == true { visitors = [] }
    }
}
