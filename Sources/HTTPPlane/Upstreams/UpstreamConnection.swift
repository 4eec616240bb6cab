// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Access
internal import AccessModel
internal import HTTPWire
internal import Logging
internal import NIOCore
internal import NIOSSL
internal import NIOTLS
internal import Observability
internal import Transport

/// One connection to a service; it serves one request at a time.
///
/// It is kept for another request only if the last one ended properly on both sides. After a
/// malformed or early answer, a timeout, or anything unexpected it is closed, because the meaning
/// of further bytes would be unknown.
final class UpstreamConnection: ChannelInboundHandler, DeadlineOwner {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        /// The TLS handshake is under way. Ways out: idle, serving, closed.
        case opening(UpstreamPool.Lease)
        /// Kept by the pool. Ways out: serving, closed.
        case idle
        /// Ways out: idle, closed.
        case serving(RelayedAccess)
        case closed
    }

    private let pool: UpstreamPool
    private let born: Moment
    private var state: State
    private var context: ChannelHandlerContext?
    private var parser: ResponseHeadParser
    /// For the incoming body; nil before its head.
    private var decoder: BodyDecoder?
    private var method = Method.get
    private var keepsAlive = false
    private var announcesAbsentBody = false
    /// Interim answers to the present request that were reported.
    private var interimResponses = 0
    /// Bytes of the answer before the current piece: of its head, then of its body.
    private var passedBytes = 0
    private var requestIsComplete = false
    private var requestIsChunked = false
    private var reading = ReadStanding.none
    private var endedUncleanly = false
    private var handshakeFault: UpstreamFailure?
    private var lastError: (any Error)?
    private var output = ByteBuffer()
    private var needsFlush = false
    /// Nil with TLS.
    private var directOutput: DirectOutput?
    private var deadline: Moment
    var wheelTick = UInt64.max

    /// Whether it has served an earlier request.
    private(set) var isReused = false
    /// Whether any byte of an answer to the present request has come.
    private(set) var hasAnswered = false

    init(pool: UpstreamPool, openedFor lease: UpstreamPool.Lease) {
        self.pool = pool
        state = .opening(lease)
        parser = ResponseHeadParser(limits: pool.target.configuration.limits)
        born = pool.lane.now
        deadline = born + pool.target.connectTimeout
    }

    var target: UpstreamTarget { pool.target }
    var nextDeadline: Moment { deadline }

    /// Opening took too long, or the connection was idle too long.
    func deadlineReached(now: Moment) {
        switch state {
        case .opening: handshakeFault = handshakeFault ?? .handshakeTimeout
        case .idle: pool.forget(self)
        case .serving, .closed: break
        }
        close()
    }

    // MARK: Life

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        directOutput = nil
    }

    /// The socket is connected and this handler is in its place.
    func opened() {
        pool.adjust(.connections, by: 1)
        guard case .opening(let lease) = state else { return }
        if !target.endpoint.isSecure {
            directOutput = context.flatMap { DirectOutput($0.channel) }
            established(lease)
        } else {
            pool.lane.watch(self)
            context?.read()
        }
    }

    private func established(_ lease: UpstreamPool.Lease) {
        state = .idle
        deadline = .never
        pool.established(self, lease)
        readMore()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted = event, case .opening(let lease) = state {
            pool.lane.lookAtClock()
            established(lease)
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// Whether a kept connection may serve another request.
    func mayServeAgain(now: Moment) -> Bool {
        guard case .idle = state, context != nil else { return false }
        return now < born + target.mostAge
    }

    /// Begins to serve an access, which sends the head of its request next.
    func serve(_ access: RelayedAccess) {
        guard case .idle = state else {
            preconditionFailure("OneRequestAtATime: a connection was given away twice")
        }
        state = .serving(access)
        deadline = .never
        decoder = nil
        keepsAlive = false
        interimResponses = 0
        passedBytes = 0
        requestIsComplete = false
        hasAnswered = false
    }

    /// The pool keeps the connection until a moment.
    func rest(until moment: Moment) {
        deadline = moment
        isReused = true
        if output.capacity > 16_384 { output = ByteBuffer() }
        pool.lane.watch(self)
        readMore()
    }

    /// Closes at once, without notifying the access served.
    func close() {
        let wasOpening =
            if case .opening(let lease) = state { lease } else { nil as UpstreamPool.Lease? }
        if case .closed = state { return }
        state = .closed
        deadline = .never
        context?.close(promise: nil)
        if let wasOpening { pool.notTrusted(wasOpening, handshakeFault ?? .closedInHandshake) }
    }

    // MARK: Request

    /// Queues a request's head.
    func send(_ head: RequestHead, of recorded: RecordedRequest, from client: ClientSide) {
        method = head.method
        requestIsChunked = head.framing == .chunked
        output.clear()
        append(
            head, of: recorded, trust: client.trust,
            told: client.toldFields(recorded.actor, head), to: &output)
        needsFlush = true
    }

    /// Queues a piece of the request's content.
    func send(content: inout ByteBuffer) {
        if requestIsChunked {
            let count = content.readableBytes
            output.write(atMost: ChunkEncoder.longestSizeLine) {
                ChunkEncoder.appendSizeLine(count, to: &$0)
            }
        }
        output.writeBuffer(&content)
        if requestIsChunked { output.writeBytes(ChunkEncoder.lineEnd) }
        needsFlush = true
    }

    /// The request's content is complete.
    func endContent() {
        if requestIsChunked {
            output.writeBytes(ChunkEncoder.end)
            needsFlush = true
        }
        requestIsComplete = true
    }

    /// Whether the service takes what is sent.
    private(set) var isWritable = true

    func flush() {
        guard needsFlush, let context else { return }
        needsFlush = false
        guard output.readableBytes > 0 else { return }
        // Sending may cause more to be added.
        var leaving = ByteBuffer()
        swap(&leaving, &output)
        directOutput?.send(&leaving)
        if leaving.readableBytes > 0 {
            directOutput?.yield()
            context.writeAndFlush(wrapOutboundOut(leaving), promise: nil)
        }
        // Once written, the buffer is uniquely ours again and clearing it costs nothing.
        leaving.clear()
        if output.readableBytes == 0 { swap(&leaving, &output) }
    }

    /// Nobody needs the answer any longer.
    func abandon() {
        guard case .serving = state else { return }
        close()
    }

    // MARK: Answer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        pool.lane.lookAtClock()
        reading = .underWay
        let buffer = unwrapInboundIn(data)
        guard case .serving(let access) = state else {
            // Nobody asked for this.
            if case .idle = state { pool.forget(self) }
            close()
            return
        }
        hasAnswered = true
        var at = 0
        if decoder == nil {
            guard let consumed = readHead(buffer, for: access) else { return }
            at = consumed
        }
        readBody(buffer, from: at, for: access)
        passedBytes += buffer.readableBytes - at
    }

    /// Reads a head; nil if there is no body to read yet.
    private func readHead(_ buffer: ByteBuffer, for access: RelayedAccess) -> Int? {
        do throws(ResponseFault) {
            switch try parser.consume(buffer.readableBytesUInt8Span, answering: method) {
            case .incomplete:
                passedBytes += buffer.readableBytes
                if parser.interimResponses != interimResponses {
                    interimResponses = parser.interimResponses
                    access.serviceIsAtWork()
                }
                return nil
            case .complete(let head, let consumed):
                decoder = BodyDecoder(
                    head.framing, .response, limits: target.configuration.limits)
                keepsAlive = head.keepsAlive
                announcesAbsentBody = head.announcesAbsentBody
                passedBytes = 0
                access.answered(head)
                parser.recycle(head)
                return consumed
            }
        } catch {
            let field = parser.fieldName(of: error, in: buffer.readableBytesUInt8Span)
            fail(access, .malformed(error, in: field))
            return nil
        }
    }

    private func readBody(_ buffer: ByteBuffer, from start: Int, for access: RelayedAccess) {
        var at = start
        while case .serving = state, decoder != nil {
            let event: BodyEvent?
            do {
                event = try decoder?.next(in: buffer.readableBytesUInt8Span, at: &at)
            } catch {
                fail(access, .malformed(error, after: passedBytes - start))
                return
            }
            switch event {
            case .data(let range):
                guard
                    var piece = buffer.getSlice(
                        at: buffer.readerIndex + range.lowerBound, length: range.count)
                else { preconditionFailure("PiecesLieInside: a body's range is beyond its buffer") }
                access.answerCame(&piece)
            case .needsMore, nil: return
            case .end:
                complete(access, leavesNothing: at == buffer.readableBytes)
                return
            }
        }
    }

    /// The answer is complete.
    private func complete(_ access: RelayedAccess, leavesNothing: Bool) {
        decoder = nil
        if keepsAlive, requestIsComplete, leavesNothing {
            state = .idle
            pool.keep(self, asLast: announcesAbsentBody)
        } else {
            close()
        }
        access.answerEnded()
    }

    private func fail(_ access: RelayedAccess, _ failure: UpstreamFailure) {
        close()
        pool.warn("service's answer is refused", failure)
        access.serviceFailed(failure, wasUsed: false)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        reading = .none
        if case .serving(let access) = state { access.answerPaused() }
        readMore()
    }

    /// Requests the next read if somebody wants it: the client served, the handshake, or the check
    /// that an idle connection stays silent.
    func readMore() {
        guard reading == .none, let context else { return }
        switch state {
        case .serving(let access): guard access.wantsAnswer else { return }
        case .opening, .idle: break
        case .closed: return
        }
        reading = .asked
        context.read()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        pool.lane.lookAtClock()
        isWritable = context.channel.isWritable
        if isWritable, case .serving(let access) = state { access.serviceTakesMore() }
    }

    // MARK: Ends

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case NIOSSLError.uncleanShutdown: endedUncleanly = true
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
            if case .opening = state {
                handshakeFault = .handshake(error, leaf: Self.leaf(context))
            }
            lastError = error
            context.close(promise: nil)
        default:
            lastError = error
            context.close(promise: nil)
        }
    }

    /// What the service showed, as far as the handshake got.
    private static func leaf(_ context: ChannelHandlerContext) -> NIOSSLCertificate? {
        do {
            return try context.pipeline.syncOperations.handler(type: NIOSSLClientHandler.self)
                .peerCertificate
        } catch {
            // Already gone; the failure is reported without it.
            return nil
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        pool.lane.lookAtClock()
        pool.adjust(.connections, by: -1)
        let last = state
        state = .closed
        deadline = .never
        switch last {
        case .opening(let lease): pool.notTrusted(lease, handshakeFault ?? .closedInHandshake)
        case .idle: pool.forget(self)
        case .serving(let access):
            // A body that ends with its connection has ended, unless TLS says that it was cut
            // short.
            if let decoder, decoder.mayEndWithConnection, !endedUncleanly {
                access.answerEnded()
            } else {
                access.serviceFailed(
                    .closed(lastError, inBody: decoder != nil, after: passedBytes),
                    wasUsed: isReused && !hasAnswered)
            }
        case .closed: return
        }
    }
}
