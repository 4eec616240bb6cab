// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A tree stored as one row of hashes per tile level, like the files `tree/0`, `tree/1`, ….
package protocol LevelSource {
    associatedtype Failure: Error

    /// `count` hashes of a level from `first` on; all of them exist.
    mutating func hashes(
        level: TileLevel, first: UInt64, count: Int
    ) throws(Failure) -> [NodeHash]
}

/// Hashes of perfect subtrees from rows in trusted storage, used without checking.
///
/// For hashes from elsewhere, use ``AuthenticatedTileReader``.
package struct LevelHashReader<Source: LevelSource>: HashReader {
    package var source: Source

    package init(_ source: Source) { self.source = source }

    package mutating func hashes(
        of subtrees: [PerfectSubtree]
    ) throws(Source.Failure) -> [NodeHash] {
        var hashes: [NodeHash] = []
        hashes.reserveCapacity(subtrees.count)
        for subtree in subtrees {
            // A subtree between two levels is joined from at most 128 hashes of the lower one.
            let count = 1 << (subtree.height.value % TileLevel.heightStep)
            let row = try source.hashes(
                level: TileLevel(holdingHeight: subtree.height),
                first: subtree.position * UInt64(count), count: count)
            hashes.append(NodeHash(joining: row))
        }
        return hashes
    }
}
