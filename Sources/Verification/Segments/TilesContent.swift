// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import LogFormat
internal import LogReading
internal import Merkle
internal import SystemPackage

/// A static tlog-tiles directory, as `log export` writes it, as the verifier reads it.
struct TilesContent: LogContent {
    let directory: FilePath
    let size: TreeSize

    var settledSize: TreeSize { size }

    var appliedSize: TreeSize { size }

    var remedyOfDerivedFiles: String? { nil }

    /// An export holds what was present when it was made.
    func state(of segment: SegmentNumber) throws(LogReadFailure) -> SegmentState { .present }

    func forEachBatch(
        of segment: SegmentNumber, _ places: Range<Int>,
        _ body: ([UInt8], [Range<Int>], Int) -> Void
    ) throws(EntryStream.Stop) {
        let bundles = LogLayout.segmentEntries / LogLayout.tileWidth
        let width = UInt64(TileLevel.fullWidth)
        let end = (UInt64(places.upperBound) + width - 1) / width
        for number in UInt64(places.lowerBound) / width..<end {
            let index = segment.value * bundles + number
            guard let bundle = EntryBundleCoordinate(index: index, in: size) else { return }
            let (bytes, isOwnFile) = try self.bytes(bundle)
            var at = 0
            var leaves: [Range<Int>] = []
            while leaves.count < bundle.width, bytes.count - at >= 2 {
                let leaf = at + 2..<at + 2 + (Int(bytes[at]) << 8 | Int(bytes[at + 1]))
                guard leaf.upperBound <= bytes.count else { break }
                leaves.append(leaf)
                at = leaf.upperBound
            }
            body(bytes, leaves, 0)
            guard leaves.count == bundle.width else { throw .torn(at: at) }
            if at < bytes.count, isOwnFile {
                throw .excess(file: bundle.path, at: at)
            }
        }
    }

    /// Each bundle is a file, and says where it begins.
    func resumption(after place: Int, of count: Int) -> Int {
        min(count, (place / TileLevel.fullWidth + 1) * TileLevel.fullWidth)
    }

    /// A bundle of the width that it has at this size or, if only that is left, the full one, the rest of
    /// which belongs to later records.
    private func bytes(
        _ bundle: EntryBundleCoordinate
    ) throws(EntryStream.Stop) -> ([UInt8], isOwnFile: Bool) {
        do throws(LogReadFailure) {
            if let bytes = try ReadableFile.contents(ifAny: directory.appending(bundle.path)) {
                return (bytes, true)
            }
            let full = EntryBundleCoordinate(index: bundle.index, width: TileLevel.fullWidth)
            return (
                try ReadableFile.contents(of: directory.appending((full ?? bundle).path)), false
            )
        } catch {
            throw .failed(error)
        }
    }

    func storedHashes(
        level: TileLevel, first: UInt64, count: Int
    ) throws(LogReadFailure) -> [NodeHash] {
        var hashes: [NodeHash] = []
        let width = UInt64(TileLevel.fullWidth)
        var next = first
        while next < first + UInt64(count) {
            guard let tile = TileCoordinate(level: level, index: next / width, in: size),
                let bytes = try bytes(tile)
            else { break }
            let row = NodeHash.row(bytes)
            let wanted = row.dropFirst(Int(next % width)).prefix(count - hashes.count)
            hashes += wanted
            // After a short tile, its neighbours' hashes would move into its place.
            guard row.count == tile.width else { break }
            next = (tile.index + 1) * width
        }
        return hashes
    }

    private func bytes(_ tile: TileCoordinate) throws(LogReadFailure) -> [UInt8]? {
        var found = try ReadableFile.contents(ifAny: directory.appending(tile.path))
        if found == nil, !tile.isFull,
            let full = TileCoordinate(
                level: tile.level, index: tile.index, width: TileLevel.fullWidth)
        {
            found = try ReadableFile.contents(ifAny: directory.appending(full.path))
        }
        guard var bytes = found else { return nil }
        bytes.removeLast(bytes.count % Hash256.byteCount)
        return Array(bytes.prefix(tile.byteCount))
    }

    /// Whether there are bytes after the hashes of any tile.
    func checkLengths(_ findings: inout FindingList) throws(LogReadFailure) {
        for tile in TileCoordinate.all(in: size) {
            let length: Int
            do throws(LogReadFailure) {
                length = try ReadableFile(directory.appending(tile.path)).length()
            } catch {
                // What is not there is for the comparison with the entries to report.
                guard error.code == .missing else { throw error }
                continue
            }
            if length > tile.byteCount {
                findings.report(
                    Finding(.trailingBytes, file: tile.path, offset: tile.byteCount))
            }
        }
    }

    func offsets(of segment: SegmentNumber) throws(LogReadFailure) -> [UInt8]? { nil }

    func disclosures(of segment: SegmentNumber) throws(LogReadFailure) -> SegmentDisclosures? {
        nil
    }

    func file(ofEntry index: LeafIndex) -> String {
        EntryBundleCoordinate(index: index.value / UInt64(TileLevel.fullWidth), in: size)?.path
            ?? "tile/entries"
    }

    func file(ofHash position: UInt64, level: TileLevel) -> String {
        TileCoordinate(level: level, index: position / UInt64(TileLevel.fullWidth), in: size)?.path
            ?? "tile"
    }

    func end(ofFileWithHash position: UInt64, level: TileLevel) -> UInt64 {
        let width = UInt64(TileLevel.fullWidth)
        return (position / width + 1) * width
    }
}
