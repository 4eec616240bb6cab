// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import LogFormat
internal import Merkle

/// Everything that the next group depends on: the state of the log between two groups.
struct LogPosition: Hashable, Sendable {
    var frontier: Frontier
    /// Leaf hash of the last record, the next one's `written.prev`.
    var previous: Hash256
    /// `written.time` of the last record; the next one's is not earlier.
    var time: UTCInstant
    /// Bytes in `entries` of the segment that holds the next index.
    var entriesLength: UInt64
    /// Bytes in `disclosures` of that segment.
    var disclosuresLength: UInt64
    var subjectsLength: UInt64
    var periodsLength: UInt64
    /// Number of the next commit frame.
    var nextFrame: UInt64

    var size: TreeSize { frontier.size }

    /// The segment that holds the next index.
    var segment: SegmentNumber { SegmentNumber(of: size.nextIndex) }

    /// The position of a log without records.
    static let origin = LogPosition(
        frontier: Frontier(), previous: .zero, time: UTCInstant(microseconds: 0),
        entriesLength: 0, disclosuresLength: 0, subjectsLength: 0, periodsLength: 0, nextFrame: 1)
}
