// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Console
import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@Suite("Clients of the console that take their time")
struct ConnectionLimitsTests {
    /// A connection on which nothing is written until it is flushed, as on a socket that is full.
    private func connection() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(
            ConnectionLimits(mostBodyBytes: 100, patience: .seconds(30)))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    private let head = HTTPRequestPart.head(
        HTTPRequest(method: .post, scheme: "http", authority: "localhost", path: "/"))
    private let answer = HTTPResponsePart.head(HTTPResponse(status: .ok))

    private func body(_ count: Int) -> HTTPRequestPart {
        .body(ByteBuffer(repeating: 0, count: count))
    }

    @Test("A body that does not end in time ends the connection")
    func slowBody() throws {
        let channel = try connection()
        try channel.writeInbound(head)
        for _ in 0..<29 {
            channel.embeddedEventLoop.advanceTime(by: .seconds(1))
            try channel.writeInbound(body(1))
        }
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test("A body that is too long is dropped, and one that is far too long ends the connection")
    func longBody() throws {
        let channel = try connection()
        for _ in 0..<3 {
            try channel.writeInbound(head)
            try channel.writeInbound(body(60))
            try channel.writeInbound(body(40))
            try channel.writeInbound(HTTPRequestPart.end(nil))
        }
        channel.embeddedEventLoop.advanceTime(by: .seconds(100))
        #expect(channel.isActive)
        try channel.writeInbound(head)
        while try channel.readInbound(as: HTTPRequestPart.self) != nil {}
        try channel.writeInbound(body(101))
        try channel.writeInbound(body(6299))
        #expect(channel.isActive)
        #expect(try channel.readInbound(as: HTTPRequestPart.self) == nil)
        try channel.writeInbound(body(1))
        #expect(!channel.isActive)
    }

    @Test("A head that the server cannot read is answered by a page that says so")
    func unreadableHead() throws {
        let channel = try connection()
        // What the server answers by itself.
        try channel.writeOutbound(
            HTTPResponsePart.head(
                HTTPResponse(
                    status: .badRequest,
                    headerFields: [.connection: "close", .contentLength: "0"])))
        try channel.writeOutbound(HTTPResponsePart.end(nil))
        guard case .head(let head) = try channel.readOutbound(as: HTTPResponsePart.self),
            case .body(let body) = try channel.readOutbound(as: HTTPResponsePart.self),
            case .end = try channel.readOutbound(as: HTTPResponsePart.self)
        else {
            Issue.record("no page")
            return
        }
        #expect(head.status == .badRequest)
        #expect(head.headerFields[.contentType] == "application/problem+json")
        #expect(head.headerFields[.contentLength] == "\(body.readableBytes)")
        #expect(head.headerFields[.connection] == "close")
        #expect(head.headerFields[.xContentTypeOptions] == "nosniff")
        let text = String(buffer: body)
        #expect(text.contains(#""code":"unreadable_head""#) && text.contains("by POST"))
        // Any other answer leaves as it is.
        try channel.writeOutbound(answer)
        guard case .head(let plain) = try channel.readOutbound(as: HTTPResponsePart.self) else {
            Issue.record("no head")
            return
        }
        #expect(plain == HTTPResponse(status: .ok))
    }

    @Test("An answer that is not taken ends the connection; one that is taken bit by bit does not")
    func slowReader() throws {
        let channel = try connection()
        for _ in 0..<10 {
            channel.write(answer, promise: nil)
            channel.embeddedEventLoop.advanceTime(by: .seconds(20))
            channel.flush()
            #expect(channel.isActive)
        }
        channel.embeddedEventLoop.advanceTime(by: .seconds(100))
        #expect(channel.isActive)
        channel.write(answer, promise: nil)
        channel.embeddedEventLoop.advanceTime(by: .seconds(29))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }
}
