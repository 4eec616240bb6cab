// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import LogFormat
internal import LogReading
internal import Merkle

/// When records of a log were sequenced, which never goes far back.
struct OutputTimes {
    private let log: LogSnapshot

    init(_ log: LogSnapshot) { self.log = log }

    /// Nil where the record is not here, or cannot be read.
    func time(at index: UInt64) -> UTCInstant? {
        do {
            return try Record(leaf: log.leaf(at: LeafIndex(index))).logTime
        } catch {
            // Whoever delivers it meets the same, and says so.
            return nil
        }
    }

    /// The first record that is no older than this, or the end of the log: found by halving, as a backlog can be long.
    func first(
        notBefore oldest: UTCInstant, from index: UInt64
    ) throws(OutputFailure) -> UInt64 {
        // As a rule there is nothing to leave out, and one look is enough.
        guard let first = time(at: index), first < oldest else { return index }
        var low = index
        var high = log.size.count
        while low < high {
            let middle = low + (high - low) / 2
            // One that cannot be read is none to leave out unseen.
            if let time = time(at: middle), time < oldest {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }

    /// The end of the segments from an index on that were put away; nil where its own is here.
    func endOfAway(from index: UInt64) throws(OutputFailure) -> UInt64? {
        var end: UInt64?
        var segment = SegmentNumber(of: LeafIndex(index))
        do throws(LogReadFailure) {
            while segment.firstIndex.value < log.size.count,
                try log.state(of: segment).absence != nil
            {
                end = min(log.size.count, segment.fullSize.count)
                segment = SegmentNumber(of: LeafIndex(segment.fullSize.count))
            }
        } catch {
            throw OutputFailure(.log, error.message)
        }
        return end
    }
}
