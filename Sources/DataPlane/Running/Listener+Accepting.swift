// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import NIOCore
internal import NIOSSL
internal import NIOTLS

extension Listener {
    /// Makes a new client's channel ready, on its event loop.
    func accept(_ channel: any Channel, in lane: Lane) throws {
        lane.counters.acceptedConnections.count()
        guard !lane.isDraining,
            let peer = Peer(channel.remoteAddress, trusted: configuration.trustedProxies)
        else {
            // Closed by the peer in the meantime, or by us.
            channel.close(promise: nil)
            return
        }
        let context = context
        let connection = ClientConnection(
            lane: lane, listener: self, peer: peer, isOpen: context == nil)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(connection)
        if let context {
            let hello = ByteToMessageHandler(
                SNIHandler { [unowned connection] result in
                    if case .hostname(let name) = result { connection.helloRead(serverName: name) }
                    return channel.eventLoop.makeCompletedFuture {
                        try pipeline.addHandler(
                            NIOSSLServerHandler(context: context), position: .before(connection))
                    }
                })
            try pipeline.addHandler(hello, position: .before(connection))
        }
    }
}
