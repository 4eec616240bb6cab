// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Merkle
package import SignedNotes

/// A snapshot seen as a static tlog-tiles log: what `log export` writes and `/tlog/` serves.
package struct StaticLog: Sendable {
    package let snapshot: LogSnapshot
    /// The checkpoint that readers get.
    package let checkpoint: UnverifiedCheckpoint
    private let rows: SnapshotRows

    /// The log at its newest checkpoint.
    package init(_ snapshot: LogSnapshot) throws(LogReadFailure) {
        guard let newest = snapshot.newest else {
            throw LogReadFailure(.noCheckpoint, snapshot.directory)
        }
        self.snapshot = snapshot
        checkpoint = newest
        rows = try SnapshotRows(snapshot)
    }

    package var size: TreeSize { checkpoint.claim.size }

    /// All files of the static layout, the checkpoint last.
    package var resources: some Sequence<LogResource> { LogResource.all(in: size) }

    /// A file to be read in parts, or nil if this log has none of that name; otherwise like ``bytes(of:)``.
    package func content(of resource: LogResource) throws(LogReadFailure) -> StaticContent? {
        guard case .entries(let bundle) = resource else {
            return try bytes(of: resource).map { StaticContent($0) }
        }
        guard bundle.leaves.upperBound <= size.count else { return nil }
        let (file, range) = try snapshot.extent(ofEntries: bundle.leaves)
        return StaticContent(file, range)
    }

    /// The bytes of a file, or nil if this log has none of that name.
    ///
    /// Partial tiles and bundles exist for every width that the log has had, not only the newest (C2SP
    /// tlog-tiles requires those of every published checkpoint).
    package func bytes(of resource: LogResource) throws(LogReadFailure) -> [UInt8]? {
        switch resource {
        case .checkpoint: return checkpoint.note.encode()
        case .tile(let tile):
            let first = tile.index * UInt64(TileLevel.fullWidth)
            guard first + UInt64(tile.width) <= tile.level.hashCount(in: size) else { return nil }
            var bytes: [UInt8] = []
            bytes.reserveCapacity(tile.byteCount)
            for hash in try rows.hashes(level: tile.level, first: first, count: tile.width) {
                hash.hash.append(to: &bytes)
            }
            return bytes
        case .entries(let bundle):
            guard bundle.leaves.upperBound <= size.count else { return nil }
            var bytes: [UInt8] = []
            try snapshot.forEachEntry(in: bundle.leaves) { _, buffer, leaf in
                // The two bytes before a leaf are its length.
                bytes.append(contentsOf: buffer[leaf.lowerBound - 2..<leaf.upperBound])
            }
            return bytes
        }
    }
}
