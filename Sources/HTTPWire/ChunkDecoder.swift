// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Finds the content in a chunked body (RFC 9112 §7.1) without copying it.
///
/// Stricter than the RFC where readers are known to differ: every line ends in CRLF, sizes have a
/// bounded number of digits, extensions hold tokens only. Extensions and trailer fields are checked and
/// dropped. What framing may cost is bounded in relation to the content.
package struct ChunkDecoder: Sendable {
    enum State: UInt8, Sendable {
        case sizeStart, size, extensionNameStart, extensionName, extensionValueStart, extensionValue
        case sizeLineFeed, data, dataReturn, dataLineFeed
        case trailerStart, trailerName, trailerValue, trailerLineFeed, lastLineFeed, done
    }

    let limits: Limits
    let obsoleteText: Bool
    var state = State.sizeStart
    /// The size being read, then what is left of the chunk.
    private var remaining: UInt64 = 0
    private var digits = 0
    /// Bytes of the present size line, its CRLF counted.
    private var lineBytes = 0
    private var extensionBytes = 0
    /// Framing in excess of what the content allows.
    private var excess = 0
    /// Content of all chunks announced so far.
    private var total: UInt64 = 0
    var trailerFields = 0
    var trailerBytes = 0

    /// Which way a body goes; trailer values of responses may hold the bytes 0x80–0xFF.
    package enum Direction: Sendable {
        case request
        case response
    }

    package init(_ direction: Direction, limits: Limits) {
        self.limits = limits
        obsoleteText = direction == .response
    }

    /// Reads on at `at`, which moves behind what the event stands for.
    package mutating func next(
        in input: Span<UInt8>, at: inout Int
    ) throws(ChunkFault) -> BodyEvent {
        while at < input.count {
            if state == .data {
                let count = min(remaining, UInt64(input.count - at))
                let range = at..<at + Int(count)
                remaining -= count
                if remaining == 0 { state = .dataReturn }
                at = range.upperBound
                return .data(range)
            }
            if state == .done { return .end }
            do {
                try step(input[at])
            } catch {
                throw ChunkFault(kind: error, offset: at)
            }
            at += 1
        }
        return state == .done ? .end : .needsMore
    }

    /// Takes one byte of framing.
    private mutating func step(_ byte: UInt8) throws(ChunkFault.Kind) {
        switch state {
        case .sizeStart, .size, .extensionNameStart, .extensionName, .extensionValueStart,
            .extensionValue, .sizeLineFeed:
            lineBytes += 1
            try stepSizeLine(byte)
        case .dataReturn:
            try expect(byte, Byte.carriageReturn, then: .dataLineFeed)
        case .dataLineFeed:
            try expect(byte, Byte.lineFeed, then: .sizeStart)
        case .trailerStart, .trailerName, .trailerValue, .trailerLineFeed, .lastLineFeed:
            try stepTrailer(byte)
        case .data, .done:
            preconditionFailure("ChunksAreStates: content taken for framing")
        }
    }

    func expect(_ byte: UInt8, _ expected: UInt8) throws(ChunkFault.Kind) {
        guard byte == expected else { throw .malformedChunk }
    }

    private mutating func expect(
        _ byte: UInt8, _ expected: UInt8, then next: State
    ) throws(ChunkFault.Kind) {
        try expect(byte, expected)
        state = next
    }

    private mutating func stepSizeLine(_ byte: UInt8) throws(ChunkFault.Kind) {
        switch state {
        case .sizeStart, .size:
            if let nibble = Byte.nibble(byte) {
                digits += 1
                remaining = remaining << 4 | UInt64(nibble)
                guard digits <= limits.chunkSizeDigits, total + remaining <= Self.largestBody
                else { throw .malformedChunk }
                state = .size
                return
            }
            guard state == .size else { throw .malformedChunk }
            try endOfSizePart(byte)
        case .extensionNameStart, .extensionValueStart:
            try countExtension()
            guard ByteSet.token.contains(byte) else { throw .malformedChunk }
            state = state == .extensionNameStart ? .extensionName : .extensionValue
        case .extensionName, .extensionValue:
            if ByteSet.token.contains(byte) { return try countExtension() }
            if byte == Byte.equals, state == .extensionName {
                try countExtension()
                state = .extensionValueStart
                return
            }
            try endOfSizePart(byte)
        default:
            try expect(byte, Byte.lineFeed)
            try endSizeLine()
        }
    }

    /// Larger bodies are not announced by anybody honest; sums stay exact in every language.
    private static var largestBody: UInt64 { FramingFields.largestLength }

    /// After a size or an extension: another extension or the end of the line.
    private mutating func endOfSizePart(_ byte: UInt8) throws(ChunkFault.Kind) {
        if byte == Byte.semicolon {
            try countExtension()
            state = .extensionNameStart
        } else {
            try expect(byte, Byte.carriageReturn, then: .sizeLineFeed)
        }
    }

    private mutating func countExtension() throws(ChunkFault.Kind) {
        extensionBytes += 1
        guard extensionBytes <= limits.chunkExtensionBytes else { throw .framingOverhead }
    }

    private mutating func endSizeLine() throws(ChunkFault.Kind) {
        total += remaining
        // A chunk costs its size line and the CRLF after its content; it is allowed 16 bytes and two for
        // each byte of content.
        let allowance = 16 + 2 * Int(min(remaining, UInt64(limits.chunkFramingExcess)))
        excess = max(0, excess + lineBytes + 2 - allowance)
        guard excess <= limits.chunkFramingExcess else { throw .framingOverhead }
        state = remaining == 0 ? .trailerStart : .data
        lineBytes = 0
        extensionBytes = 0
        digits = 0
    }
}
