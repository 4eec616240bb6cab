// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Observability

/// Counts what happens on one event loop, the only writer.
package final class TrafficCounters: Sendable {
    package let openConnections = OwnedCounter()
    package let acceptedConnections = OwnedCounter()
    package let refusedConnections = OwnedCounter()
    package let requests = OwnedCounter()
    package let malformedRequests = OwnedCounter()
    package let upstreamConnects = OwnedCounter()
    package let upstreamReuses = OwnedCounter()
    package let upstreamFailures = OwnedCounter()
    package let abandonedRequests = OwnedCounter()

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
