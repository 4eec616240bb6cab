// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// How often one subject may use a service.
package struct RateLimit: Hashable, Sendable {
    /// Whose accesses are counted together.
    package enum Per: String, CaseIterable, Sendable {
        /// One verified identity; anonymous principals are counted by their peer address.
        case actor
        /// One peer address, or one IPv6 /64.
        case peer
    }

    package var per: Per
    package var rate: Rate
    /// How many accesses may come at once after a pause; 1 to ``mostBurst``.
    package let burst: Int

    package static let mostBurst = 100_000

    /// - Parameter burst: nil means what one second of the rate allows, at least 1.
    /// - Returns: nil where the burst is not within 1…``mostBurst``.
    package init?(per: Per, rate: Rate, burst: Int?) {
        let burst = burst ?? min(rate.perSecond, Self.mostBurst)
        guard (1...Self.mostBurst).contains(burst) else { return nil }
        self.per = per
        self.rate = rate
        self.burst = burst
    }
}
