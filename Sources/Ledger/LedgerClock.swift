// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AuditRecords
package import ByteCoding

/// The clocks of a ledger, injected so that tests can turn them back.
package struct LedgerClock: Sendable {
    /// UTC as the system has it.
    package let now: @Sendable () -> UTCInstant
    /// How accurate the system knows that to be, for heartbeats.
    package let facts: @Sendable () -> ClockFacts

    package init(
        now: @escaping @Sendable () -> UTCInstant, facts: @escaping @Sendable () -> ClockFacts
    ) {
        self.now = now
        self.facts = facts
    }
}
