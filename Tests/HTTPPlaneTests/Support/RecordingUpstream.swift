// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A service that does what a test says and remembers every byte that it got.
final class RecordingUpstream: Sendable {
    enum Reply: Sendable {
        case bytes(String)
        /// The connection ends after the bytes.
        case last(String)
        /// Bytes as they are, all at once or one by one.
        case exactly([UInt8], Pace, thenCloses: Bool)
        /// An answer with this content, whose memory other answers may share.
        case content(ByteBuffer)
        /// Nothing happens until the test sends something.
        case silence
        case close
    }

    struct Request: Sendable {
        /// Connections count from zero.
        let connection: Int
        let message: WireMessage
    }

    struct Seen: Sendable {
        /// Bytes by connection.
        var bytes: [[UInt8]] = []
        var closed: Set<Int> = []
        var requests: [Request] = []
    }

    typealias Script = @Sendable (Request) -> Reply

    let port: Int
    private let channel: any Channel
    private let seen: Watched<Seen>
    private let children: Children

    private init(channel: any Channel, seen: Watched<Seen>, children: Children) {
        self.channel = channel
        self.seen = seen
        self.children = children
        port = channel.localAddress?.port ?? 0
    }

    private final class Children: Sendable {
        let list = Mutex<[any Channel]>([])
    }

    static func start(
        tls: TLSConfiguration? = nil, _ script: @escaping Script
    ) async throws -> RecordingUpstream {
        let seen = Watched(Seen())
        let children = Children()
        let context = try tls.map { try NIOSSLContext(configuration: $0) }
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    if let context {
                        try child.pipeline.syncOperations.addHandler(
                            NIOSSLServerHandler(context: context))
                    }
                    let number = children.list.withLock { list in
                        list.append(child)
                        return list.count - 1
                    }
                    seen.update { $0.bytes.append([]) }
                    try child.pipeline.syncOperations.addHandler(
                        Service(number: number, seen: seen, script: script))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return RecordingUpstream(channel: channel, seen: seen, children: children)
    }

    /// The requests so far, once there are so many.
    func requests(_ count: Int) async throws -> [WireMessage] {
        try await seen.wait(for: "\(count) requests at the service") { $0.requests.count >= count }
            .requests.map(\.message)
    }

    /// Returns once so many bytes have come on a connection.
    func bytes(_ count: Int, on connection: Int) async throws {
        _ = try await seen.wait(for: "\(count) bytes at the service") {
            $0.bytes.count > connection && $0.bytes[connection].count >= count
        }
    }

    /// Returns once a connection was closed from the other side.
    func closed(_ connection: Int) async throws {
        _ = try await seen.wait(for: "connection \(connection) to close") {
            $0.closed.contains(connection)
        }
    }

    var connectionCount: Int { seen.state.bytes.count }
    var requestCount: Int { seen.state.requests.count }
    var byteCount: Int { seen.state.bytes.reduce(0) { $0 + $1.count } }
    var connections: [Int] { seen.state.requests.map(\.connection) }
    /// Every complete request, in the order in which they came.
    var allRequests: [Request] { seen.state.requests }
    /// Every byte that came, by connection.
    var allBytes: [[UInt8]] { seen.state.bytes }

    func send(_ text: String, on connection: Int) async throws {
        let child = children.list.withLock { $0[connection] }
        try await child.writeAndFlush(ByteBuffer(string: text)).get()
    }

    func close(_ connection: Int) async throws {
        try await children.list.withLock { $0[connection] }.close().get()
    }

    func stop() async throws {
        try await channel.close().get()
        for child in children.list.withLock({ $0 }) where child.isActive {
            child.close(promise: nil)
        }
    }

    private final class Service: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let number: Int
        private let seen: Watched<Seen>
        private let script: Script
        private var pending: [UInt8] = []

        init(number: Int, seen: Watched<Seen>, script: @escaping Script) {
            self.number = number
            self.seen = seen
            self.script = script
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = Array(unwrapInboundIn(data).readableBytesView)
            pending += bytes
            seen.update { $0.bytes[number] += bytes }
            while let message = WireMessage.first(in: pending, isResponse: false) {
                pending.removeFirst(message.count)
                let request = Request(connection: number, message: message)
                let reply = script(request)
                seen.update { $0.requests.append(request) }
                switch reply {
                case .bytes(let text): write(Array(text.utf8), .burst, context, thenCloses: false)
                case .last(let text): write(Array(text.utf8), .burst, context, thenCloses: true)
                case .exactly(let bytes, let pace, let thenCloses):
                    write(bytes, pace, context, thenCloses: thenCloses)
                case .content(let content):
                    let head = "HTTP/1.1 200 OK\r\nContent-Length: \(content.readableBytes)\r\n\r\n"
                    context.write(NIOAny(ByteBuffer(string: head)), promise: nil)
                    context.writeAndFlush(NIOAny(content), promise: nil)
                case .silence: continue
                case .close: context.close(promise: nil)
                }
            }
        }

        private func write(
            _ bytes: [UInt8], _ pace: Pace, _ context: ChannelHandlerContext, thenCloses: Bool
        ) {
            for piece in pace.pieces(of: bytes) {
                context.writeAndFlush(NIOAny(ByteBuffer(bytes: piece)), promise: nil)
            }
            guard thenCloses else { return }
            let channel = context.channel
            context.writeAndFlush(NIOAny(ByteBuffer())).whenComplete { _ in
                channel.close(promise: nil)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            seen.update { _ = $0.closed.insert(number) }
        }
    }
}
