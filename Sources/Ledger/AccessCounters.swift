// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Accesses, counted by the proxy for the heartbeat whether or not they were recorded.
///
/// Shared by all event loops; each count is one relaxed atomic addition.
package final class AccessCounters: Sendable {
    private let acceptedCount = Atomic<UInt64>(0)
    private let forwardedCount = Atomic<UInt64>(0)
    private let droppedCount = Atomic<UInt64>(0)

    package init() {}

    /// A request was received, whole or malformed.
    package func countAccepted() { acceptedCount.wrappingAdd(1, ordering: .relaxed) }

    /// A request went to its service.
    package func countForwarded() { forwardedCount.wrappingAdd(1, ordering: .relaxed) }

    /// An access went through unrecorded, because its route says `on_failure: allow`.
    package func countDropped() { droppedCount.wrappingAdd(1, ordering: .relaxed) }

    package var accepted: UInt64 { acceptedCount.load(ordering: .relaxed) }
    package var forwarded: UInt64 { forwardedCount.load(ordering: .relaxed) }
    package var dropped: UInt64 { droppedCount.load(ordering: .relaxed) }
}
