// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import ByteCoding
internal import Access
internal import HTTPWire
internal import NIOCore
internal import Observability
internal import Transport

/// One client's HTTP/1.1 connection: reads its requests in order, frames the answers, and has one
/// ``RelayedAccess`` for all of them.
///
/// ```text
/// opening ─▶ awaitingHead ─▶ underWay ─┬─▶ awaitingHead      next request
///                ▲    ▲                ├─▶ discarding        the rest of a small body
///                └────┼────────────────┘      │
///                     └───────────────────────┘
///            any ─▶ lingering ─▶ closed
/// ```
/// One request is under way at a time; what a client sends early waits, within bounds, unparsed.
final class ClientConnection: ChannelInboundHandler, LaneConnection {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase {
        /// The TLS handshake is under way.
        case opening
        case awaitingHead
        case underWay
        /// The answer has been sent; the rest of the request's content is discarded.
        case discarding
        /// Our side is closed; whatever comes is discarded until the client closes its side.
        case lingering
        case closed
    }

    let http: HTTPLane
    let lane: Lane
    let listener: Listener
    let terms: ClientTerms
    let peer: Peer
    var context: ChannelHandlerContext?
    var phase: Phase
    let access: RelayedAccess

    var parser: RequestHeadParser
    /// What has come and is not processed yet.
    var input = ByteBuffer()
    /// What leaves with the next write; all of an answer while it is held.
    var output = ByteBuffer()
    /// Whether ``output`` leaves unchanged with the next flush.
    var isQueued = false
    var needsFlush = false
    /// Nil with TLS.
    private var directOutput: DirectOutput?
    /// Whether the channel takes more; asking it each time costs more than being notified.
    private(set) var isWritable = true
    private var reading = ReadStanding.none
    var isAdvancing = false
    /// Bytes discarded since our side was closed.
    var lingeredBytes = 0

    /// The exchanges of this connection, by origin address.
    ///
    /// One, unless the peer is a trusted proxy, which speaks for many.
    var visitors: [Visitor] = []
    /// What services were told about the actor of the last request.
    var told: ToldFields?
    /// For the incoming content; nil before its head.
    var decoder: BodyDecoder?
    /// How the answer under way is framed.
    var answerFraming = BodyFraming.none
    /// What determines how the request under way is answered; nil for what was no request.
    var asked: Asked?

    var tls: ClientTLS?
    /// The host named in the TLS handshake.
    var requestedName: [UInt8]?
    /// The first head's time runs from connecting.
    var isFirstHead = true
    /// When the client is too slow with its handshake, head or next request, or with closing.
    var deadline = Moment.never
    /// When it is too slow to read what was written.
    var writeDeadline = Moment.never
    var wheelTick = UInt64.max

    struct Asked {
        let version: HTTPVersion
        let isHead: Bool
        let keepsAlive: Bool
    }

    struct Visitor {
        let address: IPAddress
        let port: UInt16?
        let exchange: Exchange
    }

    /// - Parameter isOpen: whether requests can come at once, without a TLS handshake.
    init(
        _ http: HTTPLane, listener: Listener, terms: ClientTerms, peer: Peer, isOpen: Bool
    ) {
        self.http = http
        lane = http.lane
        self.listener = listener
        self.terms = terms
        self.peer = peer
        phase = isOpen ? .awaitingHead : .opening
        parser = RequestHeadParser(
            limits: terms.wire, scheme: listener.isSecure ? .https : .http)
        access = RelayedAccess(
            http, listener: listener.number, limits: terms.relay)
        access.attach(.http1(self))
    }

    // MARK: Channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        lane.add(self)
    }

    /// Always comes last, even if the channel never became active.
    func handlerRemoved(context: ChannelHandlerContext) {
        closed()
        self.context = nil
        directOutput = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        lane.lookAtClock()
        deadline =
            lane.now + (phase == .opening ? terms.handshakeTimeout : terms.headTimeout)
        lane.watch(self)
        if !listener.isSecure { directOutput = DirectOutput(context.channel) }
        if listener.census.admit(peer) {
            standing = .admitted
            context.read()
        } else {
            standing = listener.census.mayLinger() ? .turnedAway : .excess
            turnAway()
            // Recorded like the others, but its descriptor is needed elsewhere.
            if standing == .excess { context.close(promise: nil) }
        }
    }

    /// What the census knows of this connection.
    enum Standing {
        case unknown
        case admitted
        case turnedAway
        /// Turned away along with too many others: not even told why.
        case excess
    }

    private var standing = Standing.unknown

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lane.lookAtClock()
        reading = .underWay
        var bytes = unwrapInboundIn(data)
        switch phase {
        case .closed: return
        case .lingering: linger(bytes.readableBytes)
        case .opening, .awaitingHead, .underWay, .discarding:
            if input.readableBytes == 0 { input = bytes } else { input.writeBuffer(&bytes) }
            advance()
            // A channel that was closed meanwhile gets no more events.
            if phase == .closed { afterEvent() }
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        reading = .none
        afterEvent()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        lane.lookAtClock()
        isWritable = context.channel.isWritable
        guard isWritable else { return }
        writeDeadline = .never
        access.clientTakesMore()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        handshakeEvent(event)
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if phase == .opening {
            lane.lookAtClock()
            handshakeFailed(ClientTLSProblem(error))
        }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { closed() }

    /// The channel is gone; the access under way ends with a record.
    private func closed() {
        guard phase != .closed else { return }
        lane.lookAtClock()
        let wasInHead = phase == .awaitingHead && parser.isInHead
        phase = .closed
        deadline = .never
        writeDeadline = .never
        switch standing {
        case .admitted: listener.census.leave(peer)
        case .turnedAway: listener.census.lingered()
        case .unknown, .excess: break
        }
        input = ByteBuffer()
        if wasInHead {
            refuse(.clientClosed, unfinishedHead)
        } else if !access.isIdle, standing != .excess {
            lane.counters.abandonedRequests.count()
            access.clientGone()
        }
        afterEvent()
    }

    // MARK: Turns

    /// Does what is due after any event: the next request, sending what was written, the next read.
    func afterEvent() {
        // Whoever processes the input does all this afterwards.
        guard !isAdvancing else { return }
        if phase != .closed { advance() }
        guard phase != .closed else {
            if access.isIdle { leave() }
            return
        }
        flush()
        readMore()
        lane.watch(self)
    }

    /// The channel is closed and no record is outstanding: releases this connection.
    private func leave() {
        visitors = []
        access.leave()
        lane.remove(self)
    }

    /// Whether the client takes more now.
    var takesMore: Bool { isWritable && context != nil }

    func flush() {
        guard needsFlush, let context else { return }
        needsFlush = false
        if isQueued { leave(context) } else { context.flush() }
        guard !isWritable else { return }
        // Now only the client is waited for.
        if writeDeadline == .never { writeDeadline = lane.now + terms.writeTimeout }
        access.clientBlocked()
    }

    /// Sends what is queued; that may in turn queue more.
    private func leave(_ context: ChannelHandlerContext) {
        isQueued = false
        var leaving = ByteBuffer()
        swap(&leaving, &output)
        directOutput?.send(&leaving)
        if leaving.readableBytes > 0 {
            directOutput?.yield()
            context.writeAndFlush(wrapOutboundOut(leaving), promise: nil)
        }
        guard output.readableBytes == 0, !isQueued else { return }
        swap(&leaving, &output)
        freeOutput()
    }

    /// Queues what is in ``output`` to be sent.
    func write() {
        guard output.readableBytes > 0, !isQueued, context != nil else { return }
        isQueued = true
        needsFlush = true
    }

    /// Makes sure that what is added to ``output`` is not appended to something already queued.
    func prepareOutput() {
        guard isQueued, let context else { return }
        isQueued = false
        directOutput?.yield()
        context.write(wrapOutboundOut(output), promise: nil)
        output = ByteBuffer()
    }

    /// Empties ``output``: if all of it has left, it is uniquely ours again and this costs nothing.
    func freeOutput() {
        isQueued = false
        if output.capacity > Self.largestKeptOutput {
            output = ByteBuffer()
        } else {
            output.clear()
        }
    }

    /// An idle connection holds no more than this, plus what its parser keeps.
    private static let largestKeptOutput = 8_192

    /// Requests the next read unless enough is waiting. Never within a read, where the request
    /// would be lost.
    func readMore() {
        guard reading == .none, phase != .closed, input.readableBytes < Self.mostWaitingBytes,
            let context
        else { return }
        reading = .asked
        context.read()
    }

    /// What may wait unparsed before reading from the client stops.
    static let mostWaitingBytes = 32_768
}
