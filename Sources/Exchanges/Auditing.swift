// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Whether accesses are recorded: always, but in the build that `make bench` measures the log's price with.
///
/// A constant of the build, so that no configuration, flag or bug at run time can turn recording off. That build
/// calls itself so in `countersign version` and refuses every address but loopback.
package enum Auditing {
    #if COUNTERSIGN_UNAUDITED
        package static let isOn = false
    #else
        package static let isOn = true
    #endif
}
