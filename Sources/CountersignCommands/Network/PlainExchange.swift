// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix

/// One request over a connection of its own, byte for byte, and everything that comes back.
enum PlainExchange {
    private static let mostBytes = 1 << 20

    /// Sends the bytes and reads until the other side closes.
    ///
    /// - Parameters:
    ///   - request: says `Connection: close`, or is bad enough to be closed upon.
    ///   - patience: how long all of it may take.
    /// - Throws: what the network says; `ChannelError.connectTimeout` once patience is over.
    static func send(
        _ request: String, to host: String, port: Int, patience: TimeAmount = .seconds(10)
    ) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(patience)
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: false))
                }
            }
        let raw = channel.channel
        // Closing the channel ends the reading below, with what has come so far.
        let deadline = raw.eventLoop.scheduleTask(in: patience) { raw.close(promise: nil) }
        defer { deadline.cancel() }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: request))
            var answer = ByteBuffer()
            for try await var part in inbound {
                answer.writeBuffer(&part)
                guard answer.readableBytes < mostBytes else { break }
            }
            return String(buffer: answer)
        }
    }
}
