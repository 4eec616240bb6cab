// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Looks at eight bytes at a time.
enum PlainText {
    /// How many bytes two texts have in common from these places on.
    static func common(
        _ one: Span<UInt8>, _ at: Int, _ other: Span<UInt8>, _ there: Int
    ) -> Int {
        // Safe: bytes have no padding, so a raw view reads nothing uninitialised.
        let (left, right) = unsafe (one.bytes, other.bytes)
        let count = min(one.count - at, other.count - there)
        precondition(at >= 0 && there >= 0, "ReadsStayInside: texts begin at 0")
        var same = 0
        func difference(_ ahead: Int) -> UInt64 {
            // Safe: the callers have checked that eight bytes follow there in both texts, and every bit pattern is
            // a UInt64.
            unsafe left.unsafeLoadUnaligned(fromByteOffset: at + same + ahead, as: UInt64.self)
                ^ right.unsafeLoadUnaligned(fromByteOffset: there + same + ahead, as: UInt64.self)
        }
        while count - same >= 32,
            difference(0) | difference(8) | difference(16) | difference(24) == 0
        { same += 32 }
        while count - same >= 8 {
            let difference = UInt64(littleEndian: difference(0))
            if difference != 0 { return same + difference.trailingZeroBitCount / 8 }
            same += 8
        }
        while same < count, one[at + same] == other[there + same] { same += 1 }
        return same
    }

    /// How many bytes from this place on are surely printable ASCII without `"` and `\\`; it may stop early.
    static func prefix(_ text: Span<UInt8>, _ at: Int) -> Int {
        // Safe: bytes have no padding, so a raw view reads nothing uninitialised.
        let bytes = unsafe text.bytes
        let count = text.count - at
        precondition(at >= 0, "ReadsStayInside: texts begin at 0")
        var plain = 0
        while count - plain >= 8 {
            // Safe: eight bytes follow, and every bit pattern is a UInt64.
            let word = unsafe UInt64(
                littleEndian: bytes.unsafeLoadUnaligned(
                    fromByteOffset: at + plain, as: UInt64.self))
            let odd = (word | below(word, 0x20) | equal(word, 0x22) | equal(word, 0x5C)) & high
            // A borrow can only mark bytes behind one that is marked rightly: the first mark holds.
            if odd != 0 { return plain + odd.trailingZeroBitCount / 8 }
            plain += 8
        }
        return plain
    }

    private static let high: UInt64 = 0x8080_8080_8080_8080
    private static let low: UInt64 = 0x0101_0101_0101_0101

    /// Marks the first byte below a limit of at most 128 in its highest bit.
    private static func below(_ word: UInt64, _ limit: UInt64) -> UInt64 {
        (word &- low &* limit) & ~word
    }

    /// Marks the first byte that is the one given in its highest bit.
    private static func equal(_ word: UInt64, _ byte: UInt64) -> UInt64 {
        below(word ^ low &* byte, 1)
    }
}
