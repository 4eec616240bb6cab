// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Merkle
internal import SignedNotes

/// Checks leaves against the newest checkpoint of a snapshot, so that a changed one is not shown as if it were the
/// record. Stored hashes are believed only if they lead to the checkpoint's root.
package struct AuthenticLeaves: Sendable {
    private let snapshot: LogSnapshot
    private var reader: AuthenticatedTileReader<SnapshotTiles>?
    /// Whether hashes were computed from the entries because the stored ones do not lead to the root.
    private var isComputed = false

    package init(_ snapshot: LogSnapshot) { self.snapshot = snapshot }

    /// Whether this leaf has this index, which is in the log, in the signed tree.
    package mutating func contain(
        _ leaf: [UInt8], at index: LeafIndex
    ) throws(LogReadFailure) -> Bool {
        if reader == nil {
            reader = try SnapshotRows(unsettled: snapshot).flatMap(tiles)
            if reader == nil { try compute() }
        }
        if let found = try hash(at: index) { return found == NodeHash(LeafHash(of: leaf)) }
        guard !isComputed else { return false }
        // After what is settled, a crash may have left anything: there, the entries decide.
        try compute()
        return try hash(at: index) == NodeHash(LeafHash(of: leaf))
    }

    private mutating func compute() throws(LogReadFailure) {
        isComputed = true
        reader = tiles(try SnapshotRows(snapshot))
    }

    private func tiles(_ rows: SnapshotRows) -> AuthenticatedTileReader<SnapshotTiles>? {
        guard let claim = snapshot.newest?.claim else { return nil }
        return AuthenticatedTileReader(
            size: claim.size, root: claim.root, source: SnapshotTiles(rows: rows))
    }

    /// The hash of a leaf in the signed tree; nil if the available hashes do not lead to its root.
    private mutating func hash(at index: LeafIndex) throws(LogReadFailure) -> NodeHash? {
        do throws(TileReadFault<LogReadFailure>) {
            return try reader?.hashes(of: [PerfectSubtree(height: .leaf, position: index.value)])
                .first
        } catch {
            if case .source(let failure) = error { throw failure }
            return nil
        }
    }
}

/// The rows of a snapshot as tiles.
private struct SnapshotTiles: TileSource {
    let rows: SnapshotRows

    func tile(_ coordinate: TileCoordinate) throws(LogReadFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(coordinate.byteCount)
        let first = coordinate.index * UInt64(TileLevel.fullWidth)
        let hashes = try rows.hashes(
            level: coordinate.level, first: first, count: coordinate.width)
        for hash in hashes { hash.hash.append(to: &bytes) }
        return bytes
    }
}
