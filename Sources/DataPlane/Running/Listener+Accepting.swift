// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import NIOCore
internal import Observability

extension Listener {
    /// Sets up a new client's channel, on its event loop.
    func accept(_ channel: any Channel, in lane: Lane) throws {
        lane.counters.acceptedConnections.count()
        guard !lane.isDraining,
            let peer = Peer(channel.remoteAddress, trusted: configuration.trustedProxies)
        else {
            // Closed by the peer in the meantime, or by us.
            channel.close(promise: nil)
            return
        }
        let tls = tls
        let connection = ClientConnection(
            lane: lane, listener: self, peer: peer, isOpen: tls == nil)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(connection)
        if let tls {
            try pipeline.addHandler(
                ClientHelloHandler(tls: tls, connection: connection),
                position: .before(connection))
        }
    }
}
