// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Catalog
import Ledger
import Logging
import Merkle
import NIOCore
import NIOPosix
import Settings
import Synchronization
import SystemPackage

/// Keeps the catalog of a server's log, on a thread that yields to all others.
///
/// It looks once a second whether the log has grown, so that the log's own threads do nothing for it, and reads it as
/// any other process would.
final class CatalogKeeping: Sendable {
    private let keeper: CatalogKeeper
    private let feed: LogFeed
    private let now: @Sendable () -> UTCInstant
    private let logger: Logger
    private let thread = YieldingThread(named: "catalog")
    private let began = ContinuousClock.now
    /// Whether the thread works, so that no further turn is asked of it.
    private let isBusy = Atomic(false)
    private let isOver = Atomic(false)
    private let share = Mutex(
        CatalogShare(processors: System.coreCount, every: .seconds(1)))
    private let looking = Mutex<RepeatedTask?>(nil)

    /// Where a configuration has the catalog; nil where none is kept.
    static func place(_ log: LogSettings) -> FilePath? {
        log.catalog.folder.map { FilePath($0.text) }
    }

    /// Begins to keep the catalog; nil where none is to be kept.
    ///
    /// Nothing of it is opened before this returns: the proxy waits for no catalog.
    static func start(
        _ ledger: Ledger, _ log: LogSettings, now: @escaping @Sendable () -> UTCInstant,
        logger: Logger
    ) -> CatalogKeeping? {
        guard let place = place(log) else { return nil }
        let keeping = CatalogKeeping(
            CatalogKeeper(
                CatalogFolder(place), of: FilePath(log.directory.text), origin: log.origin.text),
            ledger.feed, now: now, logger: logger)
        keeping.begin()
        return keeping
    }

    private init(
        _ keeper: CatalogKeeper, _ feed: LogFeed, now: @escaping @Sendable () -> UTCInstant,
        logger: Logger
    ) {
        self.keeper = keeper
        self.feed = feed
        self.now = now
        self.logger = logger
    }

    private func begin() {
        let task = MultiThreadedEventLoopGroup.singleton.any().scheduleRepeatedTask(
            initialDelay: .zero, delay: .seconds(1)
        ) { [self] _ in wake() }
        looking.withLock { $0 = task }
    }

    private func wake() {
        guard !isBusy.exchange(true, ordering: .acquiringAndReleasing) else { return }
        thread.submit { [self] state in
            defer { isBusy.store(false, ordering: .releasing) }
            guard state == .active else { return }
            work()
        }
    }

    private func work() {
        var share = share.withLock { $0 }
        defer { self.share.withLock { $0 = share } }
        share.begin(CatalogShare.Use.ofThisThread)
        while !isOver.load(ordering: .relaxed) {
            let turn = keeper.turn(
                CatalogKeeper.Moment(
                    uptime: uptime, now: now(), logSize: feed.size.count,
                    mostRecords: share.mostRecords))
            for news in turn.news { tell(news) }
            guard share.mayGoOn(CatalogShare.Use.ofThisThread), turn.hasMore else { return }
        }
    }

    private var uptime: Duration { ContinuousClock.now - began }

    /// How the catalog stands.
    var standing: CatalogStanding { keeper.standing(at: uptime, logSize: feed.size.count) }

    /// The catalog, for those who answer from it in this process; nil while there is none that can be asked.
    var catalog: SQLiteCatalog? { keeper.catalog }

    /// What somebody met who read the catalog: a damaged one is set aside.
    func noticed(_ failure: CatalogFailure) { keeper.noticed(failure) }

    /// Has the catalog built anew beside the present one.
    ///
    /// - Parameter fresh: whether to begin from nothing even if some of it is there.
    func rebuild(fresh: Bool) {
        keeper.rebuild(fresh: fresh)
        wake()
    }

    /// Ends after the batch in progress. What is stored is complete, whenever that is.
    func stop() async {
        looking.withLock { $0?.cancel() }
        isOver.store(true, ordering: .relaxed)
        guard await thread.stop(), let failure = keeper.close() else { return }
        logger.warning("catalog was not closed well", metadata: ["cause": "\(failure.detail)"])
    }

    private func tell(_ news: CatalogNews) {
        let line = news.line
        logger.log(
            level: line.level, "\(line.text)",
            metadata: line.fields.mapValues { .string($0) })
    }
}

extension CatalogNews {
    /// What the server's log says of it.
    var line: LedgerWatch.Line {
        func seconds(_ time: Duration) -> String { "\(time.components.seconds)" }
        func line(
            _ level: Logger.Level, _ text: String, _ fields: [String: String]
        ) -> LedgerWatch.Line {
            LedgerWatch.Line(level: level, text: text, fields: fields)
        }
        return switch self {
        case .failed(let failure):
            line(
                .warning, "catalog cannot be kept; trying again",
                ["cause": failure.message])
        case .recovered(let time):
            line(.notice, "catalog is kept again", ["seconds": seconds(time)])
        case .setAside(let aside):
            line(
                .warning, "catalog set aside; building it anew from the log",
                [
                    "cause": "\(aside.failure.code.rawValue): \(aside.failure.detail)",
                    "folder": aside.path.string,
                ])
        case .replaced:
            line(.notice, "catalog was removed or replaced; opening what is there", [:])
        case .building(let missing):
            line(.notice, "catalog is being built", ["records": "\(missing)"])
        case .progress(let standing):
            line(
                .notice, "catalog is being built",
                [
                    "records": "\(standing.size) of \(standing.logSize)",
                    "per second": "\(standing.rate)",
                    "seconds left": standing.remaining.map(seconds) ?? "?",
                ])
        case .complete(let records, let time):
            line(
                .notice, "catalog is complete",
                ["records": "\(records)", "seconds": seconds(time)])
        case .rebuilt(let records):
            line(.notice, "catalog was rebuilt", ["records": "\(records)"])
        case .longWAL(let bytes):
            line(
                .warning,
                "catalog's write-ahead log is long: somebody reads it without an end",
                ["MiB": "\(bytes >> 20)"])
        }
    }
}
