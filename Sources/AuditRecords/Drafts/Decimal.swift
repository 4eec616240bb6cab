// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

extension UInt64 {
    /// Appends the number in decimal without allocating; it is at most 2^53−1 (record.md §1).
    func appendDecimal(to bytes: inout [UInt8]) { bytes.append(decimal: canonical) }

    /// Appends it to a writer.
    func appendDecimal(to writer: inout ByteWriter) { writer.append(decimal: canonical) }

    private var canonical: UInt64 {
        precondition(
            self <= JSONValue.largestInteger.magnitude,
            "CanonicalNumbersOnly: integer beyond 2^53-1")
        return self
    }
}
