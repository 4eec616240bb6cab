// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
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
            leafBytes += expected[place].draft.completedSize(encodedOrigin: encodedOrigin) + 2
        }
        frame = []
        // Disclosures, slots and the checkpoint follow: a kilobyte spares most groups a second allocation.
        frame.reserveCapacity(CommitFrame.headerLength + leafBytes + 1024)
        frame.append(contentsOf: repeatElement(0, count: CommitFrame.headerLength))
        leafHashes.reserveCapacity(records.count * Hash256.byteCount)
        offsets.reserveCapacity(records.count * 4)
    }

    /// Appends records as the next leaves.
    mutating func append(_ records: ArraySlice<PendingRecord>, time: UTCInstant) {
        // Looked at in their place: an iterator would count the references of every record up and down.
        let records = records.span
        for place in records.indices { append(records[place], time: time) }
    }

    private mutating func append(_ record: borrowing PendingRecord, time: UTCInstant) {
        let entryStart = frame.count
        BigEndian.append(
            UInt32(firstOffset + UInt64(entryStart - CommitFrame.headerLength)), to: &offsets)
        // The length is known only when the leaf stands there.
        frame.append(0)
        frame.append(0)
        record.draft.complete(
            index: frontier.size.nextIndex, encodedOrigin: encodedOrigin, previous: previous,
            time: time, sequence: record.sequence, into: &frame)
        let length = frame.count - entryStart - 2
        precondition(
            length <= RecordDraft.largestLeaf, "LeafFitsItsLength: leaf longer than 65,535 bytes")
        frame[entryStart] = UInt8(length >> 8)
        frame[entryStart + 1] = UInt8(length & 255)

        let leaf = LeafHash(of: frame[(entryStart + 2)...])
        previous = leaf.hash
        leaf.hash.append(to: &leafHashes)
        let position = frontier.size.count
        frontier.append(leaf) { level, hash in
            guard level.value > 0 else { return }
            let span = UInt64(1) << UInt64(8 * level.value)
            treeHashes.append((level.value, (position + 1) / span - 1, hash))
        }
    }

    /// Hands over the frame without copying it.
    mutating func takeFrame() -> [UInt8] {
        defer { frame = [] }
        return frame
    }
}
