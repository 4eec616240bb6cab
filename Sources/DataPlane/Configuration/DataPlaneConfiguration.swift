// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Everything that the data plane needs to run: values only, checked when it starts.
package struct DataPlaneConfiguration: Sendable {
    /// Where clients connect; at least one.
    package var listeners: [ListenerConfiguration]
    /// Where each service of the rulebook is, in the rulebook's order.
    package var upstreams: [UpstreamConfiguration]
    /// Threads that serve connections; nil: one for each core.
    package var eventLoops: Int?
    /// The most idle connections to services, over all services and event loops.
    package var mostIdle: Int
    package var holding: ResponseHolding

    package init(
        listeners: [ListenerConfiguration], upstreams: [UpstreamConfiguration], eventLoops: Int?,
        mostIdle: Int = .max, holding: ResponseHolding = ResponseHolding()
    ) {
        self.listeners = listeners
        self.upstreams = upstreams
        self.eventLoops = eventLoops
        self.mostIdle = mostIdle
        self.holding = holding
    }
}

/// How long an answer is held for its end, so that one record is enough for it.
///
/// An answer that ends within the limits leaves with its only record. A larger or slower one gets a
/// `started` record before its first byte leaves.
package struct ResponseHolding: Hashable, Sendable {
    /// Head and body as they would be sent; 64 KiB.
    package var mostBytes = 65_536
    /// From the head's arrival to the body's end; 100 ms.
    package var longest = Duration.milliseconds(100)

    package init() {}
}
