// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Finds the end of a body, however it is framed, and its content.
package struct BodyDecoder: Sendable {
    private enum Framing: Sendable {
        case length(UInt64)
        case chunked(ChunkDecoder)
        case untilClose
    }

    private var framing: Framing

    /// A decoder for the body that follows a head with this framing.
    package init(_ framing: BodyFraming, _ direction: ChunkDecoder.Direction, limits: Limits) {
        self.framing =
            switch framing {
            case .none: .length(0)
            case .length(let length): .length(length)
            case .chunked: .chunked(ChunkDecoder(direction, limits: limits))
            case .untilClose: .untilClose
            }
    }

    /// Reads on at `at`, which moves past what the event covers; call it until it needs more.
    ///
    /// An empty body ends at the first call, even with an empty piece.
    package mutating func next(
        in input: Span<UInt8>, at: inout Int
    ) throws(ChunkFault) -> BodyEvent {
        switch framing {
        case .length(let remaining):
            guard remaining > 0 else { return .end }
            guard at < input.count else { return .needsMore }
            let count = min(remaining, UInt64(input.count - at))
            let range = at..<at + Int(count)
            framing = .length(remaining - count)
            at = range.upperBound
            return .data(range)
        case .chunked(var decoder):
            defer { framing = .chunked(decoder) }
            return try decoder.next(in: input, at: &at)
        case .untilClose:
            guard at < input.count else { return .needsMore }
            defer { at = input.count }
            return .data(at..<input.count)
        }
    }

    /// How much content the chunks so far have announced; 0 for a body in another framing.
    package var announced: UInt64 {
        switch framing {
        case .length, .untilClose: 0
        case .chunked(let decoder): decoder.announced
        }
    }

    /// Whether the body is complete if the connection is closed now.
    package var mayEndWithConnection: Bool {
        switch framing {
        case .length(let remaining): remaining == 0
        case .chunked(let decoder): decoder.state == .done
        case .untilClose: true
        }
    }
}
