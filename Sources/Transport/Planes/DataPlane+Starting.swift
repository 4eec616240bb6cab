// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Access
internal import Disclosures
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
    ///   - eventLoops: threads that serve connections; nil: one for each core.
    ///   - rules: those that the planes were made for.
    ///   - limiter: kept across reloads, so that counts survive.
    ///   - logger: for operations only; nothing of a request is ever logged.
    package static func start(
        _ planes: [any Plane], eventLoops: Int?, rules: ExchangeRules, ledger: Ledger,
        limiter: RateLimiter, clock: ExchangeClock, logger: Logger
    ) async throws(DataPlaneFault) -> DataPlane {
        let listeners = planes.flatMap(\.listeners)
        guard !listeners.isEmpty else {
            throw DataPlaneFault(.noListener, "No listener is configured; configure at least one.")
        }
        precondition(
            listeners.map(\.number) == Array(listeners.indices),
            "ListenersAreNumbered: two planes gave a listener the same number")
        let traffic = TrafficMeters(listeners: listeners.count)
        let group = MultiThreadedEventLoopGroup(
            numberOfThreads: max(1, eventLoops ?? System.coreCount))
        let verifiers = NIOThreadPool(numberOfThreads: verifierCount)
        verifiers.start()
        var channels: [any Channel] = []
        var lanes: [NIOLoopBoundBox<Lane?>] = []
        do {
            let counters: [TrafficCounters]
            (lanes, counters) = try await openLanes(
                group, planes, rules: rules, ledger: ledger, limiter: limiter, traffic: traffic,
                clock: clock, verifiers: verifiers, logger: logger)
            for (index, plane) in planes.enumerated() {
                for listener in plane.listeners {
                    channels.append(try await bind(listener, of: index, group, lanes))
                }
            }
            return DataPlane(
                group: group, lanes: lanes, listeners: listeners, channels: channels,
                counters: counters, traffic: traffic, verifiers: verifiers, logger: logger)
        } catch {
            // A lane refers to the log and, through its planes, to itself: if nothing starts,
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

    private static func openLanes(
        _ group: MultiThreadedEventLoopGroup, _ planes: [any Plane], rules: ExchangeRules,
        ledger: Ledger, limiter: RateLimiter, traffic: TrafficMeters, clock: ExchangeClock,
        verifiers: NIOThreadPool, logger: Logger
    ) async throws -> ([NIOLoopBoundBox<Lane?>], [TrafficCounters]) {
        var lanes: [NIOLoopBoundBox<Lane?>] = []
        var allCounters: [TrafficCounters] = []
        let eventLoops = Array(group.makeIterator())
        let siblings = eventLoops.count
        for eventLoop in eventLoops {
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
                    clock: clock, siblings: siblings, logger: logger)
                for plane in planes { lane.add(plane.open(on: lane)) }
                box.value = lane
            }.get()
            lanes.append(box)
        }
        return (lanes, allCounters)
    }

    /// Sets up a new client's channel, on its event loop.
    private static func accept(
        _ channel: any Channel, at listener: Listener, of plane: Int, in lane: Lane
    ) throws {
        lane.counters.acceptedConnections.count()
        guard !lane.isDraining, let peer = listener.peer(of: channel) else {
            // Closed by the peer in the meantime, or by us.
            channel.close(promise: nil)
            return
        }
        try lane.planes[plane].accept(channel, from: peer, at: listener)
    }

    private static func bind(
        _ listener: Listener, of plane: Int, _ group: MultiThreadedEventLoopGroup,
        _ lanes: [NIOLoopBoundBox<Lane?>]
    ) async throws(DataPlaneFault) -> any Channel {
        let terms = listener.terms
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
                        try accept(channel, at: listener, of: plane, in: lane)
                        return
                    }
                    channel.close(promise: nil)
                }
            }
        do {
            return try await bootstrap.bind(host: terms.host, port: terms.port).get()
        } catch {
            throw DataPlaneFault(
                .bind,
                "Cannot listen on \(terms.place); choose an address of "
                    + "this machine and a port that is free and permitted.", cause: error)
        }
    }
}
