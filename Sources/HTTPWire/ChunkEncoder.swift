// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// Writes the framing of a chunked body (RFC 9112 §7.1): lower-case sizes, no extensions, no trailers.
package enum ChunkEncoder {
    /// What ends the content of every chunk.
    package static let lineEnd: [UInt8] = [Byte.carriageReturn, Byte.lineFeed]

    /// The last chunk and the end of an empty trailer section.
    package static let end = Array("0\r\n\r\n".utf8)

    /// The most that ``appendSizeLine(_:to:)`` writes.
    package static let longestSizeLine = 18

    /// Writes the line before the content of a chunk of `count` bytes, which must not be zero: an empty
    /// chunk would be the last.
    package static func appendSizeLine(_ count: Int, to output: inout OutputSpan<UInt8>) {
        precondition(count > 0, "LastChunkIsMeant: an empty chunk ends the body")
        let digits = (Int.bitWidth - count.leadingZeroBitCount + 3) / 4
        for place in (0..<digits).reversed() {
            let nibble = UInt8(truncatingIfNeeded: count >> (4 * place)) & 15
            output.append(nibble < 10 ? Byte.zero + nibble : UInt8(ascii: "a") + nibble - 10)
        }
        output.append("\r\n")
    }
}
