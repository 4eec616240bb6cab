// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Counts what happens on all event loops; each count is one relaxed atomic addition.
final class TrafficCounters: Sendable {
    let openConnections = Atomic<Int>(0)
    let acceptedConnections = Atomic<Int>(0)
    let refusedConnections = Atomic<Int>(0)
    let failedHandshakes = Atomic<Int>(0)
    let requests = Atomic<Int>(0)
    let malformedRequests = Atomic<Int>(0)
    let openUpstreams = Atomic<Int>(0)
    let upstreamConnects = Atomic<Int>(0)
    let upstreamReuses = Atomic<Int>(0)
    let upstreamFailures = Atomic<Int>(0)
    let abandonedRequests = Atomic<Int>(0)

    var status: DataPlaneStatus {
        var status = DataPlaneStatus()
        status.openConnections = openConnections.load(ordering: .relaxed)
        status.acceptedConnections = acceptedConnections.load(ordering: .relaxed)
        status.refusedConnections = refusedConnections.load(ordering: .relaxed)
        status.failedHandshakes = failedHandshakes.load(ordering: .relaxed)
        status.requests = requests.load(ordering: .relaxed)
        status.malformedRequests = malformedRequests.load(ordering: .relaxed)
        status.openUpstreams = openUpstreams.load(ordering: .relaxed)
        status.upstreamConnects = upstreamConnects.load(ordering: .relaxed)
        status.upstreamReuses = upstreamReuses.load(ordering: .relaxed)
        status.upstreamFailures = upstreamFailures.load(ordering: .relaxed)
        status.abandonedRequests = abandonedRequests.load(ordering: .relaxed)
        return status
    }
}

extension Atomic<Int> {
    @inline(__always)
    borrowing func count() { wrappingAdd(1, ordering: .relaxed) }

    @inline(__always)
    borrowing func uncount() { wrappingSubtract(1, ordering: .relaxed) }
}
