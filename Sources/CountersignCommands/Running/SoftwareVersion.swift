// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Which release this is.
package enum SoftwareVersion {
    /// As records of `log.start` name it.
    package static let current = "0.1.0"
}
