// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Everything that HTTP is served with: values only, checked when a plane is made of them.
package struct HTTPPlaneConfiguration: Sendable {
    /// Where clients connect; at least one.
    package var listeners: [HTTPListenerConfiguration]
    /// Where each service of the rulebook is, in the rulebook's order.
    package var upstreams: [UpstreamConfiguration]
    /// The most idle connections to services, over all services and event loops.
    package var mostIdle: Int
    package var holding: ResponseHolding

    package init(
        listeners: [HTTPListenerConfiguration], upstreams: [UpstreamConfiguration],
        mostIdle: Int = .max, holding: ResponseHolding = ResponseHolding()
    ) {
        self.listeners = listeners
        self.upstreams = upstreams
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
