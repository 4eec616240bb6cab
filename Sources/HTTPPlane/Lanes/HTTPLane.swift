// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Access
internal import NIOCore
internal import Transport

/// What HTTP keeps on one event loop: where services are, and the connections to them.
final class HTTPLane: LanePlane {
    let lane: Lane
    private let plane: HTTPPlane
    /// Where services are, for requests that begin from now on.
    private(set) var upstreams = UpstreamTable(pools: [])
    /// Idle connections that may be kept, over all services.
    let mostIdle: Int
    /// Those that are kept.
    var idle = 0
    private var date = HTTPDate()

    init(_ plane: HTTPPlane, _ lane: Lane) {
        self.plane = plane
        self.lane = lane
        mostIdle = plane.mostIdle / lane.siblings
        adopt()
    }

    /// The text of `Date` now.
    var dateText: [UInt8] { date.text(at: lane.clock.now()) }

    func accept(_ channel: any Channel, from peer: Peer, at listener: Listener) throws {
        let tls = listener.tls
        let connection = ClientConnection(
            self, listener: listener, terms: plane.clients(of: listener), peer: peer,
            isOpen: tls == nil)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(connection)
        if let tls {
            try pipeline.addHandler(
                ClientHelloHandler(tls: tls, connection: connection),
                position: .before(connection))
        }
    }

    func adopt() { upstreams = upstreams.replaced(by: plane.targets, in: self) }

    func end() { upstreams = upstreams.replaced(by: [], in: self) }
}
