// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Observability
internal import Synchronization

/// Stands in front of the services: event loops, listeners and the log's ports, on which one
/// ``Plane`` for each protocol serves its clients.
///
/// ## Threads
/// One event loop for each lane. A connection and its accesses stay on one of them from the first byte
/// to the last; the ledger wakes each once a group. Tokens that are not known yet are verified by threads of their own.
///
/// ## Invariants
/// - `RecordedBeforeForwarded`, `RecordedBeforeAnswered`: kept by planes that do only what the
///   exchange's steps say.
package final class DataPlane: Sendable {
    /// An address that clients connect to.
    package struct Address: Hashable, Sendable {
        package let host: String
        package let port: Int

        /// `HOST:PORT`, as in a URL.
        package var text: String { AuthorityText.of(host, port: port) }
    }

    /// Where clients connect, in the order of the configured listeners.
    package let addresses: [Address]
    let group: MultiThreadedEventLoopGroup
    let lanes: [NIOLoopBoundBox<Lane?>]
    let listeners: [Listener]
    let channels: [any Channel]
    /// Of each lane.
    let counters: [TrafficCounters]
    let traffic: TrafficMeters
    /// Verify credentials where that would hold up an event loop.
    let verifiers: NIOThreadPool
    let logger: Logger
    let isStopped = Atomic<Bool>(false)

    init(
        group: MultiThreadedEventLoopGroup, lanes: [NIOLoopBoundBox<Lane?>],
        listeners: [Listener], channels: [any Channel], counters: [TrafficCounters],
        traffic: TrafficMeters, verifiers: NIOThreadPool, logger: Logger
    ) {
        self.group = group
        self.lanes = lanes
        self.listeners = listeners
        self.channels = channels
        self.counters = counters
        self.traffic = traffic
        self.verifiers = verifiers
        self.logger = logger
        addresses = zip(listeners, channels).map { listener, channel in
            Address(
                host: channel.localAddress?.ipAddress ?? listener.terms.host,
                port: channel.localAddress?.port ?? listener.terms.port)
        }
        traffic.show(listeners: addresses.map(\.text))
    }

    /// How much is being done and was done since the start.
    package var status: DataPlaneStatus {
        var status = DataPlaneStatus()
        for lane in counters { lane.add(to: &status) }
        status.failedHandshakes = traffic.handshakes(.failed)
        status.openUpstreams = traffic.total(.connections)
        return status
    }

    /// Does something on each event loop, and returns when it is done on all.
    func onEachLane(_ work: @escaping @Sendable (Lane) -> Void) async throws {
        for box in lanes {
            try await box.eventLoop.submit { if let lane = box.value { work(lane) } }.get()
        }
    }
}
