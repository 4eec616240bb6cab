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
        try forEachEntry(in: range) { index, buffer, leaf in
            body(index, Array(buffer[leaf]))
        }
    }

    /// The leaves of a range, in place in a buffer.
    func forEachEntry(
        in range: Range<UInt64>, _ body: (LeafIndex, [UInt8], Range<Int>) -> Void
    ) throws(LogReadFailure) {
        precondition(range.upperBound <= size.count, "ReadsStayInside: the log has these leaves")
        var next = range.lowerBound
        while next < range.upperBound {
            let segment = SegmentNumber(of: LeafIndex(next))
            let end = min(range.upperBound, segment.fullSize.count)
            let file = try entries(of: segment)
            let skipped = Int(next - segment.firstIndex.value)
            let start = try offset(ofEntry: skipped, in: segment)
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
        let file = try entries(of: segment)
        let start = try offset(ofEntry: skipped, in: segment)
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
        ofEntry position: Int, in segment: SegmentNumber
    ) throws(LogReadFailure) -> (entry: Int, offset: Int)? {
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
        let file: ReadableFile
        do throws(LogReadFailure) {
            file = try ReadableFile(path(LogLayout.offsets(segment)))
        } catch {
            guard error.code == .missing else { throw error }
            return nil
        }
        guard try file.length() >= (position + 1) * 4 else { return nil }
        let bytes = try file.bytes(position * 4..<(position + 1) * 4)
        return BigEndian.read(UInt32.self, from: bytes, at: 0).map { (position, Int($0)) }
    }
}
