// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// One request over a connection of its own, byte for byte, and everything that comes back.
enum PlainExchange {
    private static let mostBytes = 1 << 20

    /// Sends the bytes and reads until the other side closes.
    ///
    /// - Parameters:
    ///   - request: says `Connection: close`, or is bad enough to have the connection closed.
    ///   - patience: how long all of it may take.
    /// - Throws: what the network says; `ChannelError.connectTimeout` once patience is over.
    static func send(
        _ request: String, to host: String, port: Int, patience: TimeAmount = .seconds(10)
    ) async throws -> String {
        try await BriefConnection.ask(
            ByteBuffer(string: request), of: .host(host, port: port), patience: patience
        ) { inbound in
            var answer = ByteBuffer()
            for try await var part in inbound {
                answer.writeBuffer(&part)
                guard answer.readableBytes < mostBytes else { break }
            }
            return String(buffer: answer)
        }
    }
}
