// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// The clocks of an exchange, injected.
package struct ExchangeClock: Sendable {
    package let now: @Sendable () -> UTCInstant
    /// Nanoseconds of a clock that never goes back.
    package let monotonic: @Sendable () -> UInt64

    package init(
        now: @escaping @Sendable () -> UTCInstant, monotonic: @escaping @Sendable () -> UInt64
    ) {
        self.now = now
        self.monotonic = monotonic
    }
}
