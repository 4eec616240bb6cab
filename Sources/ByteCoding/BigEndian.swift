// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Fixed-width integers, most significant byte first, as every binary format of the project stores them.
package enum BigEndian {
    /// Appends both bytes of an integer.
    package static func append(_ number: UInt16, to bytes: inout [UInt8]) {
        store(number, to: &bytes)
    }

    /// Appends all four bytes of an integer.
    package static func append(_ number: UInt32, to bytes: inout [UInt8]) {
        store(number, to: &bytes)
    }

    /// Appends all eight bytes of an integer.
    package static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        store(number, to: &bytes)
    }

    /// Appends all eight bytes of an integer in two's complement.
    package static func append(_ number: Int64, to bytes: inout [UInt8]) {
        store(number, to: &bytes)
    }

    /// Generic within this file only: the compiler does not specialise generics of another module.
    private static func store<Number: FixedWidthInteger>(
        _ number: Number, to bytes: inout [UInt8]
    ) {
        unsafe bytes.append(exactly: Number.bitWidth / 8) { place in
            // Safe: there is room for as many bytes as the number has.
            unsafe place.storeBytes(of: number.bigEndian, as: Number.self)
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

    /// The four bytes at an offset as an integer, or nil where the bytes end before it does.
    ///
    /// For loops of other modules, which would call the generic one through witness tables.
    package static func read32(_ bytes: Span<UInt8>, at offset: Int) -> UInt32? {
        guard offset >= 0, bytes.count - offset >= 4 else { return nil }
        return UInt32(bytes[offset]) << 24 | UInt32(bytes[offset + 1]) << 16
            | UInt32(bytes[offset + 2]) << 8 | UInt32(bytes[offset + 3])
    }
}
