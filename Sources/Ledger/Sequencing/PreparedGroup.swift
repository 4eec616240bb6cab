// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Disclosures
internal import LogFormat
internal import Merkle

/// Records that are written, synced and signed together.
struct PreparedGroup: Sendable {
    /// The records, in the order of their indices.
    var records: ArraySlice<PendingRecord>
    var header: CommitFrame.Header
    /// The sealed frame: what is written to the commit journal.
    var frame: [UInt8]
    /// 32 bytes for each record, to be appended to `tree/0`.
    var leafHashes: [UInt8]
    /// Hashes completed above level 0, lowest level first within one leaf.
    var treeHashes: [(level: Int, position: UInt64, hash: NodeHash)]
    /// Big-endian 32-bit offset of each entry in its segment.
    var offsets: [UInt8]
    /// Disclosures that are sealed for the first time in this segment.
    var disclosed: [Disclosure]
    /// Keys whose slots are in the frame.
    var newSubjects: [SubjectKey]
    var newPeriod: PeriodKey?
    /// The signed note over the tree including this group.
    var checkpoint: [UInt8]
    /// The position that it was sequenced from.
    var before: LogPosition
    /// The position once the group is durable.
    var after: LogPosition

    var segment: SegmentNumber { SegmentNumber(of: header.firstIndex) }

    /// What is still needed once everybody has been notified: the content of its files.
    consuming func withoutRecords() -> PreparedGroup {
        records = []
        disclosed = []
        return self
    }

    /// The receipt of the record at this place in the group.
    func receipt(at place: Int) -> RecordReceipt {
        RecordReceipt(index: LeafIndex(header.firstIndex.value + UInt64(place)))
    }
}
