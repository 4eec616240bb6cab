// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import LogFormat
internal import Merkle

/// Where segments end.
enum SegmentRange {
    /// The size at which the segment of the next leaf is full.
    static func end(after size: UInt64) -> UInt64 {
        SegmentNumber(of: LeafIndex(size)).fullSize.count
    }
}
