// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension ChunkDecoder {
    /// Takes one byte between the digits of a size and the end of their line: extensions (RFC 9112
    /// §7.1.1), which are checked, counted and dropped.
    ///
    /// Names, `=`, tokens, quoted strings and the blanks that the grammar puts between them. In
    /// answers also blanks before the line's end, which pad sizes, and extensions without a name.
    mutating func stepExtension(_ byte: UInt8) throws(ChunkFault.Kind) {
        if byte == Byte.carriageReturn, state != .quoted, state != .quotedPair {
            guard mayEndSizeLine else { throw .malformedChunk }
            state = .sizeLineFeed
            return
        }
        extensionBytes += 1
        guard extensionBytes <= limits.chunkExtensionBytes else { throw .framingOverhead }
        switch state {
        case .quoted, .quotedPair:
            guard Self.mayBeQuoted(byte) else { throw .malformedChunk }
            if state == .quoted, byte == Byte.quote {
                state = .quoteEnd
            } else {
                state = state == .quoted && byte == Byte.backslash ? .quotedPair : .quoted
            }
        case _ where Byte.isBlank(byte): state = afterBlank
        case _ where ByteSet.token.contains(byte): try stepToken()
        default: try stepDelimiter(byte)
        }
    }

    private var mayEndSizeLine: Bool {
        switch state {
        case .size, .extensionName, .extensionValue, .quoteEnd: true
        case .sizeEnd, .extensionNameStart, .extensionNameEnd, .extensionValueEnd: isGenerous
        default: false
        }
    }

    private var afterBlank: State {
        switch state {
        case .size: .sizeEnd
        case .extensionName: .extensionNameEnd
        case .extensionValue, .quoteEnd: .extensionValueEnd
        default: state
        }
    }

    private mutating func stepToken() throws(ChunkFault.Kind) {
        switch state {
        case .extensionNameStart: state = .extensionName
        case .extensionValueStart: state = .extensionValue
        case .extensionName, .extensionValue: return
        default: throw .malformedChunk
        }
    }

    private mutating func stepDelimiter(_ byte: UInt8) throws(ChunkFault.Kind) {
        switch (byte, state) {
        case (Byte.semicolon, .extensionNameStart) where isGenerous: return
        case (Byte.semicolon, .size), (Byte.semicolon, .sizeEnd),
            (Byte.semicolon, .extensionName), (Byte.semicolon, .extensionNameEnd),
            (Byte.semicolon, .extensionValue), (Byte.semicolon, .quoteEnd),
            (Byte.semicolon, .extensionValueEnd):
            state = .extensionNameStart
        case (Byte.equals, .extensionName), (Byte.equals, .extensionNameEnd):
            state = .extensionValueStart
        case (Byte.quote, .extensionValueStart): state = .quoted
        default: throw .malformedChunk
        }
    }

    /// What RFC 9110 §5.6.4 allows between quotes.
    private static func mayBeQuoted(_ byte: UInt8) -> Bool {
        byte == Byte.tab || (byte >= Byte.space && byte != 0x7F)
    }
}
