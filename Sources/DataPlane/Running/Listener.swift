// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Exchanges
internal import HTTPWire
internal import NIOCore
internal import Synchronization

/// One configured address with what its connections share; used by all event loops.
final class Listener: Sendable {
    let configuration: ListenerConfiguration
    /// Its index among the configured ones.
    let number: Int
    let census: ConnectionCensus
    let headTimeout: Moment.Interval
    let handshakeTimeout: Moment.Interval
    let idleTimeout: Moment.Interval
    let bodyTimeout: Moment.Interval
    let writeTimeout: Moment.Interval
    let lingerTimeout: Moment.Interval
    /// What new connections are shown.
    private let certificate: Mutex<ServerTLS?>

    init(_ configuration: ListenerConfiguration, number: Int) throws(DataPlaneFault) {
        self.configuration = configuration
        self.number = number
        let limits = configuration.limits
        census = ConnectionCensus(
            most: limits.mostConnections, mostPerPeer: limits.mostConnectionsPerPeer)
        headTimeout = Moment.Interval(limits.headTimeout)
        handshakeTimeout = Moment.Interval(limits.handshakeTimeout)
        idleTimeout = Moment.Interval(limits.idleTimeout)
        bodyTimeout = Moment.Interval(limits.bodyTimeout)
        writeTimeout = Moment.Interval(limits.writeTimeout)
        lingerTimeout = Moment.Interval(limits.lingerTimeout)
        let tls = try configuration.tls.map { tls throws(DataPlaneFault) in
            try ServerTLS(tls, configuration)
        }
        certificate = Mutex(tls)
    }

    var limits: ClientLimits { configuration.limits }

    /// The limits of its connections' accesses on a lane.
    func relayLimits(_ lane: Lane) -> RelayLimits {
        RelayLimits(
            contentBytes: limits.mostBodyBytes, contentPause: bodyTimeout,
            contentRate: limits.leastBodyRate, heldBytes: lane.mostHeldBytes,
            holding: lane.longestHolding)
    }

    var isSecure: Bool { configuration.tls != nil }

    /// What a new connection is shown; nil: plain text.
    var tls: ServerTLS? { certificate.withLock { $0 } }

    /// Replaces the certificates, for new connections.
    func adopt(_ tls: ServerTLS) { certificate.withLock { $0 = tls } }
}
