// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A client that sends exactly the bytes it is told to, and shows what comes back.
final class RawClient: Sendable {
    struct Seen: Sendable {
        var bytes: [UInt8] = []
        var isClosed = false
    }

    private let channel: any Channel
    private let seen: Watched<Seen>
    /// Bytes that belong to responses already looked at.
    private let taken = Mutex(0)

    private init(channel: any Channel, seen: Watched<Seen>) {
        self.channel = channel
        self.seen = seen
    }

    /// - Parameters:
    ///   - greeting: sent in the moment that the connection is there.
    ///   - reads: whether it takes what comes before ``read()`` says so.
    static func connect(
        _ port: Int, tls: TLSConfiguration? = nil, serverName: String? = nil,
        greeting: String = "", reads: Bool = true
    ) async throws -> RawClient {
        let seen = Watched(Seen())
        let context = try tls.map { try NIOSSLContext(configuration: $0) }
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: context, serverHostname: serverName))
                    }
                    try channel.pipeline.syncOperations.addHandler(
                        Recorder(seen, greeting: greeting))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return RawClient(channel: channel, seen: seen)
    }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text)).get()
    }

    /// Sends without waiting until it has left.
    func begin(_ text: String) { channel.writeAndFlush(ByteBuffer(string: text), promise: nil) }

    /// Sends bytes as they are without waiting, all at once or each by itself.
    func begin(_ bytes: [UInt8], _ pace: Pace) {
        for piece in pace.pieces(of: bytes) {
            channel.writeAndFlush(ByteBuffer(bytes: piece), promise: nil)
        }
    }

    /// Takes what comes from now on.
    func read() async throws {
        try await channel.setOption(.autoRead, value: true).get()
    }

    /// The next response.
    func response(toHead: Bool = false) async throws -> WireMessage {
        let start = taken.withLock { $0 }
        let state = try await seen.wait(for: "a response") { seen in
            WireMessage.first(
                in: seen.bytes[start...], hasNoBody: toHead, isResponse: true,
                isClosed: seen.isClosed) != nil || seen.isClosed
        }
        guard
            let message = WireMessage.first(
                in: state.bytes[start...], hasNoBody: toHead, isResponse: true,
                isClosed: state.isClosed)
        else { throw Late(what: "a response before the end", state: text(state.bytes[start...])) }
        taken.withLock { $0 += message.count }
        return message
    }

    /// Everything that came, once so many bytes are there.
    func bytes(atLeast count: Int) async throws -> [UInt8] {
        try await seen.wait(for: "\(count) bytes") { $0.bytes.count >= count || $0.isClosed }.bytes
    }

    /// Everything that came until the connection closed.
    func untilClosed() async throws -> String {
        text(try await seen.wait(for: "the connection's end") { $0.isClosed }.bytes[...])
    }

    var received: String { text(seen.state.bytes[...]) }

    /// Ends its own side; what comes is still taken.
    func endSending() async throws { try await channel.close(mode: .output).get() }

    func close() async throws {
        // Perhaps it was closed by the other side already.
        do { try await channel.close().get() } catch ChannelError.alreadyClosed { return }
    }

    private func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    private final class Recorder: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let seen: Watched<Seen>

        private let greeting: String

        init(_ seen: Watched<Seen>, greeting: String) {
            self.seen = seen
            self.greeting = greeting
        }

        func channelActive(context: ChannelHandlerContext) {
            guard !greeting.isEmpty else { return }
            context.writeAndFlush(NIOAny(ByteBuffer(string: greeting)), promise: nil)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = Array(unwrapInboundIn(data).readableBytesView)
            seen.update { $0.bytes += bytes }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { seen.update { $0.isClosed = true } }
    }
}
