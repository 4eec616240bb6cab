// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Access
internal import HTTPWire
internal import Logging
internal import NIOCore
internal import Observability
internal import Transport

/// The connections of one event loop to one service.
///
/// `RecordedBeforeForwarded`: the only way to a connection is ``send(_:for:ticket:reuse:)``, which takes a
/// ``RecordedRequest``.
final class UpstreamPool {
    /// A request on its way to a connection. The ticket shows whether it has ended meanwhile.
    struct Lease {
        let recorded: RecordedRequest
        let access: RelayedAccess
        let ticket: UInt64

        var isWanted: Bool { access.awaits(ticket) }
    }

    let target: UpstreamTarget
    let lane: Lane
    private let http: HTTPLane
    /// Where the service's numbers are.
    let slot: ServiceSlot
    /// Kept connections, the last used at the end, because it is the least likely to be closed by
    /// now.
    private var idle: [UpstreamConnection] = []
    private var isRetired = false
    private var nextWarning = Moment(nanoseconds: 0)
    /// Failures since the last one that was logged.
    private var unreported = 0

    init(target: UpstreamTarget, _ http: HTTPLane) {
        self.target = target
        self.http = http
        lane = http.lane
        slot = lane.slot(of: target.configuration.name)
    }

    /// Changes one of the pool's gauges.
    func adjust(_ gauge: PoolGauge, by change: Int) {
        lane.meters.adjust(gauge, by: change, service: slot)
    }

    /// More or fewer connections are kept unused.
    private func countIdle(by change: Int) {
        adjust(.idle, by: change)
        http.idle += change
    }

    /// Finds or makes a connection and hands it to the access.
    ///
    /// - Parameter reuse: whether a kept connection will do.
    func send(
        _ recorded: RecordedRequest, for access: RelayedAccess, ticket: UInt64, reuse: Bool
    ) {
        while reuse, let connection = idle.popLast() {
            countIdle(by: -1)
            guard connection.mayServeAgain(now: lane.now) else {
                connection.close()
                continue
            }
            lane.counters.upstreamReuses.count()
            connection.serve(access)
            access.connected(.http1(connection))
            return
        }
        connect(Lease(recorded: recorded, access: access, ticket: ticket))
    }

    private func connect(_ lease: Lease) {
        lane.counters.upstreamConnects.count()
        adjust(.waiting, by: 1)
        let connected = target.endpoint.connect(on: lane.eventLoop)
        connected.assumeIsolated().whenComplete { result in
            self.lane.lookAtClock()
            switch result {
            case .success(let channel): self.connected(channel, lease)
            case .failure(let error): self.failed(lease, error)
            }
        }
    }

    private func connected(_ channel: any Channel, _ lease: Lease) {
        guard channel.isActive else {
            // The service closed at this moment; a handler added now would not be notified.
            failed(lease, ChannelError.eof)
            return
        }
        let connection = UpstreamConnection(pool: self, openedFor: lease)
        do {
            try channel.pipeline.syncOperations.addHandler(connection)
        } catch {
            // The channel closed at this moment.
            failed(lease, error)
            return
        }
        connection.opened()
    }

    private func failed(_ lease: Lease, _ error: any Error) {
        refuse(lease, .connecting(error))
    }

    /// Logs what is wrong with the service, at most once a second however many requests it fails.
    func warn(_ what: Logger.Message, _ failure: UpstreamFailure) {
        let now = lane.now
        guard now >= nextWarning else {
            unreported += 1
            return
        }
        lane.logger.warning(
            what,
            metadata: [
                "service": "\(target.configuration.name)", "host": "\(target.configuration.host)",
                "port": "\(target.configuration.port)", "error": "\(failure.detail)",
                "before": "\(unreported)",
            ])
        nextWarning = now + Moment.Interval(.seconds(1))
        unreported = 0
    }

    /// A connection was made, including any TLS handshake.
    func established(_ connection: UpstreamConnection, _ lease: Lease) {
        adjust(.waiting, by: -1)
        if target.endpoint.isSecure {
            lane.meters.countUpstreamHandshake(.completed, service: slot)
        }
        guard lease.isWanted else {
            keep(connection)
            return
        }
        connection.serve(lease.access)
        lease.access.connected(.http1(connection))
    }

    /// A connection for the lease was made, and its TLS handshake failed.
    func notTrusted(_ lease: Lease, _ failure: UpstreamFailure) {
        lane.meters.countUpstreamHandshake(.failed, service: slot)
        refuse(lease, failure)
    }

    /// No connection was made for the lease.
    private func refuse(_ lease: Lease, _ failure: UpstreamFailure) {
        adjust(.waiting, by: -1)
        warn("cannot connect to service", failure)
        guard lease.isWanted else { return }
        lease.access.serviceFailed(failure, wasUsed: false)
    }

    /// Takes back a connection that can serve again.
    ///
    /// - Parameter asLast: whether every other one is to be used before it, because unwanted bytes
    ///   may still be on their way.
    func keep(_ connection: UpstreamConnection, asLast: Bool = false) {
        guard !isRetired, idle.count < target.configuration.pool.mostIdle,
            http.idle < http.mostIdle
        else {
            connection.close()
            return
        }
        countIdle(by: 1)
        if asLast { idle.insert(connection, at: 0) } else { idle.append(connection) }
        connection.rest(until: lane.now + target.idleTimeout)
    }

    /// A kept connection is of no further use; usually the one kept longest.
    func forget(_ connection: UpstreamConnection) {
        guard let place = idle.firstIndex(where: { $0 === connection }) else { return }
        idle.remove(at: place)
        countIdle(by: -1)
    }

    /// No new request comes here: connections end with the requests that they serve.
    func retire() {
        isRetired = true
        let kept = idle
        idle = []
        countIdle(by: -kept.count)
        for connection in kept { connection.close() }
    }
}
