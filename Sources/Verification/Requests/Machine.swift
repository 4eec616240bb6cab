// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
internal import Glibc

/// What a program that verifies asks of the machine it runs on.
package enum Machine {
    /// The time by the system's clock.
    package static var now: UTCInstant {
        var time = timespec()
        // Safe: the structure lives through the call, which fills it in and cannot fail for this clock.
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return UTCInstant(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }

    /// How many processors may be used now, at least one.
    package static var processors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
