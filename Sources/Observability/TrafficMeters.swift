// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// The place of a service in what lanes count; the same for as long as the process runs.
///
/// Kept with the service, so that a request that ends after a reload counts for the service it went to.
package struct ServiceSlot: Hashable, Sendable {
    let number: Int

    /// For requests that met no service.
    package static let unrouted = ServiceSlot(number: 0)
    /// Shared by services beyond ``TrafficMeters/mostServices``.
    static let other = ServiceSlot(number: 1)
}

/// What all event loops count of their requests, summed on demand.
///
/// The labels are known from the start or come from the configuration. A service that a reload removes keeps its
/// numbers, because counters never go back. Names beyond ``mostServices`` share one slot, ``other``, so that reloads
/// with ever new names cannot make the page grow without bound.
package final class TrafficMeters: Sendable {
    /// How many services have their own numbers.
    package static let mostServices = 256
    /// The name for services beyond these; no service can have it.
    package static let other = "(other)"

    private struct State {
        /// Names by slot: the one for requests without a service, ``TrafficMeters/other``, then services.
        var services: [String]
        /// Addresses by number.
        var listeners: [String]
        var slots: [String: ServiceSlot] = [:]
        var lanes: [OwnedCells] = []
    }

    private let layout: TrafficLayout
    private let state: Mutex<State>

    /// - Parameters:
    ///   - listeners: how many there are; ``show(listeners:)`` says where, once they are bound.
    ///   - effects: what a decision can be.
    ///   - reasons: why a request can be refused.
    ///   - unrouted: the label `service` of requests that met none.
    package init(listeners: Int, effects: [String], reasons: [String], unrouted: String) {
        layout = TrafficLayout(
            listeners: listeners, effects: effects, reasons: reasons,
            mostServices: Self.mostServices + 2)
        state = Mutex(
            State(
                services: [unrouted, Self.other],
                listeners: (0..<listeners).map { "\($0)" }))
    }

    /// Names the listeners by their addresses, in the order of the configuration.
    package func show(listeners: [String]) {
        precondition(
            listeners.count == layout.listeners,
            "LabelsAreKnown: another number of listeners than at the start")
        state.withLock { $0.listeners = listeners }
    }

    /// The slot of a configured service, always the same for one name. Takes a lock: called when a configuration takes
    /// effect, never for a request.
    package func slot(of service: String) -> ServiceSlot {
        state.withLock { state in
            if let known = state.slots[service] { return known }
            guard state.services.count < layout.mostServices else { return .other }
            let slot = ServiceSlot(number: state.services.count)
            state.services.append(service)
            state.slots[service] = slot
            return slot
        }
    }

    /// The numbers of one more event loop, for its use alone.
    package func openLane() -> LaneMeters {
        let cells = OwnedCells(count: layout.cellCount)
        state.withLock { $0.lanes.append(cells) }
        return LaneMeters(layout, cells)
    }

    /// What a gauge shows, over all services.
    package func total(_ gauge: PoolGauge) -> Int {
        let (services, lanes) = state.withLock { ($0.services.count, $0.lanes) }
        return (0..<services).reduce(0) { sum, number in
            let cell = layout.pool(gauge, ServiceSlot(number: number))
            return lanes.reduce(sum) { $0 + Int(truncatingIfNeeded: $1.value(of: cell)) }
        }
    }

    /// How many handshakes of clients ended so, over all listeners.
    package func handshakes(_ result: HandshakeResult) -> Int {
        let lanes = state.withLock { $0.lanes }
        return (0..<layout.listeners).reduce(0) { sum, listener in
            let cell = layout.handshakes(listener, result)
            return lanes.reduce(sum) { $0 + Int(truncatingIfNeeded: $1.value(of: cell)) }
        }
    }

    /// Everything counted so far, over all lanes.
    package var metrics: [Metric] {
        let (services, listeners, lanes) = state.withLock {
            ($0.services, $0.listeners, $0.lanes)
        }
        return TrafficReading(
            layout: layout, services: services, listeners: listeners, lanes: lanes
        ).metrics
    }
}
