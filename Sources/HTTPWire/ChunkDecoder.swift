// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Finds the content in a chunked body (RFC 9112 §7.1) without copying it.
///
/// Stricter than the RFC where readers differ: every line ends in CRLF, and sizes have a bounded
/// number of digits. Extensions and trailer fields are checked and dropped. The cost of framing is
/// bounded relative to the content.
package struct ChunkDecoder: Sendable {
    enum State: UInt8, Sendable {
        case sizeStart, size, sizeEnd
        case extensionNameStart, extensionName, extensionNameEnd
        case extensionValueStart, extensionValue, extensionValueEnd, quoted, quotedPair, quoteEnd
        case sizeLineFeed, data, dataReturn, dataLineFeed
        case trailerStart, trailerName, trailerValue, trailerLineFeed, lastLineFeed, done
    }

    let limits: Limits
    /// Whether sizes may be padded, as some services do: we rewrite them.
    let isGenerous: Bool
    var state = State.sizeStart
    /// The size being read, then what is left of the chunk.
    private var remaining: UInt64 = 0
    private var digits = 0
    /// Bytes of the present size line, including its CRLF.
    private var lineBytes = 0
    var extensionBytes = 0
    /// Framing beyond what the content allows.
    private var excess = 0
    /// Content of all chunks announced so far.
    private(set) var announced: UInt64 = 0
    var trailerFields = 0
    var trailerBytes = 0

    /// Which way a body goes; in responses sizes may be padded.
    package enum Direction: Sendable {
        case request
        case response
    }

    package init(_ direction: Direction, limits: Limits) {
        self.limits = limits
        isGenerous = direction == .response
    }

    /// Reads on at `at`, which moves past what the event covers.
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
        case .sizeStart, .size, .sizeEnd, .extensionNameStart, .extensionName, .extensionNameEnd,
            .extensionValueStart, .extensionValue, .extensionValueEnd, .quoted, .quotedPair,
            .quoteEnd, .sizeLineFeed:
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
                guard digits <= limits.chunkSizeDigits, announced + remaining <= Self.largestBody
                else { throw .malformedChunk }
                state = .size
                return
            }
            guard state == .size else { throw .malformedChunk }
            try stepExtension(byte)
        case .sizeLineFeed:
            try expect(byte, Byte.lineFeed)
            try endSizeLine()
        default: try stepExtension(byte)
        }
    }

    /// Nobody honest announces larger bodies; sums stay exact in every language.
    private static var largestBody: UInt64 { FramingFields.largestLength }

    private mutating func endSizeLine() throws(ChunkFault.Kind) {
        announced += remaining
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
