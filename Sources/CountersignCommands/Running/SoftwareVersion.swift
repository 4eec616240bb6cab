// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Exchanges

/// Which release this is.
package enum SoftwareVersion {
    /// As records of `log.start` name it.
    package static let current = Auditing.isOn ? "0.1.0" : "unaudited"
}
