// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The machine's processors, over which verification spreads its work.
package enum Processors {
    /// How many may be used now, at least one.
    package static var usable: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
