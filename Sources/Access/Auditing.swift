// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Whether accesses are recorded: always, except in the build with which `make bench` measures the
/// log's cost.
///
/// A constant of the build, so that no configuration, flag or bug at run time can turn recording
/// off. That build says so in `countersign version` and refuses every address but loopback.
package enum Auditing {
    #if COUNTERSIGN_UNAUDITED
        package static let isOn = false
    #else
        package static let isOn = true
    #endif
}
