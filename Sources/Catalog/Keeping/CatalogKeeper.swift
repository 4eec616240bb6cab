// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
internal import LogReading
internal import Merkle
internal import SignedNotes
internal import Synchronization
package import SystemPackage

/// Keeps the catalog of one log: opens it, follows the log, and gets over whatever befalls the file.
///
/// It works in turns, each of one batch at most, and is told the time: whoever gives it turns decides where and how
/// often. Nothing that goes wrong here concerns the log or the proxy.
///
/// Safe: turns and the closing are given by one thread at a time; what others ask and say is in `board`.
package final class CatalogKeeper: @unchecked Sendable {
    /// When a turn is given.
    package struct Moment: Sendable {
        /// Since some moment in the past.
        package var uptime: Duration
        package var now: UTCInstant
        /// How many records are durable.
        package var logSize: UInt64
        /// Most records that this turn is to take.
        package var mostRecords: UInt64

        package init(
            uptime: Duration, now: UTCInstant, logSize: UInt64, mostRecords: UInt64 = .max
        ) {
            self.uptime = uptime
            self.now = now
            self.logSize = logSize
            self.mostRecords = mostRecords
        }
    }

    /// What came of a turn.
    package struct Turn: Sendable {
        package var news: [CatalogNews] = []
        /// Whether the next turn should follow at once.
        package var hasMore = false
    }

    /// What other threads see and ask for.
    private struct Board: Sendable {
        var standing = CatalogStanding()
        var catalog: SQLiteCatalog?
        /// Whether the catalog is to be built anew beside the present one; and whether from nothing.
        var wantsRebuild: Bool?
        /// What a reader found.
        var damage: CatalogFailure?
        /// The last moment at which everything was here.
        var level = Duration.zero
    }

    private let folder: CatalogFolder
    private let log: FilePath
    private let origin: String
    private let board = Mutex(Board())

    // Of the thread that gives turns.
    private var kept: KeptCatalog?
    private var building: CatalogBuilding?
    private var snapshot: LogSnapshot?
    private var trouble = CatalogTrouble()
    private var pace = CatalogPace()
    private var news: [CatalogNews] = []
    private var failures: UInt64 = 0
    /// Whether this turn began with a rebuild to do: only then does a failure say anything of it.
    private var isRebuilding = false
    private var rebuildFailures: UInt64 = 0

    package init(_ folder: CatalogFolder, of log: FilePath, origin: String) {
        self.folder = folder
        self.log = log
        self.origin = origin
    }

    /// The catalog, for those who ask it; nil while there is none that can be asked.
    package var catalog: SQLiteCatalog? { board.withLock { $0.catalog } }

    /// How it stands.
    package func standing(at uptime: Duration, logSize: UInt64) -> CatalogStanding {
        board.withLock { board in
            var standing = board.standing
            standing.logSize = max(logSize, standing.size)
            standing.lag = standing.lagRecords == 0 ? .zero : max(.zero, uptime - board.level)
            return standing
        }
    }

    /// Has the catalog built anew beside the present one, which answers meanwhile.
    ///
    /// - Parameter fresh: whether to begin from nothing even if some of it is there.
    package func rebuild(fresh: Bool) { board.withLock { $0.wantsRebuild = fresh } }

    /// Somebody who read the catalog found it damaged.
    package func noticed(_ failure: CatalogFailure) {
        guard failure.code == .damaged else { return }
        board.withLock { $0.damage = failure }
    }

    /// Does the next piece of work.
    package func turn(_ moment: Moment) -> Turn {
        news = []
        var hasMore = false
        let isAsked = board.withLock { $0.wantsRebuild != nil }
        isRebuilding = isAsked || building != nil
        if isAsked || trouble.isOver(at: moment.uptime) {
            do throws(CatalogFollowFailure) {
                hasMore = try work(moment)
                if let lasted = trouble.end(at: moment.uptime) {
                    news.append(.recovered(after: lasted))
                }
            } catch {
                hasMore = meet(error, moment)
            }
        }
        show(moment)
        return Turn(news: news, hasMore: hasMore)
    }

    /// Closes everything; no turn may follow.
    package func close() -> CatalogFailure? {
        do throws(CatalogFailure) {
            snapshot = nil
            try building?.close()
            building = nil
            try leave()
            return nil
        } catch {
            return error
        }
    }

    // MARK: Work

    /// - Returns: whether there is more to do at once.
    private func work(_ moment: Moment) throws(CatalogFollowFailure) -> Bool {
        let (wish, damage) = board.withLock { board in
            defer { board.damage = nil }
            return (board.wantsRebuild, board.damage)
        }
        if let damage { throw .catalog(damage) }
        if kept == nil { try open(moment) }
        guard let kept else { return false }
        guard kept.isInPlace else {
            news.append(.replaced)
            try storing { () throws(CatalogFailure) in
                try self.leave()
                try self.folder.discardJournal()
            }
            return true
        }
        let isShort = folder.isShortOfRoom
        if isShort, kept.size < moment.logSize || building != nil || wish != nil {
            throw .catalog(
                CatalogFailure(.diskFull, "the little room that is left is the log's"))
        }
        var hasMore = false
        if kept.size < moment.logSize { hasMore = try follow(kept, moment) }
        if building == nil, wish != nil || folder.isRebuilding {
            try beginBuilding(fresh: wish == true, moment)
        }
        if let building { return try build(building, kept, moment) || hasMore }
        if !hasMore { try storing { () throws(CatalogFailure) in try self.rest(kept, moment) } }
        return hasMore
    }

    private func storing<Result>(
        _ body: () throws(CatalogFailure) -> Result
    ) throws(CatalogFollowFailure) -> Result {
        do throws(CatalogFailure) { return try body() } catch { throw .catalog(error) }
    }

    /// The log as it stands, read again once everything that it had is here.
    private func current(beyond size: UInt64) throws(CatalogFollowFailure) -> LogSnapshot {
        if let snapshot, let end = snapshot.newest?.claim.size.count, end > size { return snapshot }
        do throws(LogReadFailure) {
            let fresh = try LogSnapshot(directory: log)
            board.withLock { $0.standing.counts.snapshots += 1 }
            snapshot = fresh
            return fresh
        } catch {
            throw .log(error)
        }
    }

    private func tokens() throws(CatalogFollowFailure) -> PersonalTokenizer? {
        let snapshot = try current(beyond: .max)
        do throws(LogReadFailure) {
            // A new log has no keys yet. They are looked for again with the first values that are sealed.
            return try PersonalTokenizer(snapshot) ?? PersonalTokenizer(keys: [:])
        } catch {
            throw .log(error)
        }
    }

    /// Opens the catalog, once the log has something to follow.
    private func open(_ moment: Moment) throws(CatalogFollowFailure) {
        guard moment.logSize > 0 else { return }
        let tokens = try tokens()
        let kept = try storing { () throws(CatalogFailure) in
            let claim = try self.folder.claim()
            let opened = try self.folder.open(
                origin: self.origin, tokens: tokens, now: moment.now)
            if let setAside = opened.setAside {
                self.noteSetAside(setAside)
                // The folder that was claimed is not here any more.
                return try KeptCatalog(
                    opened.catalog, claim: try self.folder.claim(), of: self.log, tokens)
            }
            return try KeptCatalog(opened.catalog, claim: claim, of: self.log, tokens)
        }
        self.kept = kept
        board.withLock { $0.catalog = kept.catalog }
        if let missing = pace.begin(kept.size, moment) { news.append(.building(missing: missing)) }
    }

    private func noteSetAside(_ setAside: CatalogFolder.SetAside) {
        news.append(.setAside(setAside))
        board.withLock { $0.standing.counts.setAside += 1 }
    }

    private func follow(
        _ kept: KeptCatalog, _ moment: Moment
    ) throws(CatalogFollowFailure) -> Bool {
        let before = kept.size
        let progress = try kept.step(
            try current(beyond: kept.size), most: moment.mostRecords)
        if progress.size > before { board.withLock { $0.standing.counts.batches += 1 } }
        if progress.hasErased {
            try storing { () throws(CatalogFailure) in try self.folder.discardSetAside() }
        }
        if progress.isThere { snapshot = nil }
        return !progress.isThere
    }

    // MARK: Beside

    private func beginBuilding(
        fresh: Bool, _ moment: Moment
    ) throws(CatalogFollowFailure) {
        let tokens = try tokens()
        building = try storing { () throws(CatalogFailure) in
            if fresh { try self.folder.discardRebuild() }
            return try CatalogBuilding(
                self.folder, of: self.log, origin: self.origin, tokens: tokens)
        }
        pace.beginBeside(moment)
        board.withLock { ($0.standing.rebuilt, $0.wantsRebuild) = (0, nil) }
    }

    private func build(
        _ building: CatalogBuilding, _ kept: KeptCatalog, _ moment: Moment
    ) throws(CatalogFollowFailure) -> Bool {
        let rebuilt = board.withLock { $0.standing.rebuilt ?? 0 }
        let progress: CatalogProgress
        let snapshot = try current(beyond: rebuilt)
        do throws(CatalogFollowFailure) {
            progress = try building.step(snapshot, most: moment.mostRecords)
        } catch {
            guard case .catalog(let failure) = error,
                [.damaged, .otherLog, .notNext].contains(failure.code)
            else { throw error }
            // The one in use is not concerned.
            board.withLock { $0.wantsRebuild = true }
            throw .catalog(
                CatalogFailure(.unavailable, "the new one has to be begun again: \(failure.detail)")
            )
        }
        board.withLock { $0.standing.rebuilt = progress.size }
        pace.note(progress.size, moment)
        guard progress.isThere else { return true }
        try storing { () throws(CatalogFailure) in
            try building.finish()
            self.building = nil
            board.withLock { $0.standing.rebuilt = nil }
            // Crash point: the new one is complete and closed; the next start finds it and puts it in its place.
            let claim = kept.claim
            try self.leave()
            try withExtendedLifetime(claim) { () throws(CatalogFailure) in
                try self.folder.replace()
            }
        }
        self.snapshot = nil
        board.withLock { $0.standing.counts.rebuilds += 1 }
        news.append(.rebuilt(records: progress.size))
        return true
    }

    // MARK: Care

    private func rest(_ kept: KeptCatalog, _ moment: Moment) throws(CatalogFailure) {
        let wal = try kept.catalog.walBytes()
        if let bytes = pace.longWAL(wal) { news.append(.longWAL(bytes: bytes)) }
        if pace.isTimeToRest(wal, kept.size, moment) { try kept.catalog.rest() }
        if pace.isTimeToCount(kept.size, moment) {
            let count = try kept.catalog.count(CatalogQuery(), within: .seconds(5))
            board.withLock { $0.standing.accesses = UInt64(clamping: count.accesses) }
        }
    }

    /// Closes the catalog in use.
    private func leave() throws(CatalogFailure) {
        guard let kept else { return }
        self.kept = nil
        board.withLock { $0.catalog = nil }
        try kept.catalog.close()
    }

    // MARK: Trouble

    /// - Returns: whether the next turn can follow at once.
    private func meet(_ failure: CatalogFollowFailure, _ moment: Moment) -> Bool {
        snapshot = nil
        failures += 1
        guard case .catalog(let cause) = failure else {
            return bear(failure, moment)
        }
        do throws(CatalogFailure) {
            // What is wrong is found anew: in memory there is nothing that is not in the file or in the log.
            building = nil
            try leave()
        } catch {
            // It could not be closed well, which is no news of a file that cannot be used.
        }
        // One of a newer version goes only if somebody says so.
        let isAsked = board.withLock { $0.wantsRebuild != nil }
        guard cause.isOfNoUse || cause.code == .newer && isAsked else {
            return bear(failure, moment)
        }
        do throws(CatalogFailure) {
            noteSetAside(try folder.setAside(cause, now: moment.now))
            trouble = CatalogTrouble()
            // It is built anew in any case.
            board.withLock { ($0.wantsRebuild, $0.standing.rebuilt) = (nil, nil) }
            return true
        } catch {
            return bear(.catalog(error), moment)
        }
    }

    private func bear(_ failure: CatalogFollowFailure, _ moment: Moment) -> Bool {
        if isRebuilding { rebuildFailures += 1 }
        if trouble.met(failure, at: moment.uptime) { news.append(.failed(failure)) }
        return false
    }

    // MARK: Showing

    private func show(_ moment: Moment) {
        let size = kept?.size
        if let size {
            if let news = pace.news(size, moment) { self.news.append(news) }
        }
        let (rate, isFar, failure) = (pace.rate, pace.isFar, trouble.failure)
        let (failures, rebuildFailures) = (failures, rebuildFailures)
        let bytes = kept?.bytes
        board.withLock { board in
            if let size { board.standing.size = size }
            if let bytes { (board.standing.fileBytes, board.standing.walBytes) = bytes }
            board.standing.rate = rate
            // Together: who sees that something went wrong again sees what.
            board.standing.failure = failure
            board.standing.counts.failures = failures
            board.standing.counts.rebuildFailures = rebuildFailures
            board.standing.state =
                failure != nil ? .failed : size == nil ? .opening : isFar ? .building : .following
            if let size, size >= moment.logSize { board.level = moment.uptime }
        }
        if case .progress? = news.last {
            news[news.count - 1] = .progress(
                standing(at: moment.uptime, logSize: moment.logSize))
        }
    }
}
