// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Ledger
import LogReading
import Merkle
import SystemPackage
import TestSupport
import Testing

@testable import Catalog

/// A log, and a catalog of it that is kept: a second passes with each turn.
final class KeptLog {
    static let origin = "audit.example.com/test"

    private let log: LedgerLog
    /// The log's files, as they are now.
    private(set) var directory: TestDirectory
    /// What the catalog's folder lies in.
    let place: TestDirectory
    let folder: CatalogFolder
    private(set) var keeper: CatalogKeeper
    private(set) var size: UInt64
    private var seconds = 0

    /// - Parameter path: of the catalog's folder; nil: `catalog` in `place`.
    init(_ records: Int, in place: TestDirectory? = nil, path: FilePath? = nil) throws {
        log = try LedgerLog(records)
        directory = log.directory
        self.place = try place ?? TestDirectory()
        folder = CatalogFolder(path ?? self.place.path.appending("catalog"))
        keeper = CatalogKeeper(folder, of: directory.path, origin: Self.origin)
        size = try LogSnapshot(directory: directory.path).size.count
    }

    /// More accesses.
    func grow(_ count: Int) throws {
        try grow { try LedgerLog.append(count, to: $0, log.fixture) }
    }

    /// A record that says whose keys are destroyed.
    func erase(subjects: [String], periods: [String]) throws {
        try grow { ledger in
            let (uid, now) = ledger.newRecord()
            var record = SystemRecord.logStop(uid: uid, time: now, cause: .shutdown)
            record.reason = nil
            record.category = .privacy
            record.action = .privacyErase
            let erased = [("periods", periods), ("subjects", subjects)]
            record.details.append(
                JSONMember(
                    "erase",
                    .object(erased.map { JSONMember($0.0, .array($0.1.map { .string($0) })) })))
            let fate = try ledger.appendAndWait(
                record.draft(producer: ledger.producer), tally: .uncounted)
            guard case .recorded = fate else { throw FixtureFault.notRecorded }
        }
    }

    /// What another start of the log adds. A keeper that has the log open sees it.
    private func grow(_ append: (Ledger) throws -> Void) throws {
        let ledger = try log.fixture.open(log.storage)
        try append(ledger)
        #expect(ledger.close() == nil)
        let grown = try TestDirectory(log.storage)
        for name in grown.files { try directory.write(try grown.read(name), to: name) }
        size = try LogSnapshot(directory: directory.path).size.count
    }

    func turn() -> CatalogKeeper.Turn {
        seconds += 1
        return keeper.turn(
            CatalogKeeper.Moment(
                uptime: .seconds(seconds),
                now: UTCInstant(microseconds: Int64(seconds) * 1_000_000),
                logSize: size))
    }

    /// Gives turns until nothing is left to do, and some more.
    ///
    /// - Returns: what was told.
    func settle(turns: Int = 3) throws -> [CatalogNews] {
        var news: [CatalogNews] = []
        var idle = 0
        for _ in 0..<1000 where idle < turns {
            let turn = turn()
            news += turn.news
            idle = turn.hasMore ? 0 : idle + 1
        }
        #expect(idle == turns, "it never rests: \(news)")
        return news
    }

    var standing: CatalogStanding { keeper.standing(at: .seconds(seconds + 1), logSize: size) }

    func stop() { #expect(keeper.close() == nil) }

    /// Another start of the process.
    func reopen() { keeper = CatalogKeeper(folder, of: directory.path, origin: Self.origin) }

    /// Changes the file of a catalog that nobody keeps.
    func pragma(_ text: String) throws {
        let connection = try SQLiteConnection(folder.file, isWriter: true)
        try connection.exclusively { (connection) throws(CatalogFailure) in
            try connection.execute("PRAGMA " + text)
        }
        try connection.close()
    }

    /// The catalog has what one that was built in one go has.
    func checkAgainstFresh(_ place: SourceLocation = #_sourceLocation) throws {
        let catalog = try #require(keeper.catalog, sourceLocation: place)
        let other = try TestDirectory()
        let tokens = try PersonalTokenizer(LogSnapshot(directory: directory.path))
        let fresh = try SQLiteCatalog(
            writing: other.path.appending("fresh.sqlite"), origin: Self.origin, tokens: tokens)
        var follower = CatalogFollower(
            fresh, of: directory.path, values: tokens.map { FollowedValues($0) })
        while try !follower.step().isThere {}
        let fields = CatalogField.allCases.filter(\.isCounted)
        for unit in [CatalogUnit.access, .record] {
            let query = CatalogQuery(unit: unit)
            for order in CatalogOrder.allCases {
                let rows = try catalog.all(query, order, by: 100)
                #expect(rows == (try fresh.all(query, order, by: 100)), sourceLocation: place)
            }
            #expect(
                try catalog.count(query, within: .seconds(60))
                    == fresh.count(query, within: .seconds(60)), sourceLocation: place)
            #expect(
                try catalog.facets(query, of: fields, most: 100, within: .seconds(60))
                    == fresh.facets(query, of: fields, most: 100, within: .seconds(60)),
                sourceLocation: place)
        }
        #expect(try catalog.position() == fresh.position(), sourceLocation: place)
        #expect(try catalog.position()?.size == size, sourceLocation: place)
        try fresh.close()
    }
}
