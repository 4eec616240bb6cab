// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension [UInt8] {
    /// A copy of the span's bytes.
    package init(copying span: Span<UInt8>) {
        self = unsafe span.withUnsafeBufferPointer { buffer in
            // Safe: the buffer is valid during the call, and the array copies it.
            unsafe Array(buffer)
        }
    }
}

extension Span where Element == UInt8 {
    /// Whether both hold the same bytes, eight at a time; for spans of one length, the time does not depend on the bytes.
    package func holdsSameBytes(as other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        var difference: UInt64 = 0
        // Safe: bytes have no padding that could be uninitialised.
        let (one, two) = unsafe (bytes, other.bytes)
        var at = 0
        while at &+ 8 <= count {
            // Safe: eight bytes from `at` lie within both spans, and any bits are a valid UInt64.
            let word = unsafe one.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
            difference |=
                unsafe two.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self) ^ word
            at &+= 8
        }
        while at < count {
            difference |= UInt64(self[at] ^ other[at])
            at &+= 1
        }
        return difference == 0
    }
}
