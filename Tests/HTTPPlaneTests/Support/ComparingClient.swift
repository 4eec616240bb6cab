// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix

/// A client that compares an answer's content with what it must be while it comes, keeps none of
/// it, and can break off in the middle.
struct ComparingClient {
    struct Seen: Sendable {
        /// The answer's head, with its empty line.
        var head = ""
        /// Bytes of content that came and were right.
        var count = 0
        /// Where the first byte was that was wrong or one too many.
        var wrong: Int?
        var isClosed = false
    }

    private let channel: any Channel
    private let seen: Watched<Seen>
    private let reader: NIOLoopBound<Reader>

    /// - Parameter reads: how many bytes of content it takes before it reads no more.
    static func connect(_ port: Int, reads most: Int = .max) async throws -> ComparingClient {
        let seen = Watched(Seen())
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: false)
            .connect(host: "127.0.0.1", port: port).get()
        let reader = try await channel.eventLoop.submit {
            let reader = Reader(seen, most: most)
            try channel.pipeline.syncOperations.addHandler(reader)
            return NIOLoopBound(reader, eventLoop: channel.eventLoop)
        }.get()
        return ComparingClient(channel: channel, seen: seen, reader: reader)
    }

    /// Sends a request whose answer must have this content.
    func ask(_ request: String, for content: ByteBuffer) async throws {
        let reader = reader
        let channel = channel
        try await channel.eventLoop.submit {
            reader.value.expected = content
            self.seen.update { $0 = Seen() }
            channel.writeAndFlush(ByteBuffer(string: request), promise: nil)
            channel.read()
        }.get()
    }

    /// What has come, once so many bytes of content are there, or a wrong one, or the end.
    func content(_ count: Int) async throws -> Seen {
        try await seen.wait(for: "\(count) bytes of an answer") {
            !$0.head.isEmpty && $0.count >= count || $0.wrong != nil || $0.isClosed
        }
    }

    /// Closes by a reset, whatever has not been read.
    func reset() async throws {
        // Two ints, like `struct linger`: on, with no time to linger.
        try await (channel as? any SocketOptionProvider)?.unsafeSetSocketOption(
            level: .socket, name: .so_linger, value: SIMD2<CInt>(1, 0)
        ).get()
        try await close()
    }

    func close() async throws {
        // Perhaps it was closed by the other side already.
        do { try await channel.close().get() } catch ChannelError.alreadyClosed { return }
    }

    private final class Reader: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let seen: Watched<Seen>
        private let most: Int
        /// The content that has not come.
        var expected = ByteBuffer()
        /// The head as far as it has come; empty behind it.
        private var head: [UInt8] = []
        private var isInContent = false
        private var count = 0

        init(_ seen: Watched<Seen>, most: Int) {
            self.seen = seen
            self.most = most
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var bytes = unwrapInboundIn(data)
            while !isInContent, let byte = bytes.readInteger(as: UInt8.self) {
                head.append(byte)
                guard head.suffix(4) == [13, 10, 13, 10] else { continue }
                isInContent = true
                let text = String(decoding: head, as: UTF8.self)
                seen.update { $0.head = text }
            }
            let come = bytes.readableBytes
            guard come > 0 else { return }
            guard expected.readSlice(length: come) == bytes else {
                seen.update { $0.wrong = $0.count }
                return
            }
            count += come
            seen.update { $0.count += come }
        }

        func channelReadComplete(context: ChannelHandlerContext) {
            if isInContent, expected.readableBytes == 0 {
                // Another answer may follow.
                (head, isInContent, count) = ([], false, 0)
            }
            if !isInContent || count < most { context.read() }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { seen.update { $0.isClosed = true } }
    }
}
