// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Eight times the same byte.
private let spaces: UInt64 = 0x2020_2020_2020_2020
private let ones: UInt64 = 0x0101_0101_0101_0101
private let highBits: UInt64 = 0x8080_8080_8080_8080

extension Span where Element == UInt8 {
    /// The eight bytes from `offset` on, the first one lowest; all of them must be there.
    @inline(__always)
    func word(at offset: Int) -> UInt64 {
        // Safe: bytes have no padding, every bit pattern is a UInt64, and the load checks its bounds.
        UInt64(
            littleEndian: unsafe bytes.unsafeLoadUnaligned(
                fromByteOffset: offset, as: UInt64.self))
    }

    /// How many leading bytes are the same in another span.
    package func commonPrefix(with other: Span<UInt8>) -> Int {
        let most = Swift.min(count, other.count)
        return unsafe withUnsafeBytes { own in
            unsafe other.withUnsafeBytes { others in
                guard let own = own.baseAddress, let others = others.baseAddress else { return 0 }
                var done = 0
                // Safe: both hold `most` bytes, and no step reads beyond them.
                while done &+ 16 <= most {
                    let next = unsafe Self.unlike(own, others, at: done &+ 8)
                    guard unsafe Self.unlike(own, others, at: done) | next == 0 else { break }
                    done &+= 16
                }
                while done &+ 8 <= most {
                    let unlike = unsafe Self.unlike(own, others, at: done)
                    if unlike != 0 { return done &+ unlike.trailingZeroBitCount &>> 3 }
                    done &+= 8
                }
                while done < most,
                    unsafe own.load(fromByteOffset: done, as: UInt8.self)
                        == others.load(fromByteOffset: done, as: UInt8.self)
                { done &+= 1 }
                return done
            }
        }
    }

    /// The bits in which eight bytes differ, the first byte lowest.
    @inline(__always)
    private static func unlike(
        _ one: UnsafeRawPointer, _ other: UnsafeRawPointer, at offset: Int
    ) -> UInt64 {
        // Safe: the caller has checked that both have eight bytes there.
        unsafe UInt64(
            littleEndian: one.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                ^ other.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// The position of the next line feed at or after `from`.
    @inline(__always)
    func lineFeed(from: Int) -> Int? {
        let at = first(Byte.lineFeed, in: from..<count)
        return at < count ? at : nil
    }

    /// The first place in `range` that holds a byte, or its end, eight bytes a step.
    @inline(__always)
    func first(_ byte: UInt8, in range: Range<Int>) -> Int {
        var at = range.lowerBound
        while at &+ 8 <= range.upperBound {
            let match = word(at: at) ^ ones &* UInt64(byte)
            let zeros = (match &- ones) & ~match & highBits
            if zeros != 0 { return at &+ zeros.trailingZeroBitCount &>> 3 }
            at &+= 8
        }
        while at < range.upperBound, self[at] != byte { at &+= 1 }
        return at
    }

    /// Whether a range that begins with a slash holds letters, digits, `-`, `_` and `/` only, and no two slashes in a row.
    @inline(__always)
    func isPlainPath(_ range: Range<Int>) -> Bool {
        var at = range.lowerBound
        while at < range.upperBound {
            let end = plainNameEnd(in: at..<range.upperBound)
            guard end < range.upperBound else { return true }
            let byte = self[end]
            guard byte == Byte.slash || byte == UInt8(ascii: "_") else { return false }
            if byte == Byte.slash, end > range.lowerBound, self[end &- 1] == Byte.slash {
                return false
            }
            at = end &+ 1
        }
        return true
    }

    /// The first byte of `range` that is no letter, digit or `-` (``ByteSet/plainName``), or its end.
    @inline(__always)
    func plainNameEnd(in range: Range<Int>) -> Int {
        var at = range.lowerBound
        while at < range.upperBound, at &+ 8 <= count {
            // Adding to seven bits never carries into the next byte; bit 7 then tells which is larger.
            let eight = word(at: at)
            let seven = eight & ~highBits
            let lower = seven | spaces
            let letters = (lower &+ ones &* 0x1F) & ~(lower &+ ones &* 0x05)
            let digits = (seven &+ ones &* 0x50) & ~(seven &+ ones &* 0x46)
            let hyphens = ~((seven ^ ones &* 0x2D) &+ ones &* 0x7F)
            let others = (~(letters | digits | hyphens) | eight) & highBits
            if others != 0 {
                return min(at &+ others.trailingZeroBitCount &>> 3, range.upperBound)
            }
            at &+= 8
        }
        while at < range.upperBound, ByteSet.plainName.contains(self[at]) { at &+= 1 }
        return min(at, range.upperBound)
    }

    /// The first byte of `range` that a field value must not hold (RFC 9110 §5.5), or nil.
    ///
    /// Allowed are HTAB, 0x20–0x7E and the opaque 0x80–0xFF.
    @inline(__always)
    func firstForbidden(in range: Range<Int>) -> Int? {
        first(in: range) { !Self.mayStandInValue($0) }
    }

    /// The first byte of `range` that is not 0x20–0x7E, or nil.
    func firstUnprintable(in range: Range<Int>) -> Int? {
        first(in: range) { $0 &- 0x20 >= 0x5F }
    }

    /// The first byte of `range` that is wrong, checking singly only if eight are not all
    /// 0x20–0x7E.
    @inline(__always)
    private func first(in range: Range<Int>, where isWrong: (UInt8) -> Bool) -> Int? {
        var at = range.lowerBound
        while at < range.upperBound {
            let end = Swift.min(at &+ 8, range.upperBound)
            if at &+ 8 <= count {
                var eight = word(at: at)
                if end &- at < 8 {
                    // What follows the range counts as spaces.
                    let inside = (1 &<< UInt64((end &- at) &* 8)) &- 1
                    eight = (eight & inside) | (spaces & ~inside)
                }
                let below = (eight &- spaces) & ~eight
                let above = (eight &+ ones) | eight
                if (below | above) & highBits == 0 {
                    at = end
                    continue
                }
            }
            while at < end {
                if isWrong(self[at]) { return at }
                at &+= 1
            }
        }
        return nil
    }

    @inline(__always)
    static func mayStandInValue(_ byte: UInt8) -> Bool {
        byte &- 0x20 < 0x5F || byte == Byte.tab || byte >= 0x80
    }

    /// The first byte from `start` on that is a control byte, TAB among them, or DEL; the end if there is none.
    @inline(__always)
    func firstControl(from start: Int) -> Int {
        var at = start
        while at &+ 8 <= count {
            let eight = word(at: at)
            let below = (eight &- spaces) & ~eight
            let deleted = eight ^ ones &* 0x7F
            let found = (below | ((deleted &- ones) & ~deleted)) & highBits
            // May wrongly mark a byte after the first one, never one before it.
            if found != 0 { return at &+ found.trailingZeroBitCount &>> 3 }
            at &+= 8
        }
        while at < count, self[at] >= Byte.space, self[at] != 0x7F { at &+= 1 }
        return at
    }

    /// `range` without the blanks at its ends.
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

    /// Whether `range` and `otherRange` of `other` are equal ignoring letter case.
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
