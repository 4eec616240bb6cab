// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Observability

extension DataPlane {
    /// What listeners and connections to services are doing and have done since the start.
    package var metrics: [Metric] {
        let status = status
        var metrics = [
            Metric(
                "countersign_connections",
                help: "Client connections that were admitted and are open.",
                kind: .gauge,
                samples: zip(addresses, listeners).map { address, listener in
                    Metric.Sample(
                        UInt64(listener.census.open),
                        labels: [.init("listener", address.text)])
                })
        ]
        func add(_ name: String, _ kind: Metric.Kind, _ value: Int, _ help: String) {
            metrics.append(
                Metric(
                    name, help: help, kind: kind,
                    samples: [.init(UInt64(clamping: value))]))
        }
        add(
            "countersign_client_connections", .gauge, status.openConnections,
            "Client connections that are open, including those turned away and not yet closed.")
        add(
            "countersign_connections_accepted_total", .counter, status.acceptedConnections,
            "Client connections accepted.")
        add(
            "countersign_connections_refused_total", .counter, status.refusedConnections,
            "Client connections turned away because too many were open.")
        add(
            "countersign_heads_total", .counter, status.requests,
            "Request heads that were understood.")
        add(
            "countersign_heads_malformed_total", .counter, status.malformedRequests,
            "Request heads that were not understood or did not come in time.")
        add(
            "countersign_requests_abandoned_total", .counter, status.abandonedRequests,
            "Requests that ended because their client went away.")
        add(
            "countersign_upstream_connects_total", .counter, status.upstreamConnects,
            "Connections to services made or tried.")
        add(
            "countersign_upstream_reuses_total", .counter, status.upstreamReuses,
            "Requests that found a connection to their service open.")
        add(
            "countersign_upstream_failures_total", .counter, status.upstreamFailures,
            "Requests that their service failed.")
        return metrics + traffic.metrics
    }
}
