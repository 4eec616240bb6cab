// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix

/// A connection for one question and its answer, closed when patience runs out.
enum BriefConnection {
    /// What is at the other end.
    enum Place {
        case host(String, port: Int)
        case socket(path: String)
    }

    typealias Inbound = NIOAsyncChannelInboundStream<ByteBuffer>

    /// Sends the question, and reads until it has the answer.
    ///
    /// - Parameters:
    ///   - patience: how long all of it may take; after that, `read` sees an end.
    ///   - read: takes what comes.
    /// - Throws: what the network says; `ChannelError.connectTimeout` where nobody takes the connection in time.
    static func ask<Answer>(
        _ question: ByteBuffer, of place: Place, patience: TimeAmount,
        read: (Inbound) async throws -> Answer
    ) async throws -> Answer {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(patience)
        let channel =
            switch place {
            case .host(let host, let port):
                try await bootstrap.connect(host: host, port: port, channelInitializer: wrap)
            case .socket(let path):
                try await bootstrap.connect(unixDomainSocketPath: path, channelInitializer: wrap)
            }
        let raw = channel.channel
        // Closing the channel ends the reading below, with what has come so far.
        let deadline = raw.eventLoop.scheduleTask(in: patience) { raw.close(promise: nil) }
        defer { deadline.cancel() }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(question)
            return try await read(inbound)
        }
    }

    @Sendable private static func wrap(
        _ channel: any Channel
    ) -> EventLoopFuture<NIOAsyncChannel<ByteBuffer, ByteBuffer>> {
        channel.eventLoop.makeCompletedFuture {
            try NIOAsyncChannel(
                wrappingChannelSynchronously: channel,
                configuration: .init(isOutboundHalfClosureEnabled: false))
        }
    }
}
