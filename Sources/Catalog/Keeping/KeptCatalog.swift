// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import LogReading
internal import SystemPackage

/// A catalog that is open for writing, and its follower.
final class KeptCatalog {
    let catalog: SQLiteCatalog
    let claim: CatalogClaim
    private let place: CatalogFolder.Identity?
    private var follower: CatalogFollower<SQLiteCatalog>
    /// Records that are in it.
    private(set) var size: UInt64

    init(
        _ catalog: SQLiteCatalog, claim: CatalogClaim, of log: FilePath,
        _ tokens: PersonalTokenizer?
    ) throws(CatalogFailure) {
        self.catalog = catalog
        self.claim = claim
        place = CatalogFolder.Identity(catalog.file)
        follower = CatalogFollower(catalog, of: log, values: tokens.map { FollowedValues($0) })
        size = try catalog.position()?.size ?? 0
    }

    /// Whether the file that others find under its name is this one.
    var isInPlace: Bool { place != nil && CatalogFolder.Identity(catalog.file) == place }

    /// Bytes of the file and of its write-ahead log.
    var bytes: (file: Int, wal: Int)? {
        do throws(CatalogFailure) {
            return (try catalog.fileBytes(), try catalog.walBytes())
        } catch {
            // It is gone, which the next turn finds out.
            return nil
        }
    }

    /// Stores the next records; a batch of them at most.
    func step(
        _ snapshot: LogSnapshot, most: UInt64
    ) throws(CatalogFollowFailure) -> CatalogProgress {
        let progress = try follower.step(snapshot, most: most)
        size = progress.size
        return progress
    }
}
