// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import ByteCoding
internal import Exchanges
internal import HTTPWire
internal import Logging
internal import NIOCore
internal import Observability

/// Everything that belongs to one event loop: its desk, its connections, its pools, its time.
///
/// Used only on that loop; nothing here is locked. Requests never leave their lane.
final class Lane {
    let eventLoop: any EventLoop
    let desk: Desk
    let counters: TrafficCounters
    /// This loop's request metrics.
    let meters: LaneMeters
    private let traffic: TrafficMeters
    let clock: ExchangeClock
    let logger: Logger
    let mostHeldBytes: Int
    let longestHolding: Moment.Interval
    /// Where services are, for requests that begin from now on.
    private(set) var upstreams: UpstreamTable
    /// Idle connections that may be kept, over all services.
    var mostIdle = Int.max
    /// Those that are kept.
    var idle = 0
    private(set) var isDraining = false
    /// The time for finishing is over.
    private(set) var isForced = false

    /// The time at which the current event came.
    private(set) var now = Moment.now

    private var date = HTTPDate()
    private var wheel = DeadlineWheel(now: .now)
    private var isTicking = false
    private var connections: [ObjectIdentifier: ClientConnection] = [:]
    private var whenEmpty: EventLoopPromise<Void>?
    /// When the second ends in which ``told`` refusals were logged.
    private var tellingEnds = Moment(nanoseconds: 0)
    private var told = 0
    private var untold = 0

    init(
        eventLoop: any EventLoop, desk: Desk, counters: TrafficCounters, traffic: TrafficMeters,
        clock: ExchangeClock, holding: ResponseHolding, logger: Logger
    ) {
        self.eventLoop = eventLoop
        self.desk = desk
        self.counters = counters
        self.traffic = traffic
        meters = traffic.openLane()
        self.clock = clock
        self.logger = logger
        mostHeldBytes = holding.mostBytes
        longestHolding = Moment.Interval(holding.longest)
        upstreams = UpstreamTable(pools: [])
        // Tasks run once the loop has processed all ready sockets.
        desk.afterTurn = { [weak desk] in
            eventLoop.assumeIsolated().execute { desk?.turnEnded() }
        }
    }

    /// The text of `Date` now.
    var dateText: [UInt8] { date.text(at: clock.now()) }

    // MARK: Time

    /// An event has come: reads the clock once for everything that is done for it.
    @inline(__always)
    func lookAtClock() { now = .now }

    /// Arranges to check an owner in time for its deadline; called after every change that may
    /// bring it forward.
    func watch(_ owner: some DeadlineOwner) {
        // Most changes are to later, and the wheel already checks early enough.
        guard owner.nextDeadline.tick < owner.wheelTick else { return }
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
    func tell(_ refusal: AccessRefusal) {
        guard refusal.reason.kind != .upstream else { return }
        if now >= tellingEnds {
            tellingEnds = now + Moment.Interval(.seconds(1))
            told = 0
        }
        guard told < Self.mostTold else {
            untold += 1
            return
        }
        told += 1
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
        untold = 0
        logger.info("request is refused", metadata: fields)
    }

    /// The most refusals logged in one second.
    private static let mostTold = 5

    // MARK: Connections

    func add(_ connection: ClientConnection) {
        connections[ObjectIdentifier(connection)] = connection
        counters.openConnections.count()
    }

    /// The connection is closed and its last record is settled.
    func remove(_ connection: ClientConnection) {
        guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
        counters.openConnections.uncount()
        if connections.isEmpty { whenEmpty?.succeed(()) }
    }

    /// Closes connections as soon as they have no request under way; succeeds once all are gone.
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

    // MARK: Configuration

    /// Puts another configuration in force for requests that begin from now on.
    func adopt(rules: ExchangeRules, targets: [UpstreamTarget]) {
        desk.rules = rules
        upstreams = upstreams.replaced(by: targets, in: self)
    }

    /// Where a service's numbers are; takes a lock.
    func slot(of service: String) -> ServiceSlot { traffic.slot(of: service) }

    /// Closes what is kept for requests that will never come.
    func end() { upstreams = upstreams.replaced(by: [], in: self) }
}
