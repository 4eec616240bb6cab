// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import AccessModel
internal import AuditRecords
internal import Exchanges
internal import HTTPWire
internal import Identity
internal import NIOCore
internal import Policy

extension ClientConnection {
    /// Goes through what has come, as far as the phase allows.
    func advance() {
        guard !isAdvancing else { return }
        isAdvancing = true
        defer { isAdvancing = false }
        var goesOn = true
        while goesOn, input.readableBytes > 0 {
            goesOn =
                switch phase {
                case .awaitingHead: readHead()
                case .underWay: readBody()
                case .discarding: discardBody()
                case .opening, .lingering, .closed: false
                }
        }
        upstream?.flush()
    }

    /// Takes bytes from the front of ``input``, and lets go of its memory when none are left.
    func consume(_ count: Int) {
        input.moveReaderIndex(forwardBy: count)
        if input.readableBytes == 0 { input = ByteBuffer() }
    }

    private func readHead() -> Bool {
        do throws(RequestFault) {
            let wasInHead = parser.isInHead
            switch try parser.consume(input.readableBytesUInt8Span) {
            case .incomplete:
                consume(input.readableBytes)
                if !wasInHead, !isFirstHead { deadlines.client = .now + listener.headTimeout }
                return false
            case .complete(let head, let consumed):
                if wasInHead { parser.forgetPieces() }
                consume(consumed)
                begin(head)
                return true
            }
        } catch {
            guard let reason = Reason(rawValue: error.kind.rawValue) else {
                preconditionFailure("FaultsAreReasons: no reason is spelt \(error.kind.rawValue)")
            }
            let refused = parser.refused(error, in: input.readableBytesUInt8Span)
            refuse(
                reason, version: nil, RefusalNote(error, refused, listener.limits.wire))
            return false
        }
    }

    private func begin(_ received: RequestHead) {
        let head = inServicesForm(received)
        lane.counters.requests.count()
        isFirstHead = false
        phase = .underWay
        stage = .deciding
        deadlines.client = .never
        table = lane.upstreams
        let exchange = exchange(for: head)
        self.exchange = exchange
        self.head = head
        body = RequestBody(head, limits: listener.limits.wire)
        if lane.isDraining {
            perform(exchange.refuse(.draining, version: HTTPFacts.Version(head.version)))
        } else if isMisdirected(head) {
            perform(
                exchange.refuse(
                    .misdirected, version: HTTPFacts.Version(head.version),
                    note: RefusalNote("Host is not the name in the TLS handshake", head)))
        } else {
            perform(
                exchange.begin(
                    ReceivedRequest(head, lane.desk.rules, isTrusted: peer.isTrusted)))
        }
    }

    /// The head in the form that its service wants paths in.
    private func inServicesForm(_ head: RequestHead) -> RequestHead {
        guard head.pathTraits.contains(.emptySegment) else { return head }
        let span = head.bytes.span
        let isMerged = lane.desk.rules.rulebook.mergesSlashes(
            host: span.extracting(head.host.range), path: span.extracting(head.path.range))
        return isMerged ? head.mergingSlashes() : head
    }

    /// Whether the request is for another host than the TLS connection was opened for.
    private func isMisdirected(_ head: RequestHead) -> Bool {
        guard let name = tls?.serverName, !head.host.isEmpty else { return false }
        return !head.bytes(of: head.host).elementsEqual(name)
    }

    /// Refuses what is no request, or no request in time, and the connection with it.
    func refuse(_ reason: Reason, version: HTTPFacts.Version?, _ note: RefusalNote? = nil) {
        lane.counters.malformedRequests.count()
        if phase != .closed { phase = .underWay }
        stage = .ending
        deadlines.client = .never
        let exchange = visitor(peer.address, peer.port)
        self.exchange = exchange
        perform(exchange.refuse(reason, version: version, note: note))
    }

    // MARK: Visitors

    /// The exchange for requests from where this one comes from.
    private func exchange(for head: RequestHead) -> Exchange {
        renewIdentities()
        guard peer.isTrusted else { return visitor(peer.address, peer.port) }
        let origin = peer.origin(of: head, trusted: listener.configuration.trustedProxies)
        return visitor(origin.address, origin.port)
    }

    private func visitor(_ address: IPAddress, _ port: UInt16?) -> Exchange {
        if let place = visitors.firstIndex(where: { $0.address == address && $0.port == port }) {
            return visitors[place].exchange
        }
        let client = Client(
            address: address, port: port, scheme: listener.isSecure ? .https : .http,
            tls: tls?.disclosed, certificate: tls?.certificate,
            peer: address == peer.address ? nil : peer.address)
        let exchange = Exchange(desk: lane.desk, client: client, receiver: self)
        if visitors.count >= Self.mostVisitors { visitors.removeFirst() }
        visitors.append(Visitor(address: address, port: port, exchange: exchange))
        return exchange
    }

    /// How many addresses behind one trusted proxy's connection are remembered.
    private static let mostVisitors = 16

    /// A new configuration may read the client's certificate in another way.
    private func renewIdentities() {
        guard tls != nil else { return }
        let identity = lane.desk.rules.identity
        if tls?.renew(identity.generation, source: identity.certificates) == true { visitors = [] }
    }
}
