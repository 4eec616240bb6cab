// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension Span where Element == UInt8 {
    /// The position of the next line feed at or after `from`, looking at eight bytes a step.
    @inline(__always)
    func lineFeed(from: Int) -> Int? {
        // Safe: bytes have no padding that could be read uninitialised.
        let raw = unsafe bytes
        var at = from
        while at &+ 8 <= count {
            // Safe: every bit pattern is a UInt64, and the load checks its bounds.
            let word = unsafe raw.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
            let match = UInt64(littleEndian: word) ^ 0x0A0A_0A0A_0A0A_0A0A
            let zeros = (match &- 0x0101_0101_0101_0101) & ~match & 0x8080_8080_8080_8080
            if zeros != 0 { return at &+ zeros.trailingZeroBitCount &>> 3 }
            at &+= 8
        }
        while at < count {
            if self[at] == Byte.lineFeed { return at }
            at &+= 1
        }
        return nil
    }

    /// The first byte of `range` that a field value must not hold (RFC 9110 §5.5), or nil.
    ///
    /// Allowed are HTAB, 0x20–0x7E and the opaque 0x80–0xFF.
    @inline(__always)
    func firstForbidden(in range: Range<Int>) -> Int? {
        // Safe: bytes have no padding that could be read uninitialised.
        let raw = unsafe bytes
        var at = range.lowerBound
        let end = range.upperBound
        while at &+ 8 <= end {
            // Safe: every bit pattern is a UInt64, and the load checks its bounds.
            let word = unsafe raw.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
            let below = (word &- 0x2020_2020_2020_2020) & ~word
            let above = (word &+ 0x0101_0101_0101_0101) | word
            if (below | above) & 0x8080_8080_8080_8080 != 0 {
                for place in at..<at &+ 8
                where !Self.mayStandInValue(self[place]) {
                    return place
                }
            }
            at &+= 8
        }
        while at < end {
            if !Self.mayStandInValue(self[at]) { return at }
            at &+= 1
        }
        return nil
    }

    /// The first byte of `range` that is not 0x20–0x7E, or nil.
    func firstUnprintable(in range: Range<Int>) -> Int? {
        // Safe: bytes have no padding that could be read uninitialised.
        let raw = unsafe bytes
        var at = range.lowerBound
        while at &+ 8 <= range.upperBound {
            // Safe: every bit pattern is a UInt64, and the load checks its bounds.
            let word = unsafe raw.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
            let below = (word &- 0x2020_2020_2020_2020) & ~word
            let above = (word &+ 0x0101_0101_0101_0101) | word
            if (below | above) & 0x8080_8080_8080_8080 != 0 { break }
            at &+= 8
        }
        while at < range.upperBound {
            if self[at] &- 0x20 >= 0x5F { return at }
            at &+= 1
        }
        return nil
    }

    @inline(__always)
    static func mayStandInValue(_ byte: UInt8) -> Bool {
        byte &- 0x20 < 0x5F || byte == Byte.tab || byte >= 0x80
    }

    /// `range` without the blanks at both its ends.
    @inline(__always)
    func trimmingBlanks(_ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, Byte.isBlank(self[start]) { start &+= 1 }
        while end > start, Byte.isBlank(self[end &- 1]) { end &-= 1 }
        return start..<end
    }

    /// Whether `range` spells `text`, which is given in lower case, in any case.
    func spells(_ text: StaticString, in range: Range<Int>) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        // Safe: the buffer is the literal's own and lives as long as the program.
        return text.withUTF8Buffer { letters in
            for place in 0..<letters.count
            where unsafe Byte.lower(self[range.lowerBound + place]) != letters[place] {
                return false
            }
            return true
        }
    }

    /// Whether `range` and `otherRange` of `other` are equal when letters of both cases are.
    func spellsSame(_ range: Range<Int>, as other: Span<UInt8>, _ otherRange: Range<Int>) -> Bool {
        guard range.count == otherRange.count else { return false }
        for place in 0..<range.count
        where Byte.lower(self[range.lowerBound + place])
            != Byte.lower(other[otherRange.lowerBound + place])
        {
            return false
        }
        return true
    }
}

extension [UInt8] {
    /// Appends a part of a span in one copy.
    @inline(__always)
    mutating func append(_ source: Span<UInt8>, _ range: Range<Int>) {
        // Safe: the pointer is used within the call only, and the span holds `range`.
        unsafe source.extracting(range).withUnsafeBufferPointer {
            unsafe append(contentsOf: $0)
        }
    }

    /// Appends the bytes of a literal.
    @inline(__always)
    mutating func append(_ text: StaticString) {
        // Safe: the buffer is the literal's own and lives as long as the program.
        text.withUTF8Buffer { unsafe append(contentsOf: $0) }
    }
}
