// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Reads a head line by line, each line once, wherever its bytes are.
///
/// Offsets count from the first byte of the head, so that a head that arrives in one piece is read
/// in place and copied once at the end.
struct LineReader<Grammar: HeadGrammar>: ~Copyable {
    private let limits: Limits
    /// Where the incomplete line starts.
    private(set) var lineStart = 0
    private var hasSkippedLine = false
    private(set) var startLine: Grammar.StartLine?
    private(set) var section = FieldSection()

    /// How many fields were adopted from the earlier head at once; 0 for none.
    private var takenOver = 0
    /// Where the adopted fields are, if they have not moved.
    private(set) var fieldsInPlace: Range<Int>?

    init(limits: Limits) { self.limits = limits }

    /// Whether the fields are those of the earlier head, each with the same bytes.
    var repeatsFields: Bool {
        takenOver > 0 && takenOver == section.fields.count && !section.hasFold
    }

    /// Keeps fields in this memory, if none was read yet, and takes it from the caller.
    mutating func takeMemory(of other: inout FieldSection) {
        guard section.fields.isEmpty else { return }
        swap(&section, &other)
        section.removeAll()
        other = FieldSection()
    }

    /// Reads the field lines from ``lineStart`` on, as far as they are plain and complete.
    @inline(__always)
    mutating func readPlainFields(_ bytes: Span<UInt8>, after earlier: inout EarlierHead) {
        guard startLine != nil else { return }
        let most = min(bytes.count, limits.headBytes)
        while section.fields.count < limits.fields {
            if earlier.isKnown { readRepeatedFields(bytes.extracting(0..<most), of: &earlier) }
            guard section.fields.count < limits.fields,
                let next = section.appendPlain(from: lineStart, of: bytes, most: most)
            else { return }
            lineStart = next
        }
    }

    /// Adopts the lines that are the same at the same position in the earlier head.
    private mutating func readRepeatedFields(_ bytes: Span<UInt8>, of earlier: inout EarlierHead) {
        let first = section.fields.count
        guard first < earlier.section.fields.count else { return }
        let common = earlier.repeated(bytes, from: lineStart, field: first)
        let extent = earlier.section.extent
        if first == 0, common == extent.count, earlier.section.isTight {
            let distance = lineStart - extent.lowerBound
            swap(&section, &earlier.section)
            section.move(by: distance)
            earlier.isKnown = false
            takenOver = section.fields.count
            if distance == 0 { fieldsInPlace = extent }
            lineStart += common
            return
        }
        let from = earlier.section.fields[first].name.range.lowerBound
        let distance = lineStart - from
        for place in first..<earlier.section.fields.count where section.fields.count < limits.fields
        {
            let field = earlier.section.fields[place]
            guard field.isTight, field.line.upperBound - from <= common else { return }
            section.append(field.moved(by: distance))
            lineStart = field.line.upperBound + distance
        }
    }

    /// Reads the line that ends in the line feed at `feed`; true when it is the empty one that ends the head.
    ///
    /// No class of bytes that line readers skip includes the line feed, so none runs past it.
    @inline(__always)
    mutating func read(_ bytes: Span<UInt8>, feed: Int) throws(Grammar.Fault) -> Bool {
        guard feed < limits.headBytes else { throw tooLarge }
        let start = lineStart
        var end = feed - 1
        if end < start || bytes[end] != Byte.carriageReturn {
            guard Grammar.isGenerous else {
                throw startLine == nil
                    ? Grammar.malformedStartLine(at: feed)
                    : Grammar.fault(.malformedField, at: feed)
            }
            end = feed
        }
        lineStart = feed + 1
        if startLine == nil {
            try readStartLine(bytes, start..<end)
            return false
        }
        if start == end { return true }
        guard section.fields.count < limits.fields else {
            throw Grammar.fault(.tooManyFields, at: start)
        }
        do {
            try section.append(
                line: start, end, of: bytes, protected: Grammar.protectedNames)
        } catch {
            guard Grammar.isGenerous else {
                throw Grammar.fault(.malformedField, at: error.offset)
            }
            try readOdd(bytes, start..<end)
        }
        return false
    }

    /// Reads a line that is not a well-formed field.
    private mutating func readOdd(
        _ bytes: Span<UInt8>, _ line: Range<Int>
    ) throws(Grammar.Fault) {
        do {
            try section.append(odd: line, of: bytes)
        } catch {
            throw Grammar.fault(.malformedField, at: error.offset)
        }
    }

    /// Reads the line that ends with the last byte of `buffer`.
    mutating func readLast(of buffer: [UInt8]) throws(Grammar.Fault) -> Bool {
        try read(buffer.span, feed: buffer.count - 1)
    }

    private mutating func readStartLine(
        _ bytes: Span<UInt8>, _ line: Range<Int>
    ) throws(Grammar.Fault) {
        if line.isEmpty, Grammar.skipsLeadingLine, !hasSkippedLine {
            hasSkippedLine = true
            return
        }
        startLine = try Grammar.startLine(bytes, line, limits: limits)
        // Most heads have fewer fields, so they cost one allocation at most.
        section.fields.reserveCapacity(min(limits.fields, 16))
    }

    /// The fault of a head that does not end within the limit.
    var tooLarge: Grammar.Fault {
        Grammar.fault(startLine == nil ? .startLineTooLong : .headTooLarge, at: limits.headBytes)
    }

    /// Returns the fields and prepares for the next head, whose fields go into what `taken` was.
    mutating func take(_ taken: inout FieldSection) {
        swap(&taken, &section)
        section.removeAll()
        lineStart = 0
        hasSkippedLine = false
        startLine = nil
        takenOver = 0
        fieldsInPlace = nil
    }
}
