// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Gathers one head from pieces of any size.
///
/// A head in one piece costs one pass and one copy. A head in many pieces costs one search of each new
/// piece and one reading of each line, however small the pieces are.
struct HeadScanner<Grammar: HeadGrammar>: ~Copyable {
    /// Arrays larger than this are not kept for the next head, so an idle connection stays small.
    private static var largestKeptBytes: Int { 4_096 }
    private static var largestKeptFields: Int { 128 }

    private let limits: Limits
    private var reader: LineReader<Grammar>
    /// What has arrived of a head that did not come in one piece.
    private var buffer: [UInt8]
    /// A head that came in pieces, for as long as it may still be refused; see ``forget()``.
    private var pieced: [UInt8] = []
    /// Arrays of an earlier head. They are emptied when the next head begins and not when they are given
    /// back: only then has the giver let go of them, so that emptying keeps the memory.
    private var spareBytes: [UInt8] = []
    private var spareFields: [FieldSlice] = []

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
            takeSpare()
            while let feed = input.lineFeed(from: at) {
                at = feed + 1
                if try reader.read(input, feed: feed) {
                    buffer.reserveCapacity(at)
                    buffer.append(input, 0..<at)
                    return at
                }
                reader.readPlainFields(input)
                at = reader.lineStart
            }
            guard input.count < limits.headBytes else { throw reader.tooLarge }
            buffer.reserveCapacity(max(input.count, 1_024))
            buffer.append(input, 0..<input.count)
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

    /// Hands out the complete head and makes ready for the next one.
    mutating func take() throws(Grammar.Fault) -> ScannedHead<Grammar.StartLine> {
        if reader.section.hasFold { try unfold() }
        guard let startLine = reader.startLine else {
            preconditionFailure("HeadsAreComplete: taken before its start line was read")
        }
        let head = ScannedHead(
            bytes: buffer, startLine: startLine, section: reader.takeSection())
        buffer = []
        reader = LineReader(limits: limits)
        return head
    }

    /// What came of a head that was refused, from its first byte; `input` is the piece that was given last.
    func refused(_ input: Span<UInt8>) -> [UInt8] {
        if !buffer.isEmpty { return buffer }
        if !pieced.isEmpty { return pieced }
        var head: [UInt8] = []
        head.append(input, 0..<min(input.count, limits.headBytes))
        return head
    }

    /// How many bytes of a head that has not ended have come.
    var arrived: Int { buffer.count }

    /// A head that came in pieces was accepted: its first form is not needed any more.
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

    /// Keeps the arrays of an earlier head for the next one.
    mutating func reuse(bytes: consuming [UInt8], fields: consuming [FieldSlice]) {
        guard bytes.capacity <= Self.largestKeptBytes,
            fields.capacity <= Self.largestKeptFields
        else { return }
        spareBytes = bytes
        spareFields = fields
    }

    private mutating func takeSpare() {
        guard spareBytes.capacity > 0 else { return }
        swap(&buffer, &spareBytes)
        spareBytes = []
        buffer.removeAll(keepingCapacity: true)
        reader.takeMemory(of: &spareFields)
    }
}
