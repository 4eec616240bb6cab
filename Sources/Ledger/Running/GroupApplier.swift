// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import Merkle

/// Brings a durable group from the commit journal to its places, without syncing.
///
/// Every write has its absolute offset: applying a group again, as recovery does, changes nothing.
///
/// `ImmutableOnceWritten`: that offset is the end of what earlier groups wrote, so none of their bytes is written again.
struct GroupApplier {
    let storage: any LedgerStorage

    /// Makes sure that applying the group cannot fail for want of space.
    func reserve(for group: PreparedGroup) throws(StorageFault) {
        let header = group.header
        let segment = group.segment
        let inSegment = header.sizeAfter.count - segment.firstIndex.value
        try storage.reserve(
            .entries(segment), through: Int(header.entriesOffset) + Int(header.entriesLength))
        try storage.reserve(.offsets(segment), through: Int(inSegment) * 4)
        if header.disclosuresLength > 0 {
            try storage.reserve(
                .disclosures(segment),
                through: Int(header.disclosuresOffset) + Int(header.disclosuresLength))
        }
        if header.subjectsLength > 0 {
            try storage.reserve(
                .subjects, through: Int(header.subjectsOffset) + Int(header.subjectsLength))
        }
        if header.periodsLength > 0 {
            try storage.reserve(
                .periods, through: Int(header.periodsOffset) + Int(header.periodsLength))
        }
        try storage.reserve(
            .tree(level: 0), through: Int(header.sizeAfter.count) * Hash256.byteCount)
        for (level, position, _) in group.treeHashes {
            try storage.reserve(
                .tree(level: level), through: (Int(position) + 1) * Hash256.byteCount)
        }
    }

    /// Writes entries, disclosures and keys of a frame, as the sequencer or the journal has it.
    func applyEvidence(_ header: CommitFrame.Header, frame: [UInt8]) throws(StorageFault) {
        let segment = SegmentNumber(of: header.firstIndex)
        var at = CommitFrame.headerLength
        func put(_ length: UInt32, _ file: LogFile, _ offset: UInt64) throws(StorageFault) {
            guard length > 0 else { return }
            try storage.write(frame[at..<at + Int(length)], to: file, at: Int(offset))
            at += Int(length)
        }
        try put(header.entriesLength, .entries(segment), header.entriesOffset)
        try put(header.disclosuresLength, .disclosures(segment), header.disclosuresOffset)
        try put(header.subjectsLength, .subjects, header.subjectsOffset)
        try put(header.periodsLength, .periods, header.periodsOffset)
    }

    /// Writes the derived files of a group.
    func applyDerived(_ group: PreparedGroup) throws(StorageFault) {
        let first = group.header.firstIndex.value
        let inSegment = first - group.segment.firstIndex.value
        try storage.write(group.offsets[...], to: .offsets(group.segment), at: Int(inSegment) * 4)
        try storage.write(
            group.leafHashes[...], to: .tree(level: 0), at: Int(first) * Hash256.byteCount)
        for (level, position, hash) in group.treeHashes {
            try storage.write(
                hash.hash.bytes[...], to: .tree(level: level),
                at: Int(position) * Hash256.byteCount)
        }
    }
}
