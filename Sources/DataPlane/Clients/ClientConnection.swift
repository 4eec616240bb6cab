// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import ByteCoding
internal import Exchanges
internal import HTTPWire
internal import NIOCore
internal import Observability

/// One client's HTTP/1.1 connection: reads its requests in order, frames what it is told to answer, and has one
/// ``RelayedAccess`` for all of them.
///
/// ```text
/// opening ─▶ awaitingHead ─▶ underWay ─┬─▶ awaitingHead      next request
///                ▲    ▲                ├─▶ discarding        the rest of a small body
///                └────┼────────────────┘      │
///                     └───────────────────────┘
///            any ─▶ lingering ─▶ closed
/// ```
/// One request is under way at a time; what a client sends ahead waits, within bounds, unparsed.
final class ClientConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase {
        /// The TLS handshake is under way.
        case opening
        case awaitingHead
        case underWay
        /// The answer has left; what is left of the request's content is discarded.
        case discarding
        /// Our side is closed; whatever comes is discarded until the client closes, too.
        case lingering
        case closed
    }

    let lane: Lane
    let listener: Listener
    let peer: Peer
    var context: ChannelHandlerContext?
    var phase: Phase
    let access: RelayedAccess

    var parser: RequestHeadParser
    /// What has come and was not looked at yet.
    var input = ByteBuffer()
    /// What leaves with the next write; while an answer is held, all of it.
    var output = ByteBuffer()
    /// Whether ``output`` leaves with the next flush as it is.
    var isQueued = false
    var needsFlush = false
    /// Nil with TLS.
    private var directOutput: DirectOutput?
    /// Whether the channel takes more; asking it each time costs more than being told.
    private(set) var isWritable = true
    private var reading = ReadStanding.none
    var isAdvancing = false
    /// Bytes passed over since our side was closed.
    var lingeredBytes = 0

    /// The exchanges of this connection by the address that requests come from.
    ///
    /// One, unless the peer is a trusted proxy, which speaks for many.
    var visitors: [Visitor] = []
    /// What services were told about the actor of the last request.
    var told: ToldFields?
    /// Of the content that is coming in; nil before its head.
    var decoder: BodyDecoder?
    /// How the answer under way is framed.
    var answerFraming = BodyFraming.none
    /// What of the request under way decides how it is answered; nil for what was no request.
    var asked: Asked?

    var tls: ClientTLS?
    /// The host named in the TLS handshake.
    var requestedName: [UInt8]?
    /// Until the first head is complete, its time runs from connecting.
    var isFirstHead = true
    /// When the client has been too slow: with its handshake, head or next request, or with closing.
    var deadline = Moment.never
    /// When it has been too slow to take what was written.
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
    init(lane: Lane, listener: Listener, peer: Peer, isOpen: Bool) {
        self.lane = lane
        self.listener = listener
        self.peer = peer
        phase = isOpen ? .awaitingHead : .opening
        parser = RequestHeadParser(
            limits: listener.limits.wire, scheme: listener.isSecure ? .https : .http)
        access = RelayedAccess(
            lane: lane, listener: listener.number, limits: listener.relayLimits(lane))
        access.attach(.http1(self))
    }

    // MARK: Channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        lane.add(self)
    }

    /// Comes last in any case, even where the channel never became active.
    func handlerRemoved(context: ChannelHandlerContext) {
        closed()
        self.context = nil
        directOutput = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        lane.lookAtClock()
        deadline =
            lane.now + (phase == .opening ? listener.handshakeTimeout : listener.headTimeout)
        lane.watch(self)
        if !listener.isSecure { directOutput = DirectOutput(context.channel) }
        if listener.census.admit(peer) {
            standing = .admitted
            context.read()
        } else {
            standing = listener.census.mayLinger() ? .turnedAway : .excess
            turnAway()
            // Recorded like the others, but its descriptor is needed.
            if standing == .excess { context.close(promise: nil) }
        }
    }

    /// What the census knows of this connection.
    enum Standing {
        case unknown
        case admitted
        case turnedAway
        /// Turned away, with too many others that were: not even told why.
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
            // Nothing more may be told about a channel that was closed meanwhile.
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
        if phase == .opening { handshakeEnded(.failed) }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { closed() }

    /// The channel is gone; what is under way ends with a record.
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

    /// What is due after anything has happened: the next request, what was written, the next read.
    func afterEvent() {
        // Whoever goes through what has come does all this after it.
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

    /// The channel is closed and no record is waited for: nothing refers to this connection any more.
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
        // Now the client is waited for, and nobody else.
        if writeDeadline == .never { writeDeadline = lane.now + listener.writeTimeout }
        access.clientBlocked()
    }

    /// Sends what is queued; what comes of that may queue more.
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

    /// Makes sure that what is added to ``output`` does not follow something that is queued already.
    func prepareOutput() {
        guard isQueued, let context else { return }
        isQueued = false
        directOutput?.yield()
        context.write(wrapOutboundOut(output), promise: nil)
        output = ByteBuffer()
    }

    /// Empties ``output``: where all of it has left, it is ours alone again and this costs nothing.
    func freeOutput() {
        isQueued = false
        if output.capacity > Self.largestKeptOutput {
            output = ByteBuffer()
        } else {
            output.clear()
        }
    }

    /// An idle connection holds no more than this, and what its parser keeps.
    private static let largestKeptOutput = 8_192

    /// Reads on unless enough waits already. Never within a read, which would lose it.
    func readMore() {
        guard reading == .none, phase != .closed, input.readableBytes < Self.mostWaitingBytes,
            let context
        else { return }
        reading = .asked
        context.read()
    }

    /// What may wait unparsed before the client is no longer read from.
    static let mostWaitingBytes = 32_768
}
