// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// How much the data plane is doing and has done since it started.
package struct DataPlaneStatus: Hashable, Sendable {
    /// Client connections that are open now.
    package var openConnections = 0
    package var acceptedConnections = 0
    /// Connections turned away because too many were open.
    package var refusedConnections = 0
    package var failedHandshakes = 0
    /// Heads that were understood.
    package var requests = 0
    /// Heads that were not, or did not come in time.
    package var malformedRequests = 0
    /// Connections to services that are open now.
    package var openUpstreams = 0
    /// Connections to services made, or tried.
    package var upstreamConnects = 0
    /// Requests that found a connection open.
    package var upstreamReuses = 0
    /// Accesses that a service failed.
    package var upstreamFailures = 0
    /// Accesses that ended because their client went away.
    package var abandonedRequests = 0

    package init() {}
}
