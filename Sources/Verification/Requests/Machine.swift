// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
internal import Glibc

/// What a program that verifies asks of the machine it runs on.
package enum Machine {
    /// The time by the system's clock, in whole seconds: ages are told in these. For verifiers only, which write
    /// no record; the proxy's clock is finer.
    package static var now: UTCInstant {
        UTCInstant(microseconds: Int64(time(nil)) * 1_000_000)
    }

    /// How many processors may be used now, at least one.
    package static var processors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
