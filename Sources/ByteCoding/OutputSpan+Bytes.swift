// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Writing straight into memory that somebody else has made ready, such as the buffer that a message leaves from.
extension OutputSpan where Element == UInt8 {
    /// Appends `length` bytes that `fill` stores.
    ///
    /// - Parameter fill: stores exactly `length` bytes from the address that it is given.
    @inline(__always)
    package mutating func append(exactly length: Int, _ fill: (UnsafeMutableRawPointer) -> Void) {
        unsafe withUnsafeMutableBufferPointer { memory, initialized in
            precondition(
                length <= memory.count &- initialized,
                "WritersKnowTheirRoom: more is written than there is room for")
            guard let start = memory.baseAddress else { return }
            // Safe: there is room for `length` bytes beyond those that are initialised.
            unsafe fill(UnsafeMutableRawPointer(start + initialized))
            initialized &+= length
        }
    }

    /// Appends all bytes of a span in one copy.
    package mutating func append(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBytes { from in
            guard let start = from.baseAddress else { return }
            // Safe: both are valid for `from.count` bytes and apart, since writing is exclusive.
            unsafe append(exactly: from.count) {
                unsafe $0.copyMemory(from: start, byteCount: from.count)
            }
        }
    }

    /// Appends the bytes of a literal.
    package mutating func append(_ text: StaticString) {
        // Safe: a static string that is not a single scalar owns `utf8CodeUnitCount` bytes for ever.
        unsafe append(exactly: text.utf8CodeUnitCount) {
            unsafe $0.copyMemory(from: text.utf8Start, byteCount: text.utf8CodeUnitCount)
        }
    }

    /// Appends a number in decimal, without leading zeros.
    package mutating func append(decimal number: UInt64) {
        let length = DecimalDigits.count(of: number)
        unsafe append(exactly: length) { unsafe DecimalDigits.store(number, length, to: $0) }
    }

    /// Appends the 16 digits of a word in lower case, most significant first.
    package mutating func append(hex word: UInt64) {
        unsafe append(exactly: 16) { unsafe HexDigits.store(word, to: $0) }
    }
}
