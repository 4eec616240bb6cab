// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
package import LogFormat
internal import Merkle

/// Whole records after the newest checkpoint that continue from the last one it covers. A log copied while in use has
/// them, and so does one that lost its newest checkpoints. No signature covers them.
package struct UnsignedTail {
    /// How many whole records there are.
    package let count: UInt64
    package let segment: SegmentNumber

    /// Nil if there are none, or if anything else follows the newest checkpoint.
    package init?(_ snapshot: LogSnapshot) throws(LogReadFailure) {
        let size = snapshot.size
        guard size.count > 0, !size.count.isMultiple(of: LogLayout.segmentEntries) else {
            return nil
        }
        let segment = SegmentNumber(of: size.nextIndex)
        guard try snapshot.isPresent(segment) else { return nil }
        let file = try snapshot.entries(of: segment)
        let signed = Int(size.count - segment.firstIndex.value)
        var stream = try EntryStream(file)
        var last: Hash256?
        do throws(EntryStream.Stop) {
            try stream.take(signed - 1) { _, _, _ in }
            try stream.take(1) { buffer, leaf, _ in last = LeafHash(of: buffer[leaf]).hash }
        } catch {
            if case .failed(let failure) = error { throw failure }
            return nil
        }
        guard let last else { return nil }
        let end = max(file.length, file.lengthOnDisk ?? 0)
        guard end > stream.offset,
            let rest = try file.bytesOnDiskOrJournalled(stream.offset..<end),
            let count = Self.count(rest, after: last, index: size.count)
        else { return nil }
        self.count = count
        self.segment = segment
    }

    private static func count(
        _ bytes: [UInt8], after last: Hash256, index: UInt64
    ) -> UInt64? {
        var (at, previous, count) = (0, last, UInt64(0))
        while bytes.count - at > 0 {
            guard bytes.count - at >= 2 else { break }
            let length = Int(bytes[at]) << 8 | Int(bytes[at + 1])
            guard bytes.count - at - 2 >= length else {
                // The copy was made while this record was being written.
                guard
                    bytes[(at + 2)...].starts(with: Array("{\"".utf8).prefix(bytes.count - at - 2))
                else { return nil }
                break
            }
            let leaf = Array(bytes[at + 2..<at + 2 + length])
            guard
                case .success(let record) = Result(catching: { () throws(RecordFault) in
                    try Record(leaf: leaf)
                }), record.index?.value == index + count, record.previous == previous
            else { return nil }
            previous = LeafHash(of: leaf).hash
            count += 1
            at += 2 + length
        }
        return count == 0 ? nil : count
    }
}
