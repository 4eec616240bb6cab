// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A run of bytes in a head's buffer: eight bytes instead of an object per name and value.
///
/// It means nothing without its head.
package struct ByteSlice: Hashable, Sendable {
    /// Distance of the first byte from the start of the buffer.
    package let offset: UInt32
    package let count: UInt32

    init(_ range: Range<Int>) {
        offset = UInt32(range.lowerBound)
        count = UInt32(range.count)
    }

    /// No bytes.
    static var none: Self { Self(offset: 0, count: 0) }

    private init(offset: UInt32, count: UInt32) {
        self.offset = offset
        self.count = count
    }

    /// The same bytes in a buffer where they are this much further on.
    func moved(by distance: Int) -> Self {
        Self(offset: UInt32(Int(offset) + distance), count: count)
    }

    @inline(__always)
    package var range: Range<Int> { Int(offset)..<Int(offset) + Int(count) }

    package var isEmpty: Bool { count == 0 }
}
