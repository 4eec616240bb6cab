// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
package import ByteCoding
import CSystemCalls
import Access
import Glibc
package import Ledger

extension UTCInstant {
    /// The system's clock, to the microsecond.
    package static var now: UTCInstant {
        var time = timespec()
        // Safe: the structure lives through the call, which cannot fail for this clock.
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return UTCInstant(
            microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }
}

extension LedgerClock {
    /// The system's clock, and what the kernel knows about its accuracy (adjtimex(2)).
    package static let system = LedgerClock(
        now: { .now },
        facts: {
            var quality = csc_clock_quality()
            // Safe: the structure lives through the call, which fills it in.
            guard unsafe csc_read_clock_quality(&quality) == 0 else {
                return ClockFacts(
                    source: "system", offsetMicroseconds: nil, errorMicroseconds: nil,
                    isSynchronized: false)
            }
            return ClockFacts(
                source: "system", offsetMicroseconds: quality.offset_us,
                errorMicroseconds: quality.error_us, isSynchronized: quality.synchronised)
        })
}

extension ExchangeClock {
    /// The system's clocks.
    static let system = ExchangeClock(
        now: { .now },
        monotonic: {
            var time = timespec()
            // Safe: the structure lives through the call, which cannot fail for this clock.
            unsafe clock_gettime(CLOCK_MONOTONIC, &time)
            return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
        })
}
