// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import HTTPWire

/// A chunked body has one content however it arrives, and the same content when written again.
///
/// The first byte selects the direction, the second the size of the pieces.
enum ChunkProperties {
    static func check(_ input: [UInt8]) throws(BrokenProperty) -> Bool {
        var steering = Steering(input)
        let direction: ChunkDecoder.Direction = steering.choice(of: 2) == 0 ? .request : .response
        let size = steering.choice(of: 40) + 1
        let bytes = Array(steering.rest)
        let whole = read(bytes, max(1, bytes.count), direction)
        try require(read(bytes, size, direction) == whole, "a body is the same in pieces")
        guard case .content(let content, let end) = whole else { return false }
        try require(
            content.count < end && end <= bytes.count, "a body is smaller than what it came in")
        try require(
            bytes[..<end].suffix(4).elementsEqual("\r\n\r\n".utf8),
            "a body ends with its empty line")
        try require(
            read(Array(bytes[..<end]) + Array("0\r\n\r\n".utf8), size, direction) == whole,
            "what follows a body does not change it")
        var written: [UInt8] = []
        for piece in content.pieces(of: size * 7) {
            written.append(addingCapacity: ChunkEncoder.longestSizeLine) {
                ChunkEncoder.appendSizeLine(piece.count, to: &$0)
            }
            written += piece + ChunkEncoder.lineEnd
        }
        written += ChunkEncoder.end
        try require(
            read(written, size, direction) == .content(content, end: written.count),
            "a written body is the body that was read")
        return true
    }

    private enum Outcome: Equatable {
        case incomplete([UInt8])
        case fault(ChunkFault.Kind, at: Int)
        case content([UInt8], end: Int)
    }

    private static func read(
        _ bytes: [UInt8], _ size: Int, _ direction: ChunkDecoder.Direction
    ) -> Outcome {
        var decoder = ChunkDecoder(direction, limits: .standard)
        var content: [UInt8] = []
        for piece in bytes.pieces(of: size) {
            var at = 0
            reading: while true {
                do {
                    switch try decoder.next(in: piece.span, at: &at) {
                    case .data(let range):
                        content +=
                            piece[
                                piece.startIndex + range.lowerBound..<piece.startIndex
                                    + range.upperBound]
                    case .needsMore: break reading
                    case .end: return .content(content, end: piece.startIndex + at)
                    }
                } catch {
                    return .fault(error.kind, at: piece.startIndex + error.offset)
                }
            }
        }
        return .incomplete(content)
    }
}
