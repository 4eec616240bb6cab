// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import LogFormat
internal import Merkle
internal import SignedNotes

extension LogSnapshot {
    /// Emits a copy of the log that ends at its newest checkpoint: file names with their content, long ones in parts,
    /// the checkpoint last.
    ///
    /// Derived files are made from the entries, which are read once. Evidence is copied unchecked; verify the copy.
    package func forEachPart(_ body: (_ name: String, _ bytes: [UInt8]) throws -> Void) throws {
        guard let newest else { throw LogReadFailure(.noCheckpoint, directory) }
        var rows = TreeRows()
        for first in stride(from: 0, to: size.count, by: Int(LogLayout.segmentEntries)) {
            try copy(SegmentNumber(of: LeafIndex(first)), into: &rows, body)
        }
        for (level, bytes) in rows.bytes.sorted(by: { $0.key < $1.key }) {
            try body(LogLayout.tree(level: level), bytes)
        }
        for (file, name) in [
            (try subjectKeys(), LogLayout.subjects), (try periodKeys(), LogLayout.periods),
        ] {
            if let bytes = try file.contents() { try body(name, bytes) }
        }
        let secret = path(LogLayout.directorySecret)
        if let bytes = try ReadableFile.contents(ifAny: secret) {
            try body(LogLayout.directorySecret, bytes)
        }
        for name in try rulesFiles {
            if let bytes = try ReadableFile.contents(ifAny: path(name)) { try body(name, bytes) }
        }
        try body(LogLayout.checkpointJournal, try journal(through: newest.note.encode()))
        try body(LogLayout.checkpoint, newest.note.encode())
    }

    private func copy(
        _ segment: SegmentNumber, into rows: inout TreeRows,
        _ body: (String, [UInt8]) throws -> Void
    ) throws {
        let count = Int(min(size, segment.fullSize).count - segment.firstIndex.value)
        let file = try entries(of: segment)
        var stream = try EntryStream(file)
        var offsets: [UInt8] = []
        offsets.reserveCapacity(count * 4)
        do throws(EntryStream.Stop) {
            try stream.take(count) { buffer, leaf, offset in
                BigEndian.append(UInt32(truncatingIfNeeded: offset), to: &offsets)
                rows.append(LeafHash(of: buffer[leaf]))
            }
        } catch {
            if case .failed(let failure) = error { throw failure }
            throw LogReadFailure(.badFraming, file.path)
        }
        let step = EntryStream.chunkBytes * 16
        for start in stride(from: 0, to: stream.offset, by: step) {
            let range = start..<min(start + step, stream.offset)
            guard let bytes = try file.bytes(range) else {
                throw LogReadFailure(.tooShort, file.path)
            }
            try body(LogLayout.entries(segment), bytes)
        }
        try body(LogLayout.offsets(segment), offsets)
        let sealed = try disclosures(of: segment)
        if let bytes = try sealed.contents(), !bytes.isEmpty {
            try body(LogLayout.disclosures(segment), bytes)
        }
    }

    /// The published checkpoints, then the newest one.
    private func journal(through newest: [UInt8]) throws(LogReadFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        var isThere = false
        for found in try checkpointFiles().journal {
            guard let checkpoint = found.checkpoint, checkpoint.claim.size <= size else { break }
            let note = checkpoint.note.encode()
            CheckpointJournal.append(note, to: &bytes)
            isThere = note == newest
        }
        if !isThere { CheckpointJournal.append(newest, to: &bytes) }
        return bytes
    }
}

/// Builds the files `tree/0`, `tree/1`, … leaf by leaf.
private struct TreeRows {
    private var frontier = Frontier()
    private(set) var bytes: [Int: [UInt8]] = [:]

    mutating func append(_ leaf: LeafHash) {
        var added: [(Int, NodeHash)] = []
        frontier.append(leaf) { level, hash in added.append((level.value, hash)) }
        for (level, hash) in added { hash.hash.append(to: &bytes[level, default: []]) }
    }
}
