// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Rewrites a path into canonical form within its own bytes: the result is never longer.
struct PathNormaliser {
    private let encodedSlashes: CanonicalPath.EncodedSlashes
    private(set) var traits: CanonicalPath.Traits = []
    /// Where the path starts.
    private let start: Int
    /// Where the next byte is read.
    private var at: Int
    /// Where the next byte is written, never after ``at``.
    private var out: Int
    /// Where what was written of the present segment starts.
    private var segment: Int
    /// Whether a `%25` was written, after which two digits would be another encoding.
    private var hasEncodedPercent = false

    private init(from start: Int, _ encodedSlashes: CanonicalPath.EncodedSlashes) {
        self.encodedSlashes = encodedSlashes
        self.start = start
        at = start
        out = start
        segment = start
    }

    /// Makes the path at `range` canonical; returns its new length and what is to be known about it.
    static func normalise(
        _ bytes: inout MutableSpan<UInt8>, _ range: Range<Int>,
        encodedSlashes: CanonicalPath.EncodedSlashes
    ) throws(PathFault) -> (count: Int, traits: CanonicalPath.Traits) {
        guard !range.isEmpty, bytes[range.lowerBound] == Byte.slash else {
            throw PathFault(offset: 0)
        }
        var normaliser = PathNormaliser(from: range.lowerBound, encodedSlashes)
        try normaliser.run(&bytes, until: range.upperBound)
        return (normaliser.out - range.lowerBound, normaliser.traits)
    }

    private var fault: PathFault { PathFault(offset: at - start) }

    private mutating func run(
        _ bytes: inout MutableSpan<UInt8>, until end: Int
    ) throws(PathFault) {
        write(Byte.slash, &bytes)
        segment = out
        at += 1
        while at < end {
            let byte = bytes[at]
            if byte == Byte.slash {
                try endSegment(bytes)
                write(byte, &bytes)
                segment = out
            } else if byte == Byte.percent {
                try encoding(&bytes, until: end)
                continue
            } else {
                guard ByteSet.path.contains(byte) else { throw fault }
                try writeLiteral(byte, &bytes)
            }
            at += 1
        }
        // A path may end in a slash, and the root is one.
        if segment < out { try endSegment(bytes) }
    }

    @inline(__always)
    private mutating func write(_ byte: UInt8, _ bytes: inout MutableSpan<UInt8>) {
        bytes[out] = byte
        out += 1
    }

    /// Writes a byte that stands for itself, unless it completes an encoding that was encoded.
    @inline(__always)
    private mutating func writeLiteral(
        _ byte: UInt8, _ bytes: inout MutableSpan<UInt8>
    ) throws(PathFault) {
        write(byte, &bytes)
        if hasEncodedPercent, out - segment >= 5, bytes[out - 5] == Byte.percent,
            bytes[out - 4] == UInt8(ascii: "2"), bytes[out - 3] == UInt8(ascii: "5"),
            Byte.nibble(bytes[out - 2]) != nil, Byte.nibble(byte) != nil
        {
            throw fault
        }
    }

    private mutating func writeEncoded(_ byte: UInt8, _ bytes: inout MutableSpan<UInt8>) {
        write(Byte.percent, &bytes)
        write(Self.digit(byte >> 4), &bytes)
        write(Self.digit(byte & 15), &bytes)
    }

    private static func digit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? Byte.zero + nibble : UInt8(ascii: "A") + nibble - 10
    }

    /// Refuses a segment that is empty, consists of dots or ends in an encoded space.
    private func endSegment(_ bytes: borrowing MutableSpan<UInt8>) throws(PathFault) {
        guard segment < out else { throw fault }
        if bytes[out - 1] == Byte.dot {
            var place = segment
            while place < out, bytes[place] == Byte.dot { place += 1 }
            guard place < out else { throw fault }
        }
        if out - segment >= 3, bytes[out - 3] == Byte.percent, bytes[out - 2] == 0x32,
            bytes[out - 1] == 0x30
        {
            throw fault
        }
    }

    /// The byte that the encoding at `place` stands for.
    private func decoded(
        _ bytes: borrowing MutableSpan<UInt8>, _ place: Int, until end: Int
    ) throws(PathFault) -> UInt8 {
        guard place + 2 < end, bytes[place] == Byte.percent,
            let high = Byte.nibble(bytes[place + 1]), let low = Byte.nibble(bytes[place + 2])
        else { throw fault }
        return high << 4 | low
    }

    /// Rewrites the encoding at ``at``, all of it when it is a UTF-8 sequence.
    private mutating func encoding(
        _ bytes: inout MutableSpan<UInt8>, until end: Int
    ) throws(PathFault) {
        let byte = try decoded(bytes, at, until: end)
        guard byte < 0x80 else { return try sequence(byte, &bytes, until: end) }
        if ByteSet.unreserved.contains(byte), byte != Byte.dot {
            try writeLiteral(byte, &bytes)
            at += 3
            return
        }
        switch byte {
        case 0...0x1F, 0x7F, Byte.dot, Byte.backslash, Byte.semicolon, Byte.question, Byte.hash:
            throw fault
        case Byte.slash:
            guard encodedSlashes == .keep else { throw fault }
            // A service that decodes it sees segments, so they are held to the same rules.
            try endSegment(bytes)
            traits.insert(.encodedSlash)
        case Byte.space:
            guard out > segment else { throw fault }
        case Byte.percent:
            hasEncodedPercent = true
        default:
            if ByteSet.path.contains(byte) { traits.insert(.encodedReserved) }
        }
        writeEncoded(byte, &bytes)
        if byte == Byte.slash { segment = out }
        at += 3
    }

    /// Rewrites an encoded UTF-8 sequence; overlong forms, surrogates and C1 controls are refused.
    private mutating func sequence(
        _ lead: UInt8, _ bytes: inout MutableSpan<UInt8>, until end: Int
    ) throws(PathFault) {
        let count: Int
        let second: ClosedRange<UInt8>
        switch lead {
        case 0xC2: (count, second) = (2, 0xA0...0xBF)
        case 0xC3...0xDF: (count, second) = (2, 0x80...0xBF)
        case 0xE0: (count, second) = (3, 0xA0...0xBF)
        case 0xED: (count, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (count, second) = (3, 0x80...0xBF)
        case 0xF0: (count, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (count, second) = (4, 0x80...0xBF)
        case 0xF4: (count, second) = (4, 0x80...0x8F)
        default: throw fault
        }
        writeEncoded(lead, &bytes)
        at += 3
        for place in 1..<count {
            let byte = try decoded(bytes, at, until: end)
            guard place == 1 ? second.contains(byte) : byte & 0xC0 == 0x80 else { throw fault }
            writeEncoded(byte, &bytes)
            at += 3
        }
    }
}
