// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import LogFormat
package import Merkle

extension LogSnapshot {
    /// The leaf of one record; the snapshot's log contains it.
    package func leaf(at index: LeafIndex) throws(LogReadFailure) -> [UInt8] {
        var found: [UInt8] = []
        try forEachLeaf(in: index.value..<index.value + 1) { _, leaf in found = leaf }
        return found
    }

    /// Calls `body` with the leaves of a range, in order; the snapshot's log contains all of them.
    package func forEachLeaf(
        in range: Range<UInt64>, _ body: (LeafIndex, [UInt8]) -> Void
    ) throws(LogReadFailure) {
        var files: SegmentEntries?
        try forEachLeaf(in: range, keeping: &files, body)
    }

    /// The same for one of many reads here and there.
    ///
    /// - Parameter files: those that were read last, which stay open for the next read.
    package func forEachLeaf(
        in range: Range<UInt64>, keeping files: inout SegmentEntries?,
        _ body: (LeafIndex, [UInt8]) -> Void
    ) throws(LogReadFailure) {
        try forEachEntry(in: range, keeping: &files) { index, buffer, leaf in
            body(index, Array(buffer[leaf]))
        }
    }

    /// The leaves of a range, in place in a buffer.
    func forEachEntry(
        in range: Range<UInt64>, _ body: (LeafIndex, [UInt8], Range<Int>) -> Void
    ) throws(LogReadFailure) {
        var files: SegmentEntries?
        try forEachEntry(in: range, keeping: &files, body)
    }

    private func forEachEntry(
        in range: Range<UInt64>, keeping files: inout SegmentEntries?,
        _ body: (LeafIndex, [UInt8], Range<Int>) -> Void
    ) throws(LogReadFailure) {
        precondition(range.upperBound <= size.count, "ReadsStayInside: the log has these leaves")
        var next = range.lowerBound
        while next < range.upperBound {
            let segment = SegmentNumber(of: LeafIndex(next))
            let end = min(range.upperBound, segment.fullSize.count)
            let entries = try opened(segment, ifNot: &files)
            let file = entries.file
            let skipped = Int(next - segment.firstIndex.value)
            let start = try offset(ofEntry: skipped, in: entries)
            // Do not read a megabyte for one record.
            let count = Int(end - next) + skipped - (start?.entry ?? 0)
            var stream = try EntryStream(
                file, from: start?.offset ?? 0,
                chunk: min(EntryStream.chunkBytes, count * Self.usualEntryBytes))
            do throws(EntryStream.Stop) {
                try stream.take(skipped - (start?.entry ?? 0)) { _, _, _ in }
                var index = next
                try stream.take(Int(end - next)) { buffer, leaf, _ in
                    body(LeafIndex(index), buffer, leaf)
                    index += 1
                }
            } catch {
                switch error {
                case .failed(let failure): throw failure
                case .torn, .excess: throw LogReadFailure(.badFraming, file.path)
                }
            }
            next = end
        }
    }

    /// Where the entries of one segment are, found by walking through their framing.
    func extent(
        ofEntries range: Range<UInt64>
    ) throws(LogReadFailure) -> (file: OverlaidFile, bytes: Range<Int>) {
        precondition(
            range.upperBound <= size.count && !range.isEmpty,
            "ReadsStayInside: the log has these leaves")
        let segment = SegmentNumber(of: LeafIndex(range.lowerBound))
        let skipped = Int(range.lowerBound - segment.firstIndex.value)
        let entries = try SegmentEntries(segment, of: self)
        let file = entries.file
        let start = try offset(ofEntry: skipped, in: entries)
        var stream = try EntryStream(
            file, from: start?.offset ?? 0,
            chunk: min(EntryStream.chunkBytes, range.count * Self.usualEntryBytes))
        do throws(EntryStream.Stop) {
            try stream.take(skipped - (start?.entry ?? 0)) { _, _, _ in }
            let first = stream.offset
            try stream.take(range.count) { _, _, _ in }
            return (file, first..<stream.offset)
        } catch {
            switch error {
            case .failed(let failure): throw failure
            case .torn, .excess: throw LogReadFailure(.badFraming, file.path)
            }
        }
    }

    /// Large enough for nearly every entry.
    private static let usualEntryBytes = 2048

    /// An entry at or before the wanted one whose offset is known from the derived file `offsets`, which lags
    /// behind the entries, or from a frame of the commit journal. Nil means the beginning.
    private func offset(
        ofEntry position: Int, in entries: SegmentEntries
    ) throws(LogReadFailure) -> (entry: Int, offset: Int)? {
        let segment = entries.segment
        let index = segment.firstIndex.value + UInt64(position)
        let frame = frames.last {
            $0.header.firstIndex.value <= index
                && SegmentNumber(of: $0.header.firstIndex) == segment
        }
        if let frame {
            return (
                Int(frame.header.firstIndex.value - segment.firstIndex.value),
                Int(clamping: frame.header.entriesOffset)
            )
        }
        guard let file = entries.offsets, position < entries.offsetCount else { return nil }
        let bytes = try file.file.bytes(position * 4..<(position + 1) * 4)
        return BigEndian.read(UInt32.self, from: bytes, at: 0).map { (position, Int($0)) }
    }

    private func opened(
        _ segment: SegmentNumber, ifNot files: inout SegmentEntries?
    ) throws(LogReadFailure) -> SegmentEntries {
        if let files, files.segment == segment { return files }
        // Let go before the next are opened.
        files = nil
        let entries = try SegmentEntries(segment, of: self)
        files = entries
        return entries
    }
}

/// The entries of one segment of a snapshot, and where they are, in files that stay open.
package struct SegmentEntries {
    let segment: SegmentNumber
    let file: OverlaidFile
    /// Four bytes an entry; nil if there are none.
    let offsets: KeptFile?
    /// How many it had when it was opened.
    let offsetCount: Int

    fileprivate init(
        _ segment: SegmentNumber, of snapshot: LogSnapshot
    ) throws(LogReadFailure) {
        self.segment = segment
        file = try snapshot.entries(of: segment).keptOpen()
        var found: KeptFile?
        do throws(LogReadFailure) {
            found = try KeptFile(snapshot.path(LogLayout.offsets(segment)))
        } catch {
            guard error.code == .missing else { throw error }
        }
        offsets = found
        offsetCount =
            try found.map { (found) throws(LogReadFailure) in
                try found.file.length() / 4
            } ?? 0
    }
}
