// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AuditRecords
import Access

extension SoftwareVersion {
    /// As records of `log.start` name it.
    package static let current = Auditing.isOn ? number : "unaudited"
}
