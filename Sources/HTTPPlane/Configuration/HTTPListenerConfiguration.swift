// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import HTTPWire
package import Transport

/// One address on which clients are served.
package struct HTTPListenerConfiguration: Sendable {
    /// An IP address.
    package var host: String
    /// 0: any free port, reported by ``DataPlane/addresses``.
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

    /// What does not depend on HTTP.
    var terms: Listener.Terms {
        Listener.Terms(
            host: host, port: port, tls: tls, protocols: [.http11], trustedProxies: trustedProxies,
            mostConnections: limits.mostConnections,
            mostConnectionsPerPeer: limits.mostConnectionsPerPeer)
    }
}
