// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import HTTPWire
package import Policy

/// One address on which clients are served.
package struct ListenerConfiguration: Sendable {
    /// An IP address.
    package var host: String
    /// 0: any free port, told by ``DataPlane/addresses``.
    package var port: Int
    /// Nil: plain text.
    package var tls: ListenerTLS?
    /// Peers whose `X-Forwarded-For` is believed.
    package var trustedProxies: [AddressBlock]
    package var limits: ClientLimits

    package init(
        host: String, port: Int, tls: ListenerTLS?, trustedProxies: [AddressBlock],
        limits: ClientLimits
    ) {
        self.host = host
        self.port = port
        self.tls = tls
        self.trustedProxies = trustedProxies
        self.limits = limits
    }
}

/// How much and how slowly a client may send and read; reaching a limit ends in a reason with a name.
package struct ClientLimits: Hashable, Sendable {
    /// Heads and chunk framing.
    package var wire = Limits.standard
    /// Content bytes of one request body; any number: bodies stream.
    package var mostBodyBytes = UInt64.max
    /// From the first byte of a head, or from connecting, to the head's end; 10 s.
    package var headTimeout = Duration.seconds(10)
    /// From connecting to the end of the TLS handshake; 10 s.
    package var handshakeTimeout = Duration.seconds(10)
    /// Between two requests; 60 s.
    package var idleTimeout = Duration.seconds(60)
    /// Between two pieces of a body; 30 s.
    package var bodyTimeout = Duration.seconds(30)
    /// Content bytes per second that a body has to average, once ``bodyTimeout`` has passed; 0: any.
    package var leastBodyRate: UInt64 = 256
    /// For a client that does not take what it is sent; 30 s.
    package var writeTimeout = Duration.seconds(30)
    /// After the last answer, for a client to close its side; 2 s.
    package var lingerTimeout = Duration.seconds(2)
    /// Connections of this listener at a time; 20,000.
    package var mostConnections = 20_000
    /// Connections of one peer at a time, trusted proxies excepted; 1,024.
    package var mostConnectionsPerPeer = 1_024

    package init() {}
}
