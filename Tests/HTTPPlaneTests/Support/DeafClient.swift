// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix

/// A client that sends and never reads, not even that the other side has closed.
struct DeafClient {
    private let channel: any Channel

    static func connect(_ port: Int) async throws -> DeafClient {
        DeafClient(
            channel: try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelOption(.autoRead, value: false)
                .channelOption(.allowRemoteHalfClosure, value: true)
                .channelOption(.socketOption(.so_rcvbuf), value: 4096)
                .connect(host: "127.0.0.1", port: port).get())
    }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text)).get()
    }

    func close() async throws {
        // Perhaps it was closed by the other side already.
        do { try await channel.close().get() } catch ChannelError.alreadyClosed { return }
    }
}
