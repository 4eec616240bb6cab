// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import LogReading
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
        fresh: Bool, progress: (Int, Int) -> Bool
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
            let catalog = try open(origin: claim.origin.text, tokens)
            var follower = CatalogFollower(
                catalog, of: log, values: tokens.map { FollowedValues($0) })
            var isWanted = true
            var state = CatalogFollower<SQLiteCatalog>.Progress(size: 0, logSize: 1)
            while isWanted, !state.isThere {
                do throws(CatalogFollowFailure) {
                    state = try follower.step(snapshot)
                } catch {
                    guard case .catalog(let failure) = error else {
                        throw CatalogFailure(.unavailable, error.message)
                    }
                    throw failure
                }
                isWanted = progress(Int(state.size), Int(state.logSize))
            }
            if state.isThere { try catalog.rest() }
            try catalog.close()
            guard state.isThere else { return false }
            try folder.replace()
            return true
        } catch {
            throw .catalog(error)
        }
    }

    /// What was begun, or a new one where that is of no use.
    private func open(
        origin: String, _ tokens: PersonalTokenizer?
    ) throws(CatalogFailure) -> SQLiteCatalog {
        do throws(CatalogFailure) {
            return try SQLiteCatalog(writing: folder.rebuilding, origin: origin, tokens: tokens)
        } catch {
            guard error.code == .damaged || error.code == .otherLog || error.code == .newer else {
                throw error
            }
            try folder.discardRebuild()
            return try SQLiteCatalog(writing: folder.rebuilding, origin: origin, tokens: tokens)
        }
    }
}
