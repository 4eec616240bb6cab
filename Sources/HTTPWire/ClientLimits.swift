// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// How much and how slowly a client may send and read; reaching a limit ends in a reason with a name.
package struct ClientLimits: Hashable, Sendable {
    /// Heads and chunk framing.
    package var wire = Limits.standard
    /// Content bytes of one request body; unlimited: bodies stream.
    package var mostBodyBytes = UInt64.max
    /// From the first byte of a head, or from connecting, to the head's end; 10 s.
    package var headTimeout = Duration.seconds(10)
    /// From connecting to the end of the TLS handshake; 10 s.
    package var handshakeTimeout = Duration.seconds(10)
    /// Between two requests; 60 s.
    package var idleTimeout = Duration.seconds(60)
    /// Between two pieces of a body; 30 s.
    package var bodyTimeout = Duration.seconds(30)
    /// Content bytes per second that a body must average once ``bodyTimeout`` has passed; 0: any;
    /// 240.
    package var leastBodyRate: UInt64 = 240
    /// For a client that does not read what it is sent; 30 s.
    package var writeTimeout = Duration.seconds(30)
    /// After the last answer, for a client to close its side; 2 s.
    package var lingerTimeout = Duration.seconds(2)
    /// Connections of this listener at a time; 10,000.
    package var mostConnections = 10_000
    /// Connections of one peer at a time, trusted proxies excepted; 1,024.
    package var mostConnectionsPerPeer = 1_024

    package init() {}
}
