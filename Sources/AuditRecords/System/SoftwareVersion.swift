// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Which release writes a log, and which verifies it.
package enum SoftwareVersion {
    /// As defined by <https://semver.org>.
    package static let number = "0.1.0"
}
