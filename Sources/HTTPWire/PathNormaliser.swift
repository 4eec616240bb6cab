// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// Rewrites a path into canonical form within its own bytes: the result is never longer.
struct PathNormaliser {
    /// Why a path was not rewritten in place.
    enum Failure: Error {
        /// Distance in bytes from the start of the path.
        case fault(at: Int)
        /// The byte at `read` becomes an encoding, for which there is no room; what precedes it was
        /// written up to `written`.
        case needsRoom(read: Int, written: Int)
    }

    private(set) var traits: CanonicalPath.Traits = []
    /// Where the path starts.
    private let start: Int
    /// Where the next byte is read.
    private var at: Int
    /// Where the next byte is written, never after ``at``.
    private var out: Int
    /// Where the written part of the present segment starts.
    private var segment: Int

    private init(from start: Int) {
        self.start = start
        at = start
        out = start
        segment = start
    }

    /// Makes the path at `range` canonical: in place, or after all other bytes if it gets longer.
    ///
    /// - Returns: where the canonical path is, its traits, and what it was before, if it was anything else.
    static func normalise(
        _ bytes: inout [UInt8], _ range: Range<Int>
    ) throws(PathFault) -> (
        range: Range<Int>, traits: CanonicalPath.Traits, original: [UInt8]?
    ) {
        if !range.isEmpty, bytes[range.lowerBound] == Byte.slash, bytes.span.isPlainPath(range) {
            return (range, [], nil)
        }
        let original = Array(bytes[range])
        let (canonical, traits) = try rewritten(&bytes, range)
        let isOriginal = bytes[canonical].elementsEqual(original)
        return (canonical, traits, isOriginal ? nil : original)
    }

    private static func rewritten(
        _ bytes: inout [UInt8], _ range: Range<Int>
    ) throws(PathFault) -> (range: Range<Int>, traits: CanonicalPath.Traits) {
        let (read, written): (Int, Int)
        do throws(Failure) {
            var span = bytes.mutableSpan
            return try inPlace(&span, range)
        } catch {
            switch error {
            case .fault(let place): throw PathFault(offset: place)
            case .needsRoom(let place, let end): (read, written) = (place, end)
            }
        }
        let rest = bytes[read..<range.upperBound]
        let longer = bytes[range.lowerBound..<written] + PathExpansion.expanded(rest)
        let moved = bytes.count..<bytes.count + longer.count
        bytes.append(contentsOf: longer)
        do throws(Failure) {
            var span = bytes.mutableSpan
            return try inPlace(&span, moved)
        } catch {
            guard case .fault(let place) = error else {
                preconditionFailure("ExpandedOnce: an expanded path needs no room")
            }
            let inRest = max(0, place - (written - range.lowerBound))
            let origin = PathExpansion.origin(of: inRest, in: bytes[read..<range.upperBound])
            throw PathFault(offset: read - range.lowerBound + origin)
        }
    }

    private static func inPlace(
        _ bytes: inout MutableSpan<UInt8>, _ range: Range<Int>
    ) throws(Failure) -> (range: Range<Int>, traits: CanonicalPath.Traits) {
        guard !range.isEmpty, bytes[range.lowerBound] == Byte.slash else { throw .fault(at: 0) }
        var normaliser = PathNormaliser(from: range.lowerBound)
        try normaliser.run(&bytes, until: range.upperBound)
        return (range.lowerBound..<normaliser.out, normaliser.traits)
    }

    private var fault: Failure { .fault(at: at - start) }

    private mutating func run(
        _ bytes: inout MutableSpan<UInt8>, until end: Int
    ) throws(Failure) {
        write(Byte.slash, &bytes)
        segment = out
        at += 1
        while at < end {
            let byte = bytes[at]
            if byte == Byte.slash {
                if try endSegment(bytes, isLast: false) {
                    write(byte, &bytes)
                    segment = out
                }
            } else if ByteSet.path.contains(byte) {
                write(byte, &bytes)
            } else if byte == Byte.percent {
                try encoding(&bytes, until: end)
                continue
            } else if byte == Byte.semicolon {
                traits.insert(.otherReadings)
                write(byte, &bytes)
            } else {
                let isEncodable = byte >= 0x80 || ByteSet.encodedInPath.contains(byte)
                throw isEncodable ? .needsRoom(read: at, written: out) : fault
            }
            at += 1
        }
        _ = try endSegment(bytes, isLast: true)
    }

    @inline(__always)
    private mutating func write(_ byte: UInt8, _ bytes: inout MutableSpan<UInt8>) {
        bytes[out] = byte
        out += 1
    }

    private mutating func writeEncoded(_ byte: UInt8, _ bytes: inout MutableSpan<UInt8>) {
        write(Byte.percent, &bytes)
        write(Byte.hexDigit(byte >> 4), &bytes)
        write(Byte.hexDigit(byte & 15), &bytes)
    }

    /// Whether the written segment stays; a single dot does not, and `..` is refused.
    private mutating func endSegment(
        _ bytes: borrowing MutableSpan<UInt8>, isLast: Bool
    ) throws(Failure) -> Bool {
        guard segment < out else {
            // A path may end in a slash, and the root is one.
            if !isLast { traits.formUnion([.otherReadings, .emptySegment]) }
            return true
        }
        let last = bytes[out - 1]
        if last == Byte.dot {
            if out - segment == 1 {
                out = segment
                return false
            }
            if out - segment == 2, bytes[segment] == Byte.dot { throw fault }
            // Some file systems ignore dots and spaces at the end of a name.
            traits.insert(.otherReadings)
        }
        if isEncodedSpace(bytes, at: segment) || isEncodedSpace(bytes, at: out - 3) {
            traits.insert(.otherReadings)
        }
        return true
    }

    private func isEncodedSpace(_ bytes: borrowing MutableSpan<UInt8>, at place: Int) -> Bool {
        place >= segment && place + 3 <= out && bytes[place] == Byte.percent
            && bytes[place + 1] == 0x32 && bytes[place + 2] == Byte.zero
    }

    /// The byte that the encoding at `place` stands for.
    private func decoded(
        _ bytes: borrowing MutableSpan<UInt8>, _ place: Int, until end: Int
    ) -> UInt8? {
        guard place + 2 < end, bytes[place] == Byte.percent,
            let high = Byte.nibble(bytes[place + 1]), let low = Byte.nibble(bytes[place + 2])
        else { return nil }
        return high << 4 | low
    }

    /// Rewrites the encoding at ``at``, all of it when it is a UTF-8 sequence.
    private mutating func encoding(
        _ bytes: inout MutableSpan<UInt8>, until end: Int
    ) throws(Failure) {
        guard let byte = decoded(bytes, at, until: end) else { throw fault }
        guard byte < 0x80 else { return try sequence(byte, &bytes, until: end) }
        if ByteSet.unreserved.contains(byte) {
            write(byte, &bytes)
            at += 3
            return
        }
        switch byte {
        case 0...0x1F, 0x7F: throw fault
        case Byte.slash: traits.formUnion([.otherReadings, .encodedSlash])
        case Byte.backslash, Byte.semicolon, Byte.question, Byte.hash, Byte.percent:
            traits.insert(.otherReadings)
        default: break
        }
        writeEncoded(byte, &bytes)
        at += 3
    }

    /// Rewrites encoded bytes beyond ASCII: a whole UTF-8 sequence, or one byte of another encoding.
    ///
    /// C1 controls are refused, and what a careless decoder turns into a delimiter.
    private mutating func sequence(
        _ lead: UInt8, _ bytes: inout MutableSpan<UInt8>, until end: Int
    ) throws(Failure) {
        var count = 1
        if let form = UTF8Form(lead: lead) {
            while count < form.count,
                let byte = decoded(bytes, at + 3 * count, until: end),
                count == 1 ? form.second.contains(byte) : byte & 0xC0 == 0x80
            {
                if lead == 0xC2, byte < 0xA0 { throw fault }
                count += 1
            }
            if count < form.count { count = 1 }
        }
        if count == 1, isMistakable(lead, bytes, until: end) { throw fault }
        var scalar = UInt32(lead) & (0x7F >> UInt32(count))
        for place in 0..<count {
            guard let byte = decoded(bytes, at, until: end) else { throw fault }
            if place > 0 { scalar = scalar << 6 | UInt32(byte & 0x3F) }
            writeEncoded(byte, &bytes)
            at += 3
        }
        if count > 1, CompatibleForm.delimiter(scalar) != nil { traits.insert(.otherReadings) }
    }

    /// Whether the bytes from ``at`` are an overlong form, or would be a delimiter or control to
    /// readers who take any bytes after a lead byte for its continuation.
    private func isMistakable(
        _ lead: UInt8, _ bytes: borrowing MutableSpan<UInt8>, until end: Int
    ) -> Bool {
        guard let count = UTF8Form.overlongCount(lead: lead) else { return false }
        var scalar = UInt32(lead & 1)
        var isContinued = true
        var place = at + 3
        for _ in 1..<count {
            guard place < end else { return false }
            let encoded = decoded(bytes, place, until: end)
            let byte = encoded ?? bytes[place]
            place += encoded == nil ? 1 : 3
            isContinued = isContinued && byte & 0xC0 == 0x80
            scalar = scalar << 6 | UInt32(byte & 0x3F)
        }
        guard scalar < 0x80 else { return false }
        return isContinued || ByteSet.mistakable.contains(UInt8(scalar))
    }
}

/// The shape of a well-formed UTF-8 sequence beyond ASCII (Unicode, table 3-7).
struct UTF8Form {
    let count: Int
    /// What the second byte may be; the others are 0x80–0xBF.
    let second: ClosedRange<UInt8>

    init?(lead: UInt8) {
        switch lead {
        case 0xC2...0xDF: (count, second) = (2, 0x80...0xBF)
        case 0xE0: (count, second) = (3, 0xA0...0xBF)
        case 0xED: (count, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (count, second) = (3, 0x80...0xBF)
        case 0xF0: (count, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (count, second) = (4, 0x80...0xBF)
        case 0xF4: (count, second) = (4, 0x80...0x8F)
        default: return nil
        }
    }

    /// The length of an overlong form of an ASCII character that begins with this byte.
    static func overlongCount(lead: UInt8) -> Int? {
        switch lead {
        case 0xC0, 0xC1: 2
        case 0xE0: 3
        case 0xF0: 4
        case 0xF8: 5
        case 0xFC: 6
        default: nil
        }
    }
}
