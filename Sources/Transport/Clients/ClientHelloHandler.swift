// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import NIOCore
internal import NIOSSL

/// A connection whose client's hello is awaited.
package protocol HelloReceiver: AnyObject {
    /// The hello was read; it may name a host.
    func helloRead(serverName: [UInt8]?)
    /// The client and we have no protocol in common.
    func refusedHello()
}

/// Waits for a client's hello, then hands over to the TLS library with the certificate to show.
///
/// Two things are decided here because the library decides them differently: a client that speaks
/// none of our protocols is refused (RFC 7301 §3.2), and of the ciphers of TLS 1.2 the one that we
/// list first is taken.
package final class ClientHelloHandler: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    private let tls: ServerTLS
    private unowned let connection: any HelloReceiver
    private var gathered = ByteBuffer()

    /// - Parameter connection: the handler that comes next, which outlives this one.
    package init(tls: ServerTLS, connection: any HelloReceiver) {
        self.tls = tls
        self.connection = connection
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        gathered.writeBuffer(&bytes)
        switch ClientHello.read(Array(gathered.readableBytesView)[...]) {
        case .incomplete: return
        case .other: makeWay(context, for: ClientHello())
        case .complete(let hello):
            if let protocols = hello.protocols, tls.protocols.isDisjoint(with: protocols) {
                context.writeAndFlush(wrapOutboundOut(Self.noProtocol), promise: nil)
                connection.refusedHello()
                context.close(promise: nil)
                return
            }
            connection.helloRead(serverName: hello.serverName)
            makeWay(context, for: hello)
        }
    }

    private func makeWay(_ context: ChannelHandlerContext, for hello: ClientHello) {
        let pipeline = context.pipeline.syncOperations
        do {
            try pipeline.addHandler(tls.handler(for: hello), position: .after(self))
        } catch {
            context.close(promise: nil)
            return
        }
        let bytes = gathered
        gathered = ByteBuffer()
        context.fireChannelRead(wrapInboundOut(bytes))
        pipeline.removeHandler(self, promise: nil)
    }

    /// A fatal alert: `no_application_protocol`.
    private static let noProtocol = ByteBuffer(bytes: [21, 3, 3, 0, 2, 2, 120])
}
