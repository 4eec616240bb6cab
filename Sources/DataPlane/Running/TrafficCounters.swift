// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Observability

/// Counts what happens on one event loop, the only writer.
final class TrafficCounters: Sendable {
    let openConnections = OwnedCounter()
    let acceptedConnections = OwnedCounter()
    let refusedConnections = OwnedCounter()
    let requests = OwnedCounter()
    let malformedRequests = OwnedCounter()
    let upstreamConnects = OwnedCounter()
    let upstreamReuses = OwnedCounter()
    let upstreamFailures = OwnedCounter()
    let abandonedRequests = OwnedCounter()

    /// Adds these counts to those of other loops.
    func add(to status: inout DataPlaneStatus) {
        status.openConnections += openConnections.value
        status.acceptedConnections += acceptedConnections.value
        status.refusedConnections += refusedConnections.value
        status.requests += requests.value
        status.malformedRequests += malformedRequests.value
        status.upstreamConnects += upstreamConnects.value
        status.upstreamReuses += upstreamReuses.value
        status.upstreamFailures += upstreamFailures.value
        status.abandonedRequests += abandonedRequests.value
    }
}
