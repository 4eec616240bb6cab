// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

extension UInt64 {
    /// Appends the number in decimal without allocating; it is at most 2^53−1 (record.md §1).
    func appendDecimal(to bytes: inout [UInt8]) {
        precondition(
            self <= JSONValue.largestInteger.magnitude,
            "CanonicalNumbersOnly: integer beyond 2^53-1")
        var digits = InlineArray<16, UInt8>(repeating: 0x30)
        var first = 16
        var rest = self
        repeat {
            first -= 1
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            digits[first] = 0x30 + UInt8(truncatingIfNeeded: digit)
            rest = quotient
        } while rest > 0
        bytes.append(addingCapacity: 16) { text in
            while first < 16 {
                text.append(digits[first])
                first += 1
            }
        }
    }
}
