// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import NIOTLS
internal import Transport

/// A connection to a receiver, used by the one thread of its output, which waits for it.
///
/// Every wait ends: at its limit the connection is closed, and whoever waits for it fails.
final class OutputLink {
    /// The longest silence of a receiver that has something to say or to take.
    static let patience = Duration.seconds(30)

    private let endpoint: ServiceEndpoint
    private let channel: any Channel
    private let arrivals: LinkArrivals
    /// When the receiver's certificate ends, in seconds since 1970; nil without TLS.
    let certificateEnd: Int?

    /// Connects, and completes the handshake where there is TLS.
    init(_ endpoint: ServiceEndpoint) throws(OutputFailure) {
        self.endpoint = endpoint
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let arrivals = LinkArrivals(loop, isSecure: endpoint.isSecure)
        self.arrivals = arrivals
        let connected = endpoint.connect(on: loop).flatMap { channel in
            channel.eventLoop.makeCompletedFuture {
                try arrivals.begin(on: channel)
                return channel
            }
        }
        do {
            channel = try connected.wait()
        } catch {
            arrivals.abandon()
            throw OutputFailure(
                .unreachable,
                "\(Self.place(endpoint)) cannot be reached: \(SocketProblem(error).words).")
        }
        do {
            certificateEnd = try Self.bounded(channel, Self.patience) { arrivals.ready }
        } catch {
            channel.close(promise: nil)
            throw Self.failure(error, endpoint)
        }
    }

    /// Whom it leads to, for messages.
    private static func place(_ endpoint: ServiceEndpoint) -> String {
        "\(endpoint.host):\(endpoint.port)"
    }

    private func failure(_ error: any Error) -> OutputFailure { Self.failure(error, endpoint) }

    private static func failure(_ error: any Error, _ endpoint: ServiceEndpoint) -> OutputFailure {
        switch error {
        case let problem as TLSProblem:
            OutputFailure(
                problem.isOfCertificate ? .notTrusted : .unreachable,
                "\(place(endpoint)) is not trusted: \(problem.words).")
        case is LinkTimeout:
            OutputFailure(
                .timeout,
                "\(place(endpoint)) has not answered for \(patience.components.seconds) s.")
        case is LinkEnded:
            OutputFailure(.disconnected, "\(place(endpoint)) has ended the connection.")
        default:
            OutputFailure(.disconnected, "\(place(endpoint)): \(SocketProblem(error).words).")
        }
    }

    /// Waits for something that happens on the connection, and closes it if that takes too long.
    private static func bounded<Value: Sendable>(
        _ channel: any Channel, _ limit: Duration,
        _ start: @escaping @Sendable () -> EventLoopFuture<Value>
    ) throws -> Value {
        let isLate = channel.eventLoop.makePromise(of: Value.self)
        let deadline = channel.eventLoop.scheduleTask(in: .seconds(limit.components.seconds)) {
            isLate.fail(LinkTimeout())
            channel.close(promise: nil)
        }
        defer { deadline.cancel() }
        channel.eventLoop.execute { start().cascade(to: isLate) }
        return try isLate.futureResult.wait()
    }

    /// Finds out whether the receiver has ended the connection, as far as this host has been told.
    ///
    /// The loop reads what has come before it does what it is asked: an end that is there is seen, before anything is written
    /// into a connection that only looks alive.
    func checkOpen() throws(OutputFailure) {
        do {
            try channel.eventLoop.submit { [arrivals] in try arrivals.check() }.wait()
        } catch {
            throw failure(error)
        }
    }

    /// Writes bytes; returns once this host's kernel has all of them.
    ///
    /// - Returns: how many bytes the connection has carried by then, those of TLS included.
    func write(_ bytes: [UInt8]) throws(OutputFailure) -> UInt64 {
        try checkOpen()
        do {
            return try Self.bounded(channel, Self.patience) { [channel, arrivals] in
                channel.writeAndFlush(ByteBuffer(bytes: bytes)).map { arrivals.sent }
            }
        } catch {
            throw failure(error)
        }
    }

    /// Waits until the receiver says something.
    func read() throws(OutputFailure) -> [UInt8] {
        do {
            return try Self.bounded(channel, Self.patience) { [arrivals] in arrivals.next() }
        } catch {
            throw failure(error)
        }
    }

    /// How many of the bytes that the connection has carried the receiver's host has.
    func acknowledged() throws(OutputFailure) -> UInt64 {
        try checkOpen()
        do {
            guard let options = channel as? any SocketOptionProvider else { throw LinkEnded() }
            let facts: KernelFacts = try options.unsafeGetSocketOption(
                level: .tcp, name: .tcp_info
            ).wait()
            let sent = try channel.eventLoop.submit { [arrivals] in arrivals.sent }.wait()
            return facts.acknowledged(of: sent)
        } catch {
            throw failure(error)
        }
    }

    func close() { channel.close(promise: nil) }
}

/// The first part of `struct tcp_info` (tcp(7), linux/tcp.h), as words of 32 bits.
private struct KernelFacts {
    var words: InlineArray<40, UInt32>

    func acknowledged(of sent: UInt64) -> UInt64 {
        // Nothing on its way, and nothing waiting: that is an empty queue (SIOCOUTQ).
        guard words[6] != 0 || words[36] != 0 else { return sent }
        // The handshake counts for one byte.
        let bytes = UInt64(words[30]) | UInt64(words[31]) << 32
        return min(sent, bytes > 0 ? bytes - 1 : 0)
    }
}

/// The receiver took too long.
private struct LinkTimeout: Error {}

/// The receiver has ended the connection.
private struct LinkEnded: Error {}

/// Counts what goes out, below TLS.
private final class SentBytes: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    private(set) var count: UInt64 = 0

    func write(
        context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?
    ) {
        count += UInt64(unwrapOutboundIn(data).readableBytes)
        context.write(data, promise: promise)
    }
}

/// What comes from the receiver, and how the connection does.
///
/// Safe: everything here is touched on the connection's loop only.
private final class LinkArrivals: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer

    /// A receiver that says more while nobody listens is none of ours.
    private static let mostBytes = 1 << 20

    private let counter = SentBytes()
    private let handshake: EventLoopPromise<Int?>
    private var bytes: [UInt8] = []
    private var waiting: EventLoopPromise<[UInt8]>?
    private var failure: (any Error)?
    private let loop: any EventLoop

    init(_ loop: any EventLoop, isSecure: Bool) {
        self.loop = loop
        handshake = loop.makePromise()
        if !isSecure { handshake.succeed(nil) }
    }

    /// Listens from now on.
    func begin(on channel: any Channel) throws {
        try channel.pipeline.syncOperations.addHandler(counter, position: .first)
        try channel.pipeline.syncOperations.addHandler(self)
        channel.read()
    }

    /// There is no connection to listen on.
    func abandon() { handshake.fail(LinkEnded()) }

    /// Succeeds once bytes can be written, with the end of the receiver's certificate.
    var ready: EventLoopFuture<Int?> { handshake.futureResult }

    var sent: UInt64 { counter.count }

    func check() throws { if let failure { throw failure } }

    func next() -> EventLoopFuture<[UInt8]> {
        let promise = loop.makePromise(of: [UInt8].self)
        if !bytes.isEmpty {
            promise.succeed(bytes)
            bytes = []
        } else if let failure {
            promise.fail(failure)
        } else {
            waiting = promise
        }
        return promise.futureResult
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        bytes += unwrapInboundIn(data).readableBytesView
        if bytes.count > Self.mostBytes { return context.close(promise: nil) }
        guard let waiting else { return }
        self.waiting = nil
        waiting.succeed(bytes)
        bytes = []
    }

    func channelReadComplete(context: ChannelHandlerContext) { context.read() }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted = event { handshake.succeed(end(of: context)) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case NIOSSLError.uncleanShutdown = error {
            // TLS was not taken leave of: the receiver has ended, or does not want us.
            end(LinkEnded())
            return context.close(promise: nil)
        }
        let isOfTLS =
            error is NIOSSLError || error is NIOSSLExtraError || error is BoringSSLError
        end(isOfTLS ? TLSProblem(error, leaf: leaf(context)) : error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(LinkEnded())
        context.fireChannelInactive()
    }

    private func end(_ error: any Error) {
        if failure == nil { failure = error }
        handshake.fail(error)
        waiting?.fail(error)
        waiting = nil
    }

    private func leaf(_ context: ChannelHandlerContext) -> NIOSSLCertificate? {
        do {
            return try context.pipeline.syncOperations.handler(type: NIOSSLClientHandler.self)
                .peerCertificate
        } catch {
            // Already gone; the failure is told without it.
            return nil
        }
    }

    private func end(of context: ChannelHandlerContext) -> Int? {
        leaf(context).map { Int($0.notValidAfter) }
    }
}
