// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
package import NIOCore
package import NIOHTTPTypes

/// Closes a connection whose client sends or reads too slowly, or sends a long body; and says what is wrong with a head that
/// the server cannot read, which it would answer with an empty 400.
///
/// The server itself ends idle connections and heads that do not arrive. It would wait for ever for a body to end and
/// for an answer to be read, and a few such clients would keep everybody else from asking about the proxy.
package final class ConnectionLimits: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPRequestPart
    package typealias InboundOut = HTTPRequestPart
    package typealias OutboundIn = HTTPResponsePart
    package typealias OutboundOut = HTTPResponsePart

    private let mostBodyBytes: Int
    private static let mostDropped = 64
    private let patience: TimeAmount
    private var bodyBytes = 0
    private var bodyEnd: Scheduled<Void>?
    private var unwritten = 0
    private var progress: Scheduled<Void>?

    /// - Parameters:
    ///   - mostBodyBytes: of one request; what endpoints read is shorter. What follows is dropped, and ends the connection
    ///     where it is many times as long.
    ///   - patience: how long a body may take to end, and a part of an answer to be read.
    package init(mostBodyBytes: Int, patience: TimeAmount) {
        self.mostBodyBytes = mostBodyBytes
        self.patience = patience
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            bodyBytes = 0
            bodyEnd?.cancel()
            bodyEnd = closing(context)
        case .body(let bytes):
            bodyBytes += bytes.readableBytes
            // Whoever still sends would not get the answer if the connection were closed on them.
            guard bodyBytes <= mostBodyBytes else {
                if bodyBytes > Self.mostDropped * mostBodyBytes { context.close(promise: nil) }
                return
            }
        case .end:
            bodyEnd?.cancel()
            bodyEnd = nil
        }
        context.fireChannelRead(data)
    }

    package func write(
        context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?
    ) {
        unwritten += 1
        if progress == nil { progress = closing(context) }
        let written = promise ?? context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { [self] _ in
            unwritten -= 1
            progress?.cancel()
            progress = unwritten > 0 ? closing(context) : nil
        }
        guard case .head(let head) = unwrapOutboundIn(data), head.status == .badRequest,
            head.headerFields[.contentLength] == "0"
        else {
            context.write(data, promise: written)
            return
        }
        let page = Self.unreadable.page
        var explained = head
        explained.headerFields[.contentLength] = "\(page.count)"
        explained.headerFields[.contentType] = "application/problem+json"
        explained.headerFields[.cacheControl] = "no-store"
        for field in AnswerFields.fields { explained.headerFields[field.name] = field.value }
        context.write(wrapOutboundOut(.head(explained)), promise: nil)
        context.write(
            wrapOutboundOut(.body(context.channel.allocator.buffer(bytes: page))), promise: written)
    }

    /// Which of these it is the server does not say.
    private static let unreadable = ConsoleProblem(
        .badRequest,
        "The head of this request cannot be read: it is no HTTP/1.1, its address or one of its fields is longer than 8 KiB, or all of it longer than 16 KiB. A long query is sent by POST.",
        code: "unreadable_head")

    package func handlerRemoved(context: ChannelHandlerContext) {
        bodyEnd?.cancel()
        progress?.cancel()
    }

    private func closing(_ context: ChannelHandlerContext) -> Scheduled<Void>? {
        guard context.channel.isActive else { return nil }
        return context.eventLoop.assumeIsolated().scheduleTask(in: patience) {
            context.close(promise: nil)
        }
    }
}

@available(*, unavailable)
extension ConnectionLimits: Sendable {}
