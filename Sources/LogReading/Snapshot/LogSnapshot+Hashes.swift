// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import LogFormat
package import Merkle

/// The hashes of a snapshot: the files `tree/0`, `tree/1`, … as far as they are settled, then hashes
/// computed from entries.
package struct SnapshotRows: LevelSource, Sendable {
    private let snapshot: LogSnapshot
    /// How many hashes of each level come from its file.
    private var stored: [UInt64] = []
    /// The hashes of each level after those.
    private var computed: [[NodeHash]] = []

    package init(_ snapshot: LogSnapshot) throws(LogReadFailure) {
        self.snapshot = snapshot
        for level in Self.levels {
            let wanted = level.hashCount(in: snapshot.size)
            let settled = level.hashCount(in: min(snapshot.settledSize, snapshot.size))
            let kept = min(try snapshot.storedCount(level), settled, wanted)
            stored.append(kept)
            computed.append(try hashes(level: level, kept..<wanted))
        }
    }

    /// The files as they are, settled or not; nil if they are shorter than the tree.
    ///
    /// Check what you make of them against the signed root: after what is settled, a crash may have left
    /// anything.
    init?(unsettled snapshot: LogSnapshot) throws(LogReadFailure) {
        self.snapshot = snapshot
        for level in Self.levels {
            let wanted = level.hashCount(in: snapshot.size)
            guard try snapshot.storedCount(level) >= wanted else { return nil }
            stored.append(wanted)
            computed.append([])
        }
    }

    private static let levels = (0..<8).compactMap(TileLevel.init)

    /// Hashes of a level, computed from the level below.
    private func hashes(
        level: TileLevel, _ range: Range<UInt64>
    ) throws(LogReadFailure) -> [NodeHash] {
        var hashes: [NodeHash] = []
        hashes.reserveCapacity(range.count)
        guard level > .leaves, let below = TileLevel(level.value - 1) else {
            try snapshot.forEachEntry(in: range) { _, buffer, leaf in
                hashes.append(NodeHash(LeafHash(of: buffer[leaf])))
            }
            return hashes
        }
        for position in range {
            let tile = try self.hashes(
                level: below, first: position * UInt64(TileLevel.fullWidth),
                count: TileLevel.fullWidth)
            hashes.append(NodeHash(joining: tile))
        }
        return hashes
    }

    package func hashes(
        level: TileLevel, first: UInt64, count: Int
    ) throws(LogReadFailure) -> [NodeHash] {
        precondition(
            level.value < stored.count
                && first + UInt64(count)
                    <= stored[level.value] + UInt64(computed[level.value].count),
            "ReadsStayInside: the tree has these hashes")
        let kept = stored[level.value]
        let fromFile = first < kept ? min(kept - first, UInt64(count)) : 0
        var hashes: [NodeHash] = []
        if fromFile > 0 {
            let file = try ReadableFile(snapshot.path(LogLayout.tree(level: level.value)))
            let start = Int(first) * Hash256.byteCount
            hashes = NodeHash.row(
                try file.bytes(start..<start + Int(fromFile) * Hash256.byteCount))
        }
        if fromFile < UInt64(count) {
            let start = Int(first + fromFile - kept)
            hashes += computed[level.value][start..<start + count - Int(fromFile)]
        }
        return hashes
    }
}

extension LogSnapshot {
    /// How many hashes the file of a level has.
    fileprivate func storedCount(_ level: TileLevel) throws(LogReadFailure) -> UInt64 {
        let file = try OverlaidFile(path(LogLayout.tree(level: level.value)), nil)
        return UInt64(file.length / Hash256.byteCount)
    }

    /// Reads perfect subtrees for proofs without checking them: the proofs are checked against the
    /// checkpoint.
    package func hashReader() throws(LogReadFailure) -> LevelHashReader<SnapshotRows> {
        LevelHashReader(try SnapshotRows(self))
    }
}
