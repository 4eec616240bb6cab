// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import LogFormat
internal import Merkle

/// Builds the leaves of one group straight into its commit frame: completed, framed, chained and hashed.
struct LeafBatch {
    /// Room for the frame's header, then entries in C2SP framing.
    private(set) var frame: [UInt8]
    private(set) var frontier: Frontier
    private(set) var previous: Hash256
    private(set) var leafHashes: [UInt8] = []
    private(set) var treeHashes: [(level: Int, position: UInt64, hash: NodeHash)] = []
    private(set) var offsets: [UInt8] = []
    private let encodedOrigin: [UInt8]
    private let firstOffset: UInt64

    init(
        after position: LogPosition, encodedOrigin: [UInt8],
        expecting records: ArraySlice<PendingRecord>
    ) {
        frontier = position.frontier
        previous = position.previous
        firstOffset = position.entriesLength
        self.encodedOrigin = encodedOrigin
        var leafBytes = 0
        let expected = records.span
        for place in expected.indices {
            leafBytes += expected[place].leafBytes + 2
        }
        frame = []
        // Disclosures, slots and the checkpoint follow: a kilobyte saves most groups a second
        // allocation.
        frame.reserveCapacity(CommitFrame.headerLength + leafBytes + 1024)
        frame.append(contentsOf: repeatElement(0, count: CommitFrame.headerLength))
        leafHashes.reserveCapacity(records.count * Hash256.byteCount)
        offsets.reserveCapacity(records.count * 4)
    }

    /// Where a leaf is in the frame, and in it the hash of the previous one.
    private struct Place {
        let leaf: Range<Int>
        let hole: Int
    }

    /// Appends records as the next leaves.
    ///
    /// Everything up to the previous leaf's hash is hashed side by side, and only the last blocks
    /// in sequence.
    mutating func append(_ records: ArraySlice<PendingRecord>, time: UTCInstant) {
        // Accessed in place: an iterator would retain and release every record.
        let records = records.span
        let member = LedgersMember(encodedOrigin: encodedOrigin, time: time)
        var places: [Place] = []
        places.reserveCapacity(records.count)
        for place in records.indices {
            let index = LeafIndex(frontier.size.count + UInt64(places.count))
            // Not the record as a whole: passing it on would retain everything that it holds.
            places.append(
                write(
                    records[place].draft.bytes, records[place].draft.range, at: index,
                    with: member, sequence: records[place].sequence))
        }
        var row: [NodeHash] = []
        row.reserveCapacity(places.count)
        if places.count == 1 {
            previous.storeBase64(at: places[0].hole, of: &frame)
            let leaf = LeafHash(of: frame[places[0].leaf])
            previous = leaf.hash
            row.append(NodeHash(leaf))
        } else {
            var beginnings = MessageRanges()
            beginnings.reserveCapacity(places.count)
            for place in places { beginnings.append(place.leaf.lowerBound..<place.hole) }
            var begun = BegunLeaves()
            begun.begin(beginnings, in: frame.span)
            for (number, place) in places.enumerated() {
                previous.storeBase64(at: place.hole, of: &frame)
                let leaf = begun.finish(number, leaf: place.leaf, in: frame.span)
                previous = leaf.hash
                row.append(NodeHash(leaf))
            }
        }
        for node in row { node.hash.append(to: &leafHashes) }
        frontier.append(contentsOf: row.span) { level, position, hash in
            treeHashes.append((level.value, position, hash))
        }
    }

    /// Writes a record's entry except for the hash of the previous leaf.
    ///
    /// - Parameters:
    ///   - text: memory that holds the draft's text.
    ///   - range: where that is.
    private mutating func write(
        _ text: [UInt8], _ range: Range<Int>, at index: LeafIndex,
        with member: borrowing LedgersMember, sequence: UInt64
    ) -> Place {
        let entryStart = frame.count
        BigEndian.append(
            UInt32(firstOffset + UInt64(entryStart - CommitFrame.headerLength)), to: &offsets)
        // The length is known only once the leaf is written.
        frame.append(0)
        frame.append(0)
        let hole = member.complete(text, range, index: index, sequence: sequence, into: &frame)
        let length = frame.count - entryStart - 2
        precondition(
            length <= RecordDraft.largestLeaf, "LeafFitsItsLength: leaf longer than 65,535 bytes")
        frame[entryStart] = UInt8(length >> 8)
        frame[entryStart + 1] = UInt8(length & 255)
        return Place(leaf: entryStart + 2..<frame.count, hole: hole)
    }

    /// Hands over the frame without copying it.
    mutating func takeFrame() -> [UInt8] {
        defer { frame = [] }
        return frame
    }
}
