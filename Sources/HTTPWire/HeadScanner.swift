// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Gathers one head from pieces of any size.
///
/// A head in one piece costs one pass and one copy. A head in many pieces costs one search of each
/// new piece and one read of each line, however small the pieces are.
struct HeadScanner<Grammar: HeadGrammar>: ~Copyable {
    /// Arrays larger than this are not kept for the next head, so that an idle connection stays
    /// small.
    private static var largestKeptBytes: Int { 4_096 }
    private static var largestKeptFields: Int { 128 }

    private let limits: Limits
    private var reader: LineReader<Grammar>
    /// What has arrived of a head that came in pieces.
    private var buffer: [UInt8]
    /// A head that came in pieces, for as long as it may still be refused; see ``forget()``.
    private var pieced: [UInt8] = []
    private var earlier = EarlierHead()

    init(limits: Limits) {
        precondition(limits.headBytes <= 1 << 24, "HeadsAreSmall: a head limit above 16 MiB")
        self.limits = limits
        reader = LineReader(limits: limits)
        buffer = []
    }

    /// Whether a head has begun and not ended.
    var isInHead: Bool { !buffer.isEmpty }

    /// Reads on; returns how many bytes of `input` belong to the head if it is complete, and nil if all do
    /// and more are needed.
    mutating func scan(_ input: Span<UInt8>) throws(Grammar.Fault) -> Int? {
        var at = 0
        if buffer.isEmpty {
            while let feed = input.lineFeed(from: at) {
                at = feed + 1
                if try reader.read(input, feed: feed) {
                    keep(input, at)
                    return at
                }
                reader.readPlainFields(input, after: &earlier)
                at = reader.lineStart
            }
            guard input.count < limits.headBytes else { throw reader.tooLarge }
            keep(input, input.count)
            buffer.reserveCapacity(1_024)
            return nil
        }
        while let feed = input.lineFeed(from: at) {
            guard buffer.count + (feed - at) < limits.headBytes else { throw reader.tooLarge }
            buffer.append(input, at..<feed + 1)
            at = feed + 1
            if try reader.readLast(of: buffer) {
                pieced = buffer
                return at
            }
        }
        guard buffer.count + (input.count - at) < limits.headBytes else { throw reader.tooLarge }
        buffer.append(input, at..<input.count)
        return nil
    }

    /// Copies the start of a head into the memory of the previous one.
    private mutating func keep(_ input: Span<UInt8>, _ count: Int) {
        earlier.isKnown = false
        swap(&buffer, &earlier.bytes)
        if let same = reader.fieldsInPlace, buffer.count == count {
            var bytes = buffer.mutableSpan
            for place in 0..<same.lowerBound { bytes[place] = input[place] }
            for place in same.upperBound..<count { bytes[place] = input[place] }
            return
        }
        if !buffer.isEmpty { buffer.removeAll(keepingCapacity: true) }
        buffer.reserveCapacity(count)
        buffer.append(input, 0..<count)
    }

    /// Returns the complete head and prepares for the next one.
    ///
    /// - Parameters:
    ///   - bytes: gets the head from its first byte to the end of its empty line.
    ///   - section: gets its fields.
    /// - Returns: the start line, and whether the fields are those of the head last given to
    ///   ``reuse(_:_:)``, each with the same bytes.
    mutating func take(
        _ bytes: inout [UInt8], _ section: inout FieldSection
    ) throws(Grammar.Fault) -> (line: Grammar.StartLine, repeatsFields: Bool) {
        if reader.section.hasFold { try unfold() }
        guard let startLine = reader.startLine else {
            preconditionFailure("HeadsAreComplete: taken before its start line was read")
        }
        let repeatsFields = reader.repeatsFields
        swap(&bytes, &buffer)
        buffer = []
        reader.take(&section)
        return (startLine, repeatsFields)
    }

    /// What arrived of a refused head, from its first byte; `input` is the last piece given.
    func refused(_ input: Span<UInt8>) -> [UInt8] {
        if !buffer.isEmpty { return buffer }
        if !pieced.isEmpty { return pieced }
        var head: [UInt8] = []
        head.append(input, 0..<min(input.count, limits.headBytes))
        return head
    }

    /// How many bytes of an unfinished head have arrived.
    var arrived: Int { buffer.count }

    /// A head that came in pieces was accepted: its original form is no longer needed.
    mutating func forget() { pieced = [] }

    /// Joins folded lines and reads the whole head again.
    private mutating func unfold() throws(Grammar.Fault) {
        buffer = FieldSection.unfolded(buffer)
        reader = LineReader(limits: limits)
        let head = buffer
        var at = 0
        while let feed = head.span.lineFeed(from: at) {
            if try reader.read(head.span, feed: feed) { return }
            at = feed + 1
        }
        preconditionFailure("HeadsAreComplete: a head lost its end with its folds")
    }

    /// Keeps a head whose fields the next one may repeat, unless it is large, and takes it from the
    /// caller.
    mutating func reuse(_ bytes: inout [UInt8], _ section: inout FieldSection) {
        guard bytes.capacity <= Self.largestKeptBytes,
            section.fields.count <= Self.largestKeptFields
        else {
            bytes = []
            section = FieldSection()
            return
        }
        swap(&earlier.bytes, &bytes)
        swap(&earlier.section, &section)
        earlier.isKnown = !earlier.section.fields.isEmpty
        bytes = []
        reader.takeMemory(of: &section)
    }

    /// From now on, what was kept serves only for its memory.
    mutating func forgetEarlier() { earlier.isKnown = false }
}
