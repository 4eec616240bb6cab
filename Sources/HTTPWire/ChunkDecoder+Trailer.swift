// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension ChunkDecoder {
    /// Takes one byte of the trailer section: checked like a head, then dropped, so that names with
    /// `_` and bytes from 0x80 on do no harm.
    mutating func stepTrailer(_ byte: UInt8) throws(ChunkFault.Kind) {
        trailerBytes += 1
        guard trailerBytes <= limits.trailerBytes else { throw .framingOverhead }
        switch state {
        case .trailerStart:
            if byte == Byte.carriageReturn {
                state = .lastLineFeed
                return
            }
            guard ByteSet.token.contains(byte) else { throw .malformedChunk }
            trailerFields += 1
            guard trailerFields <= limits.trailerFields else { throw .framingOverhead }
            state = .trailerName
        case .trailerName:
            if ByteSet.token.contains(byte) { return }
            try expect(byte, Byte.colon)
            state = .trailerValue
        case .trailerValue:
            if byte == Byte.carriageReturn {
                state = .trailerLineFeed
                return
            }
            let isText = byte &- 0x20 < 0x5F || byte == Byte.tab || byte >= 0x80
            guard isText else { throw .malformedChunk }
        case .trailerLineFeed:
            try expect(byte, Byte.lineFeed)
            state = .trailerStart
        default:
            try expect(byte, Byte.lineFeed)
            state = .done
        }
    }
}
