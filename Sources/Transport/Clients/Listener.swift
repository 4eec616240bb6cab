// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
internal import NIOCore
internal import Synchronization

/// One configured address with what its connections share; used by all event loops.
package final class Listener: Sendable {
    /// What is shown and allowed to everybody who connects, whatever is spoken.
    package struct Terms: Sendable {
        /// An IP address.
        package var host: String
        /// 0: any free port, reported by ``DataPlane/addresses``.
        package var port: Int
        /// Nil: plain text.
        package var tls: ListenerTLS?
        /// What is offered in TLS (RFC 7301), the best first.
        package var protocols: [ApplicationProtocol]
        /// Peers that may say for whom they speak.
        package var trustedProxies: [AddressBlock]
        package var mostConnections: Int
        package var mostConnectionsPerPeer: Int

        package init(
            host: String, port: Int, tls: ListenerTLS?, protocols: [ApplicationProtocol],
            trustedProxies: [AddressBlock], mostConnections: Int, mostConnectionsPerPeer: Int
        ) {
            self.host = host
            self.port = port
            self.tls = tls
            self.protocols = protocols
            self.trustedProxies = trustedProxies
            self.mostConnections = mostConnections
            self.mostConnectionsPerPeer = mostConnectionsPerPeer
        }

        /// `HOST:PORT`, as in a URL.
        var place: String { AuthorityText.of(host, port: port) }
    }

    package let terms: Terms
    /// Its number among all of the data plane, from 0.
    package let number: Int
    package let census: ConnectionCensus
    /// What new connections are shown.
    private let certificate: Mutex<ServerTLS?>

    package init(_ terms: Terms, number: Int) throws(DataPlaneFault) {
        self.terms = terms
        self.number = number
        census = ConnectionCensus(
            most: terms.mostConnections, mostPerPeer: terms.mostConnectionsPerPeer)
        let tls = try terms.tls.map { tls throws(DataPlaneFault) in
            try ServerTLS(tls, terms)
        }
        certificate = Mutex(tls)
    }

    package var isSecure: Bool { terms.tls != nil }

    /// What a new connection is shown; nil: plain text.
    package var tls: ServerTLS? { certificate.withLock { $0 } }

    /// Replaces the certificates, for new connections.
    package func adopt(_ tls: ServerTLS) { certificate.withLock { $0 = tls } }

    /// Whom a socket belongs to; nil if it is already closed.
    func peer(of channel: any Channel) -> Peer? {
        Peer(channel.remoteAddress, trusted: terms.trustedProxies)
    }
}

/// A protocol's name in TLS (RFC 7301 §6), as registered.
package enum ApplicationProtocol: String, Sendable {
    case http11 = "http/1.1"
}
