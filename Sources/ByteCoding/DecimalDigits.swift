// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension [UInt8] {
    /// Appends a number in decimal, without leading zeros.
    package mutating func append(decimal number: UInt64) {
        let length = DecimalDigits.count(of: number)
        unsafe append(exactly: length) { unsafe DecimalDigits.store(number, length, to: $0) }
    }
}

extension ByteWriter {
    /// Appends a number in decimal, without leading zeros.
    package mutating func append(decimal number: UInt64) {
        let length = DecimalDigits.count(of: number)
        unsafe append(exactly: length) { unsafe DecimalDigits.store(number, length, to: $0) }
    }
}

/// Decimal digits without leading zeros.
package enum DecimalDigits {
    /// How many digits a number has.
    package static func count(of number: UInt64) -> Int {
        var count = 1
        var rest = number
        while rest >= 10 {
            rest /= 10
            count += 1
        }
        return count
    }

    /// Stores the last `length` digits.
    package static func store(_ number: UInt64, _ length: Int, to place: UnsafeMutableRawPointer) {
        var rest = number
        var at = length
        while at > 0 {
            at -= 1
            // Safe: the caller has room for `length` bytes.
            unsafe place.storeBytes(
                of: 0x30 + UInt8(truncatingIfNeeded: rest % 10), toByteOffset: at, as: UInt8.self)
            rest /= 10
        }
    }
}
