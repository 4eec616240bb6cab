// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Disclosures
package import Exchanges
package import Ledger
package import Logging
internal import NIOCore
internal import NIOPosix
internal import Observability
package import Policy

extension DataPlane {
    /// Binds all listeners and serves until ``shutdown(grace:)``.
    ///
    /// - Parameters:
    ///   - rules: for the same services, in the same order, as the configured upstreams.
    ///   - limiter: kept across reloads, so that counts survive.
    ///   - logger: for operations only; nothing of a request is ever logged.
    package static func start(
        _ configuration: DataPlaneConfiguration, rules: ExchangeRules, ledger: Ledger,
        limiter: RateLimiter, clock: ExchangeClock, logger: Logger
    ) async throws(DataPlaneFault) -> DataPlane {
        guard !configuration.listeners.isEmpty else {
            throw DataPlaneFault(.noListener, "No listener is configured; configure at least one.")
        }
        let targets = try targets(configuration.upstreams, of: rules)
        var listeners: [Listener] = []
        for (number, listener) in configuration.listeners.enumerated() {
            listeners.append(try Listener(listener, number: number))
        }
        let traffic = TrafficMeters(listeners: listeners.count)
        let group = MultiThreadedEventLoopGroup(
            numberOfThreads: max(1, configuration.eventLoops ?? System.coreCount))
        let verifiers = NIOThreadPool(numberOfThreads: verifierCount)
        verifiers.start()
        var channels: [any Channel] = []
        var lanes: [NIOLoopBoundBox<Lane?>] = []
        do {
            let counters: [TrafficCounters]
            (lanes, counters) = try await openLanes(
                group, configuration, rules: rules, targets: targets, ledger: ledger,
                limiter: limiter, traffic: traffic, clock: clock, verifiers: verifiers,
                logger: logger)
            for listener in listeners {
                channels.append(try await bind(listener, group, lanes))
            }
            return DataPlane(
                group: group, lanes: lanes, listeners: listeners, channels: channels,
                counters: counters, traffic: traffic, verifiers: verifiers, logger: logger)
        } catch {
            // A lane refers to the log and, through its pools, to itself: if nothing starts,
            // nothing may be retained.
            for box in lanes {
                box.eventLoop.execute {
                    box.value?.end()
                    box.value = nil
                }
            }
            await stop(channels, group, verifiers, logger)
            if let fault = error as? DataPlaneFault { throw fault }
            throw DataPlaneFault(
                .bind, "The data plane did not start; see the cause.", cause: error)
        }
    }

    /// Verifying comes in short bursts: after a start, or when many tokens are renewed at once.
    private static let verifierCount = 2

    static func targets(
        _ upstreams: [UpstreamConfiguration], of rules: ExchangeRules
    ) throws(DataPlaneFault) -> [UpstreamTarget] {
        guard upstreams.count == rules.rulebook.services.count else {
            throw DataPlaneFault(
                .upstreamCount,
                "\(rules.rulebook.services.count) services have \(upstreams.count) upstreams; "
                    + "configure one for each.")
        }
        var targets: [UpstreamTarget] = []
        for upstream in upstreams { targets.append(try UpstreamTarget(upstream)) }
        return targets
    }

    private static func openLanes(
        _ group: MultiThreadedEventLoopGroup, _ configuration: DataPlaneConfiguration,
        rules: ExchangeRules, targets: [UpstreamTarget], ledger: Ledger, limiter: RateLimiter,
        traffic: TrafficMeters, clock: ExchangeClock, verifiers: NIOThreadPool, logger: Logger
    ) async throws -> ([NIOLoopBoundBox<Lane?>], [TrafficCounters]) {
        var lanes: [NIOLoopBoundBox<Lane?>] = []
        var allCounters: [TrafficCounters] = []
        let holding = configuration.holding
        let loops = max(1, configuration.eventLoops ?? System.coreCount)
        let mostIdle = configuration.mostIdle / loops
        for eventLoop in group.makeIterator() {
            let box = NIOLoopBoundBox<Lane?>.makeEmptyBox(
                valueType: Lane.self, eventLoop: eventLoop)
            let port = ledger.addPort(LoopPort(box))
            let counters = TrafficCounters()
            allCounters.append(counters)
            try await eventLoop.submit {
                let desk = Desk(
                    rules: rules, recorder: .local(ledger), port: port, limiter: limiter,
                    clock: clock,
                    randomness: BufferedRandomness(source: .kernel))
                desk.verifier = LoopVerifier(verifiers, box)
                let lane = Lane(
                    eventLoop: eventLoop, desk: desk, counters: counters, traffic: traffic,
                    clock: clock, holding: holding, logger: logger)
                lane.mostIdle = mostIdle
                lane.adopt(rules: rules, targets: targets)
                box.value = lane
            }.get()
            lanes.append(box)
        }
        return (lanes, allCounters)
    }

    private static func bind(
        _ listener: Listener, _ group: MultiThreadedEventLoopGroup,
        _ lanes: [NIOLoopBoundBox<Lane?>]
    ) async throws(DataPlaneFault) -> any Channel {
        let configuration = listener.configuration
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // Accepted sockets inherit it: a client that vanishes during a silent stream is
            // noticed.
            .serverChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    for lane in lanes where lane.eventLoop === channel.eventLoop {
                        guard let lane = lane.value else { break }
                        try listener.accept(channel, in: lane)
                        return
                    }
                    channel.close(promise: nil)
                }
            }
        do {
            return try await bootstrap.bind(host: configuration.host, port: configuration.port)
                .get()
        } catch {
            throw DataPlaneFault(
                .bind,
                "Cannot listen on \(configuration.host):\(configuration.port); choose an address of "
                    + "this machine and a port that is free and permitted.", cause: error)
        }
    }
}
