// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import LogFormat
internal import Merkle

/// Writes durable groups from the commit journal to their files, without syncing: the housekeeper's
/// work.
///
/// Every write has its absolute offset: applying a group again, as recovery does, changes nothing.
///
/// `ImmutableOnceWritten`: that offset is the end of what earlier groups wrote, so none of their bytes is written again.
struct GroupApplier {
    let storage: any LedgerStorage

    /// Makes sure that applying the group cannot fail for lack of space.
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

    /// Writes consecutive groups to their files: first the evidence of all, then the derived files.
    ///
    /// Adjoining bytes of a file are gathered and written together.
    func apply(_ groups: [PreparedGroup]) throws(StorageFault) {
        var writes = GatheredWrites(storage: storage)
        for group in groups {
            try applyEvidence(group.header, frame: group.frame, through: &writes)
        }
        try writes.finish()
        // Crash point C5: evidence is in place, derived files are not; opening rebuilds them.
        for group in groups { try applyDerived(group, through: &writes) }
        try writes.finish()
    }

    /// Writes entries, disclosures and keys of a frame, as the journal has it.
    func applyEvidence(_ header: CommitFrame.Header, frame: [UInt8]) throws(StorageFault) {
        var writes = GatheredWrites(storage: storage)
        try applyEvidence(header, frame: frame, through: &writes)
        try writes.finish()
    }

    private func applyEvidence(
        _ header: CommitFrame.Header, frame: [UInt8], through writes: inout GatheredWrites
    ) throws(StorageFault) {
        let segment = SegmentNumber(of: header.firstIndex)
        var at = CommitFrame.headerLength
        for (length, file, offset) in [
            (header.entriesLength, LogFile.entries(segment), header.entriesOffset),
            (header.disclosuresLength, .disclosures(segment), header.disclosuresOffset),
            (header.subjectsLength, .subjects, header.subjectsOffset),
            (header.periodsLength, .periods, header.periodsOffset),
        ] where length > 0 {
            try writes.put(frame[at..<at + Int(length)], to: file, at: Int(offset))
            at += Int(length)
        }
    }

    private func applyDerived(
        _ group: PreparedGroup, through writes: inout GatheredWrites
    ) throws(StorageFault) {
        let first = group.header.firstIndex.value
        let inSegment = first - group.segment.firstIndex.value
        try writes.put(group.offsets[...], to: .offsets(group.segment), at: Int(inSegment) * 4)
        try writes.put(
            group.leafHashes[...], to: .tree(level: 0), at: Int(first) * Hash256.byteCount)
        for (level, position, hash) in group.treeHashes {
            try writes.put(
                hash.hash.bytes[...], to: .tree(level: level),
                at: Int(position) * Hash256.byteCount)
        }
    }
}

/// Appends to files, gathered so that a hundred groups cost one system call a file.
private struct GatheredWrites {
    private struct Piece {
        var offset: Int
        var bytes: [UInt8]
    }

    /// The most that is kept in memory for one file.
    private static let mostBytes = 1 << 20

    private let storage: any LedgerStorage
    private var pieces: [LogFile: Piece] = [:]
    /// In the order of their first writes: what is written must not depend on a hash table.
    private var order: [LogFile] = []

    init(storage: any LedgerStorage) { self.storage = storage }

    mutating func put(
        _ bytes: ArraySlice<UInt8>, to file: LogFile, at offset: Int
    ) throws(StorageFault) {
        if let before = pieces[file] {
            if before.offset + before.bytes.count == offset, before.bytes.count < Self.mostBytes {
                pieces[file]?.bytes += bytes
                return
            }
            try storage.write(before.bytes[...], to: file, at: before.offset)
        } else {
            order.append(file)
        }
        pieces[file] = Piece(offset: offset, bytes: Array(bytes))
    }

    mutating func finish() throws(StorageFault) {
        for file in order {
            guard let piece = pieces[file] else { continue }
            try storage.write(piece.bytes[...], to: file, at: piece.offset)
        }
        pieces = [:]
        order = []
    }
}
