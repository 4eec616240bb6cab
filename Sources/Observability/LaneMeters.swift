// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What one event loop counts of its requests.
///
/// Belongs to that loop, and cannot be copied off it. Each call is a few plain loads and stores: no lock, no locked
/// instruction, no allocation, no look-up by name.
///
/// Listeners, effects and reasons are numbers: indices into the lists given to ``TrafficMeters``.
package struct LaneMeters: ~Copyable {
    private let layout: TrafficLayout
    private let cells: OwnedCells

    init(_ layout: TrafficLayout, _ cells: OwnedCells) {
        self.layout = layout
        self.cells = cells
    }

    /// Counts a request that is over.
    package func countRequest(listener: Int, effect: Int, service: ServiceSlot) {
        cells.add(1, to: layout.requests(listener, effect, service))
    }

    /// Counts a request that was not let through, or whose service failed it.
    package func countRefusal(reason: Int) { cells.add(1, to: layout.refusals(reason)) }

    /// Counts the end of a client's TLS handshake.
    package func countHandshake(listener: Int, _ result: HandshakeResult) {
        cells.add(1, to: layout.handshakes(listener, result))
    }

    /// Counts the end of a TLS handshake with a service.
    package func countUpstreamHandshake(_ result: HandshakeResult, service: ServiceSlot) {
        cells.add(1, to: layout.upstreamHandshakes(result, service))
    }

    /// Records how long a request waited.
    package func record(nanoseconds: UInt64, of phase: RequestPhase, service: ServiceSlot) {
        record(nanoseconds, at: layout.phase(phase, service))
    }

    /// Records how long a request took, from its head to the last byte of its answer.
    package func record(nanoseconds: UInt64, service: ServiceSlot) {
        record(nanoseconds, at: layout.duration(service))
    }

    /// Changes a gauge of a service's pool.
    package func adjust(_ gauge: PoolGauge, by change: Int, service: ServiceSlot) {
        cells.add(UInt64(bitPattern: Int64(change)), to: layout.pool(gauge, service))
    }

    private func record(_ value: UInt64, at start: Int) {
        cells.add(1, to: start + layout.bounds.bucket(of: value))
        cells.add(value, to: start + layout.bounds.bucketCount)
    }
}
