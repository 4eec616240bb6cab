// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import LogFormat
internal import LogReading
internal import Merkle

/// A log directory as the verifier reads it.
struct DirectoryContent: LogContent {
    let snapshot: LogSnapshot

    var size: TreeSize { snapshot.size }

    /// Derived files are synced once their segment is full.
    var settledSize: TreeSize {
        let settled = snapshot.settledSize.count
        return TreeSize(settled - settled % LogLayout.segmentEntries)
    }

    var appliedSize: TreeSize { snapshot.settledSize }

    var remedyOfDerivedFiles: String? { "opening the log makes them again" }

    func state(of segment: SegmentNumber) throws(LogReadFailure) -> SegmentState {
        try snapshot.state(of: segment)
    }

    func forEachBatch(
        of segment: SegmentNumber, _ places: Range<Int>,
        _ body: ([UInt8], [Range<Int>], Int) -> Void
    ) throws(EntryStream.Stop) {
        var stream = try stream(of: segment)
        try stream.takeBatches(of: places.count, body)
        guard stream.hasMore else { return }
        do throws(LogReadFailure) {
            if try hasGrown() { return }
        } catch {
            throw .failed(error)
        }
        throw .excess(file: LogLayout.entries(segment), at: stream.offset)
    }

    /// All entries of a segment are in one file.
    func resumption(after place: Int, of count: Int) -> Int { count }

    private func hasGrown() throws(LogReadFailure) -> Bool { try snapshot.hasLaterRecords() }

    private func stream(of segment: SegmentNumber) throws(EntryStream.Stop) -> EntryStream {
        do throws(LogReadFailure) {
            let file = try snapshot.entries(of: segment)
            guard !file.isMissing else { throw LogReadFailure(.missing, file.path) }
            return try EntryStream(try seen(file))
        } catch {
            throw .failed(error)
        }
    }

    /// The file to be judged: overlaid with the journal while the two agree, otherwise as it is on disk.
    private func seen(_ file: OverlaidFile) throws(LogReadFailure) -> OverlaidFile {
        try file.firstConflict() == nil ? file : file.preferringDisk()
    }

    func storedHashes(
        level: TileLevel, first: UInt64, count: Int
    ) throws(LogReadFailure) -> [NodeHash] {
        let path = snapshot.path(LogLayout.tree(level: level.value))
        let file: ReadableFile
        do throws(LogReadFailure) {
            file = try ReadableFile(path)
        } catch {
            if error.code == .missing { return [] }
            throw error
        }
        let start = Int(first) * Hash256.byteCount
        let stored = max(0, try file.length() - start) / Hash256.byteCount
        let bytes = try file.bytes(start..<start + min(stored, count) * Hash256.byteCount)
        return NodeHash.row(bytes)
    }

    func offsets(of segment: SegmentNumber) throws(LogReadFailure) -> [UInt8]? {
        try ReadableFile.contents(ifAny: snapshot.path(LogLayout.offsets(segment))) ?? []
    }

    func disclosures(of segment: SegmentNumber) throws(LogReadFailure) -> SegmentDisclosures? {
        let file = try seen(snapshot.disclosures(of: segment))
        let bytes = try file.contents() ?? []
        var trailing = file.trailingBytes
        if trailing > 0, try hasGrown() { trailing = 0 }
        return SegmentDisclosures(
            file: LogLayout.disclosures(segment), bytes: bytes,
            trailingBytes: trailing)
    }

    func file(ofEntry index: LeafIndex) -> String { LogLayout.entries(SegmentNumber(of: index)) }

    func file(ofHash position: UInt64, level: TileLevel) -> String {
        LogLayout.tree(level: level.value)
    }

    /// All hashes of a level are in one file.
    func end(ofFileWithHash position: UInt64, level: TileLevel) -> UInt64 { .max }
}
