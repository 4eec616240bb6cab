// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Text scanning, eight bytes at a time.
enum PlainText {
    /// How many bytes two texts have in common from these offsets on.
    static func common(
        _ one: Span<UInt8>, _ at: Int, _ other: Span<UInt8>, _ there: Int
    ) -> Int {
        precondition(at >= 0 && there >= 0, "ReadsStayInside: texts begin at 0")
        let count = min(one.count - at, other.count - there)
        guard count > 0 else { return 0 }
        return unsafe one.withUnsafeBytes { left in
            unsafe other.withUnsafeBytes { right in
                guard let left = left.baseAddress, let right = right.baseAddress else { return 0 }
                // Safe: `count` bytes follow there in both texts.
                return unsafe common(left + at, right + there, count)
            }
        }
    }

    /// The same for two texts of `count` bytes each. The caller has checked the length once, as a check in each step
    /// would cost more than the step.
    private static func common(
        _ left: UnsafeRawPointer, _ right: UnsafeRawPointer, _ count: Int
    ) -> Int {
        var same = 0
        func difference(_ place: Int) -> UInt64 {
            // Safe: the callers see to it that eight bytes follow there; every bit pattern is a UInt64.
            unsafe left.loadUnaligned(fromByteOffset: place, as: UInt64.self)
                ^ right.loadUnaligned(fromByteOffset: place, as: UInt64.self)
        }
        while count &- same >= 32,
            difference(same) | difference(same &+ 8) | difference(same &+ 16)
                | difference(same &+ 24) == 0
        { same &+= 32 }
        while count &- same >= 8 {
            let difference = UInt64(littleEndian: difference(same))
            if difference != 0 { return same &+ difference.trailingZeroBitCount / 8 }
            same &+= 8
        }
        // Safe: `same` is less than `count`.
        while same < count,
            unsafe left.load(fromByteOffset: same, as: UInt8.self)
                == right.load(fromByteOffset: same, as: UInt8.self)
        { same &+= 1 }
        return same
    }

    /// How many bytes from this offset on are certain to be printable ASCII without `"` and `\\`; may stop early.
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
            // A borrow can only mark bytes after one that is marked correctly, so the first mark is right.
            if odd != 0 { return plain + odd.trailingZeroBitCount / 8 }
            plain += 8
        }
        return plain
    }

    private static let high: UInt64 = 0x8080_8080_8080_8080
    private static let low: UInt64 = 0x0101_0101_0101_0101

    /// Marks, in its highest bit, the first byte below a limit of at most 128.
    private static func below(_ word: UInt64, _ limit: UInt64) -> UInt64 {
        (word &- low &* limit) & ~word
    }

    /// Marks, in its highest bit, the first byte equal to the given one.
    private static func equal(_ word: UInt64, _ byte: UInt64) -> UInt64 {
        below(word ^ low &* byte, 1)
    }
}
