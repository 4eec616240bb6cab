// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Why a body was refused and at which byte of the piece just given; the connection must be closed.
///
/// Each kind has a reason to answer with.
package struct ChunkFault: Error, Hashable, Sendable {
    package enum Kind: String, Error, CaseIterable {
        case malformedChunk = "malformed_chunk"
        case framingOverhead = "framing_overhead"
    }

    package let kind: Kind
    /// Distance in bytes from the start of the piece.
    package let offset: Int
}

/// What comes next in a body.
package enum BodyEvent: Hashable, Sendable {
    /// These bytes of the piece are content; never empty.
    case data(Range<Int>)
    /// The piece is consumed and the body continues.
    case needsMore
    /// The body has ended; what is left of the piece belongs to the next message.
    case end
}
