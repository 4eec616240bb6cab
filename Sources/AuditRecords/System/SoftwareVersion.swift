// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Which release writes a log, and which verifies it.
package enum SoftwareVersion {
    /// As <https://semver.org> has it.
    package static let number = "0.1.0"
}
