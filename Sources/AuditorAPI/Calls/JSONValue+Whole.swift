// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

extension JSONValue {
    /// A count or an index.
    static func whole(_ number: UInt64) -> JSONValue { .integer(Int64(clamping: number)) }
}
