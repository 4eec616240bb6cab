// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOEmbedded
import NIOHTTP1

/// Reads a connection with the decoder that SwiftNIO brings.
enum StockReader {
    static func requests(_ pieces: [[UInt8]]) throws -> ReadConnection {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(
            ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)))
        var connection = ReadConnection()
        connection.fault = feed(pieces, to: channel)
        while let part = try channel.readInbound(as: HTTPServerRequestPart.self) {
            switch part {
            case .head(let head):
                connection.messages.append(
                    ReadMessage(
                        start: "\(text(head.method)) \(text(head.version))", target: head.uri,
                        fields: head.headers.map { "\($0.name): \($0.value)" },
                        keepsAlive: head.isKeepAlive))
            case .body(let bytes): connection.append(bytes)
            case .end: connection.end()
            }
        }
        return connection
    }

    static func response(_ pieces: [[UInt8]], to method: String) throws -> ReadConnection {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(
            ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes)))
        try channel.writeOutbound(
            HTTPClientRequestPart.head(
                HTTPRequestHead(
                    version: .http1_1, method: HTTPMethod(rawValue: method), uri: "/")))
        var connection = ReadConnection()
        connection.fault = feed(pieces, to: channel)
        while let part = try channel.readInbound(as: HTTPClientResponsePart.self) {
            switch part {
            case .head(let head):
                connection.messages.append(
                    ReadMessage(
                        start: "\(text(head.version)) \(head.status.code)",
                        fields: head.headers.map { "\($0.name): \($0.value)" },
                        keepsAlive: head.isKeepAlive))
            case .body(let bytes): connection.append(bytes)
            case .end: connection.end()
            }
        }
        return connection
    }

    /// Gives the channel all pieces and then the end of the connection; stops at an error.
    private static func feed(_ pieces: [[UInt8]], to channel: EmbeddedChannel) -> String? {
        var fault: String?
        do {
            for piece in pieces { try channel.writeInbound(ByteBuffer(bytes: piece)) }
        } catch {
            fault = "\(error)"
        }
        do {
            _ = try channel.finish(acceptAlreadyClosed: true)
        } catch {
            fault = fault ?? "\(error)"
        }
        return fault
    }

    /// SwiftNIO names one method without the hyphen that it was sent with.
    private static func text(_ method: HTTPMethod) -> String {
        method == .MSEARCH ? "M-SEARCH" : method.rawValue
    }

    private static func text(_ version: HTTPVersion) -> String {
        "\(version.major).\(version.minor)"
    }
}

extension ReadConnection {
    fileprivate mutating func append(_ bytes: ByteBuffer) {
        messages[messages.count - 1].body += Array(bytes.readableBytesView)
    }

    fileprivate mutating func end() { messages[messages.count - 1].isComplete = true }
}
