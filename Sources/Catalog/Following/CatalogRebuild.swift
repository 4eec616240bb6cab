// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import LogReading
internal import SignedNotes
package import SystemPackage

/// Builds a catalog anew beside the one that is in use, and replaces that once it is complete.
///
/// What was built stays when it is interrupted, and the next run goes on from there.
package struct CatalogRebuild {
    private let folder: CatalogFolder
    private let log: FilePath

    package init(_ folder: CatalogFolder, of log: FilePath) {
        self.folder = folder
        self.log = log
    }

    /// Does all of it.
    ///
    /// - Parameters:
    ///   - fresh: whether to begin from nothing even if some of it is there.
    ///   - progress: called after each batch; false stops, and the next run goes on.
    /// - Returns: whether the catalog was replaced.
    package func run(
        fresh: Bool, progress: (CatalogProgress) -> Bool
    ) throws(CatalogFollowFailure) -> Bool {
        do throws(CatalogFailure) {
            if fresh { try folder.discardRebuild() }
        } catch {
            throw .catalog(error)
        }
        let snapshot: LogSnapshot
        let tokens: PersonalTokenizer?
        do throws(LogReadFailure) {
            snapshot = try LogSnapshot(directory: log)
            tokens = try PersonalTokenizer(snapshot)
        } catch {
            throw .log(error)
        }
        guard let claim = snapshot.newest?.claim else {
            throw .log(LogReadFailure(.noCheckpoint, log))
        }
        do throws(CatalogFailure) {
            let building = try CatalogBuilding(
                folder, of: log, origin: claim.origin.text, tokens: tokens)
            var state = CatalogProgress(size: 0, logSize: 1)
            while !state.isThere {
                do throws(CatalogFollowFailure) {
                    state = try building.step(snapshot)
                } catch {
                    guard case .catalog(let failure) = error else {
                        throw CatalogFailure(.unavailable, error.message)
                    }
                    throw failure
                }
                guard progress(state) else {
                    try building.close()
                    return false
                }
            }
            try building.finish()
            try folder.replace()
            return true
        } catch {
            throw .catalog(error)
        }
    }
}

/// A catalog that is being built beside the one in use, batch by batch.
package final class CatalogBuilding {
    private let catalog: SQLiteCatalog
    private var follower: CatalogFollower<SQLiteCatalog>

    /// Goes on with what was begun, or begins anew where that is of no use.
    package init(
        _ folder: CatalogFolder, of log: FilePath, origin: String, tokens: PersonalTokenizer?
    ) throws(CatalogFailure) {
        func open() throws(CatalogFailure) -> SQLiteCatalog {
            try SQLiteCatalog(
                writing: folder.rebuilding, origin: origin, tokens: tokens, readers: 1)
        }
        do throws(CatalogFailure) {
            catalog = try open()
        } catch {
            guard [.damaged, .otherLog, .newer, .older].contains(error.code) else { throw error }
            try folder.discardRebuild()
            catalog = try open()
        }
        follower = CatalogFollower(catalog, of: log, values: tokens.map { FollowedValues($0) })
    }

    /// Stores the next records; a batch of them at most.
    package func step(
        _ snapshot: LogSnapshot, most: UInt64 = .max
    ) throws(CatalogFollowFailure) -> CatalogProgress {
        try follower.step(snapshot, most: most)
    }

    /// Makes statistics, moves everything into the one file, and closes it: it may take its place.
    package func finish() throws(CatalogFailure) {
        try catalog.rest()
        try catalog.close()
    }

    /// Closes the file; what was built stays for the next time.
    package func close() throws(CatalogFailure) { try catalog.close() }
}
