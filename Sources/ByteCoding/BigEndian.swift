// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Fixed-width integers, most significant byte first, as every binary format of the project stores them.
package enum BigEndian {
    /// Appends all bytes of an integer.
    package static func append<Number: FixedWidthInteger>(
        _ number: Number, to bytes: inout [UInt8]
    ) {
        for shift in stride(from: Number.bitWidth - 8, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> Number(shift)))
        }
    }

    /// The integer at an offset, or nil where the bytes end before it does.
    package static func read<Number: FixedWidthInteger & UnsignedInteger>(
        _ type: Number.Type, from bytes: some RandomAccessCollection<UInt8>, at offset: Int
    ) -> Number? {
        let width = Number.bitWidth / 8
        guard offset >= 0, bytes.count - offset >= width else { return nil }
        var number: Number = 0
        var position = bytes.index(bytes.startIndex, offsetBy: offset)
        for _ in 0..<width {
            number = number << 8 | Number(bytes[position])
            position = bytes.index(after: position)
        }
        return number
    }
}
