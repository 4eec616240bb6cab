// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import ByteCoding
package import Access
package import Logging
package import NIOCore
package import Observability

/// Everything that belongs to one event loop and is the same for all protocols: its desk, its
/// connections, its time.
///
/// Used only on that loop; nothing here is locked. Accesses never leave their lane.
package final class Lane {
    package let eventLoop: any EventLoop
    package let desk: Desk
    package let counters: TrafficCounters
    /// This loop's request metrics.
    package let meters: LaneMeters
    private let traffic: TrafficMeters
    package let clock: ExchangeClock
    package let logger: Logger
    /// How many lanes share the work.
    package let siblings: Int
    /// What each plane keeps here, in the order of the planes.
    private(set) var planes: [any LanePlane] = []
    package private(set) var isDraining = false
    /// The time for finishing is over.
    package private(set) var isForced = false

    /// The time at which the current event came.
    package private(set) var now = Moment.now

    private var wheel = DeadlineWheel(now: .now)
    private var isTicking = false
    private var connections: [ObjectIdentifier: any LaneConnection] = [:]
    private var whenEmpty: EventLoopPromise<Void>?
    private var refusalsTold = TellingPace()
    private var handshakesTold = TellingPace()

    init(
        eventLoop: any EventLoop, desk: Desk, counters: TrafficCounters, traffic: TrafficMeters,
        clock: ExchangeClock, siblings: Int, logger: Logger
    ) {
        self.eventLoop = eventLoop
        self.desk = desk
        self.counters = counters
        self.traffic = traffic
        meters = traffic.openLane()
        self.clock = clock
        self.siblings = siblings
        self.logger = logger
        // Tasks run once the loop has processed all ready sockets.
        desk.afterTurn = { [weak desk] in
            eventLoop.assumeIsolated().execute { desk?.turnEnded() }
        }
    }

    // MARK: Time

    /// An event has come: reads the clock once for everything that is done for it.
    package func lookAtClock() { now = .now }

    /// Arranges to check an owner whose deadline is earlier than the wheel would look.
    ///
    /// Whoever changes deadlines for each request compares ``DeadlineOwner/nextDeadline`` with
    /// ``DeadlineOwner/wheelTick`` before, where both are known without asking through a protocol.
    package func watchSooner(_ owner: any DeadlineOwner) {
        if wheel.count == 0 { wheel.wake(now: now) }
        wheel.watch(owner)
        guard !isTicking, wheel.count > 0 else { return }
        isTicking = true
        scheduleTick()
    }

    private func scheduleTick() {
        eventLoop.assumeIsolated().scheduleTask(
            in: .nanoseconds(Int64(DeadlineWheel.tickNanoseconds))
        ) { self.tick() }
    }

    private func tick() {
        lookAtClock()
        let now = now
        while let due = wheel.next(now: now) {
            for owner in due.owners where owner.wheelTick == due.tick {
                owner.wheelTick = .max
                if owner.nextDeadline <= now { owner.deadlineReached(now: now) }
                wheel.watch(owner)
            }
        }
        if wheel.count > 0 { scheduleTick() } else { isTicking = false }
    }

    // MARK: Refusals

    /// Logs that a request is refused, and why: a few a second, so that a flood fills no disk, and
    /// then how many were left out. Failing services are logged by their pools.
    package func tell(_ refusal: AccessRefusal) {
        guard refusal.reason.kind != .upstream, let untold = refusalsTold.next(at: now) else {
            return
        }
        var fields: Logger.Metadata = [
            "reason": "\(refusal.reason.code)", "status": "\(refusal.rendered.status)",
            "record": "\(refusal.uid.text)",
        ]
        if let detail = refusal.detail { fields["detail"] = "\(detail)" }
        if let (policy, rule) = refusal.decidedBy {
            fields["policy"] = "\(policy)"
            fields["rule"] = "\(rule)"
        }
        if untold > 0 { fields["before"] = "\(untold)" }
        logger.info("request is refused", metadata: fields)
    }

    /// Logs that a client came to no TLS connection, and why, as for refusals. It is all that is
    /// told of it: there was no access, so there is no record.
    package func tell(failedHandshakeOf peer: Peer, _ problem: ClientTLSProblem) {
        guard let untold = handshakesTold.next(at: now) else { return }
        var fields: Logger.Metadata = ["peer": "\(peer.address)", "cause": "\(problem.words)"]
        if untold > 0 { fields["before"] = "\(untold)" }
        logger.info("TLS handshake failed", metadata: fields)
    }

    // MARK: Connections

    package func add(_ connection: any LaneConnection) {
        connections[ObjectIdentifier(connection)] = connection
        counters.openConnections.count()
    }

    /// The connection is closed and its last record is settled.
    package func remove(_ connection: any LaneConnection) {
        guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
        counters.openConnections.uncount()
        if connections.isEmpty { whenEmpty?.succeed(()) }
    }

    /// Closes connections as soon as they have nothing under way; succeeds once all are gone.
    func drain() -> EventLoopFuture<Void> {
        isDraining = true
        let promise = eventLoop.makePromise(of: Void.self)
        whenEmpty = promise
        for connection in Array(connections.values) { connection.drain() }
        if connections.isEmpty { promise.succeed(()) }
        return promise.futureResult
    }

    /// Ends what is still under way, with a record for each.
    func force() {
        isForced = true
        for connection in Array(connections.values) { connection.forceEnd() }
    }

    // MARK: Planes

    /// Adds what a plane keeps here.
    func add(_ plane: any LanePlane) { planes.append(plane) }

    /// Puts another configuration in force for accesses that begin from now on.
    func adopt(_ rules: ExchangeRules) {
        desk.rules = rules
        for plane in planes { plane.adopt() }
    }

    /// Where a service's numbers are; takes a lock.
    package func slot(of service: String) -> ServiceSlot { traffic.slot(of: service) }

    /// Closes what is kept for accesses that will never come.
    func end() {
        for plane in planes { plane.end() }
        planes = []
    }
}
