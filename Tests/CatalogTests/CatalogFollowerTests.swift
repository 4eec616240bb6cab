// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Disclosures
import LogFormat
import Ledger
import LogReading
import Merkle
import SignedNotes
import SystemPackage
import TestSupport
import Testing

@testable import Catalog

@Suite struct `A catalog that follows a log` {
    private struct Followed {
        let folder: TestDirectory
        let catalog: SQLiteCatalog
    }

    private static let origin = "audit.example.com/test"

    private func catalog(_ tokens: PersonalTokenizer?) throws -> Followed {
        let folder = try TestDirectory()
        return Followed(
            folder: folder,
            catalog: try SQLiteCatalog(
                writing: folder.path.appending(SQLiteCatalog.fileName), origin: Self.origin,
                tokens: tokens))
    }

    private func follow(
        _ log: TestDirectory, _ catalog: SQLiteCatalog, _ tokens: PersonalTokenizer?
    ) throws {
        // The folder lives as long as its object.
        try withExtendedLifetime(log) {
            var follower = CatalogFollower(
                catalog, of: log.path, values: tokens.map { FollowedValues($0) })
            while try !follower.step().isThere {}
        }
    }

    @Test func `has every record, ends where the log does, and goes on`() throws {
        let log = try LedgerLog(20)
        let followed = try catalog(nil)
        try follow(log.directory, followed.catalog, nil)
        let snapshot = try LogSnapshot(directory: log.directory.path)
        let position = try #require(try followed.catalog.position())
        #expect(position.size == snapshot.size.count)
        #expect(position.root == snapshot.newest?.claim.root.hash.base64)
        let ledger = try log.fixture.open(log.storage)
        try LedgerLog.append(5, to: ledger, log.fixture)
        #expect(ledger.close() == nil)
        let grown = try TestDirectory(log.storage)
        try follow(grown, followed.catalog, nil)
        let size = try LogSnapshot(directory: grown.path).size.count
        #expect(try followed.catalog.position()?.size == size)
        let rows = try followed.catalog.all(
            CatalogQuery(unit: .record), .firstIndexFirst, by: 3)
        #expect(rows.map(\.index) == Array(0..<size))
        let accesses = try followed.catalog.count(
            CatalogQuery(.field(.category, .equals("access"))), within: .seconds(60))
        #expect(accesses.records == 25)
    }

    /// What each record commits to, opened with what is known of where that is.
    private func values(
        of directory: TestDirectory, _ place: (UInt64) throws -> Range<Int>?
    ) throws -> [[CommitGroup: OpenedGroup]] {
        let snapshot = try LogSnapshot(directory: directory.path)
        var reader = ValueReader(opening: snapshot)
        var leaves: [(index: LeafIndex, leaf: [UInt8])] = []
        try snapshot.forEachLeaf(in: 0..<snapshot.size.count) { leaves.append(($0, $1)) }
        return try leaves.map { index, leaf in
            if let place = try place(index.value) {
                reader.note(place, of: SealedStretch.number(of: index.value))
            }
            return try reader.groups(of: try Record(leaf: leaf), at: index)
        }
    }

    @Test func `knows where sealed values are, which is believed as far as they are there`() throws
    {
        let log = try LedgerLog(40)
        var tokens = try PersonalTokenizer(LogSnapshot(directory: log.directory.path))
        let followed = try catalog(tokens)
        try follow(log.directory, followed.catalog, tokens)
        let ledger = try log.fixture.open(log.storage)
        try LedgerLog.append(500, to: ledger, log.fixture)
        #expect(ledger.close() == nil)
        let grown = try TestDirectory(log.storage)
        try grown.forgetCommitJournal()
        tokens = try PersonalTokenizer(LogSnapshot(directory: grown.path))
        try follow(grown, followed.catalog, tokens)

        let all = try values(of: grown) { _ in nil }
        #expect(all.joined().allSatisfy { if case .opened = $0.value { true } else { false } })
        #expect(all.joined().count > 1000)
        let places = try all.indices.map { try followed.catalog.sealed(around: UInt64($0)) }
        for (index, values) in all.enumerated() where !values.isEmpty {
            #expect(places[index] != nil, "\(index)")
        }
        // Wrong ones cost time.
        for wrong in [0..<1, 7..<5000, 1 << 40..<1 << 41] {
            #expect(try values(of: grown) { _ in wrong } == all)
        }
        // Where the first block is none, whoever reads all of them finds nothing.
        try grown.tamper("segments/00000000/disclosures") { $0[0] ^= 1 }
        let none = try values(of: grown) { _ in nil }
        #expect(!none.joined().contains { if case .opened = $0.value { true } else { false } })
        let stretch = Int(SealedStretch.records)
        let found = try values(of: grown) { places[Int($0)] }
        for index in all.indices.dropFirst(stretch) {
            #expect(found[index] == all[index], "record \(index)")
        }
    }

    @Test func `refuses another log, and another history of the same one`() throws {
        let followed = try catalog(nil)
        try follow(try LedgerLog(20).directory, followed.catalog, nil)
        // Of the same name, as long, with other leaves; and one that is shorter.
        for count in [20, 30, 2] {
            let log = try LedgerLog(count)
            let failure = #expect(throws: CatalogFollowFailure.self, "\(count) records") {
                try follow(log.directory, followed.catalog, nil)
            }
            guard case .catalog(let failure)? = failure else {
                Issue.record("the log was blamed")
                continue
            }
            #expect(failure.code == .otherLog)
        }
    }

    @Test func `is built beside the other, stopped, gone on with and put in its place`() throws {
        let log = try LedgerLog(30)
        let parent = try TestDirectory()
        let folder = CatalogFolder(parent.path.appending("catalog"))
        let now = UTCInstant(microseconds: 0)
        let old = try folder.open(origin: Self.origin, tokens: nil, now: now)
        try old.catalog.close()
        let rebuild = CatalogRebuild(folder, of: log.directory.path)
        var calls: [Int] = []
        #expect(
            try rebuild.run(fresh: true) { progress in
                calls.append(Int(progress.size))
                return true
            })
        let size = try LogSnapshot(directory: log.directory.path).size.count
        #expect(calls.last == Int(size))
        let new = try folder.open(origin: Self.origin, tokens: nil, now: now)
        #expect(new.setAside == nil)
        #expect(try new.catalog.position()?.size == size)
        #expect(
            parent.files == [
                "catalog/catalog.sqlite", "catalog/catalog.sqlite-shm",
                "catalog/catalog.sqlite-wal",
            ])
    }

    @Test func `finds personal values by tokens, and holds no text of them`() throws {
        let log = try LedgerLog(12)
        let snapshot = try LogSnapshot(directory: log.directory.path)
        let tokens = try #require(try PersonalTokenizer(snapshot))
        let followed = try catalog(tokens)
        try follow(log.directory, followed.catalog, tokens)
        func indexes(_ filter: CatalogFilter) throws -> Int {
            let page = try followed.catalog.page(
                CatalogPageRequest(CatalogQuery(filter), limit: 100))
            #expect(page.areCandidates)
            return page.rows.count
        }
        #expect(try indexes(.field(.path, .equals("/v1/invoices/7"))) == 1)
        #expect(try indexes(.field(.path, .prefix("/v1/invoices/"))) == 12)
        #expect(try indexes(.field(.path, .prefix("/v2/invoices/"))) == 0)
        #expect(try indexes(.field(.address, .equals("203.0.113.7"))) == 12)
        #expect(try indexes(.field(.address, .equals("203.0.113.8"))) == 0)
        for (text, bits, count) in [
            ("203.0.113.0", 24, 12), ("203.0.0.0", 16, 12), ("203.0.0.0", 8, 12),
            ("203.0.112.0", 20, 12), ("204.0.0.0", 8, 0), ("203.0.114.0", 24, 0),
        ] {
            let address = try #require(IPAddress(text))
            #expect(try indexes(.field(.address, .network(address, bits: bits))) == count)
        }
        try followed.catalog.rest()
        let bytes = try followed.folder.read(SQLiteCatalog.fileName)
        for text in ["203.0.113.7", "/v1/invoices/7"] {
            #expect(!Self.holds(bytes, Array(text.utf8)), "\(text)")
        }
    }

    @Test func `says of values that nobody may open that they are undecided`() throws {
        let log = try LedgerLog(12)
        let followed = try catalog(nil)
        try follow(log.directory, followed.catalog, nil)
        for filter in [
            CatalogFilter.field(.path, .equals("/v1/invoices/7")),
            .not(.field(.path, .equals("/v1/invoices/7"))),
        ] {
            let query = CatalogQuery(.and([.field(.category, .equals("access")), filter]))
            let page = try followed.catalog.page(CatalogPageRequest(query, limit: 100))
            #expect(page.rows.isEmpty && page.undecided == 12)
            let count = try followed.catalog.count(query, within: .seconds(60))
            #expect(count.accesses == 0 && count.undecided == 12)
        }
    }

    @Test func `forgets a subject and a month, so that nothing leads to their values`() throws {
        let log = try LedgerLog(12)
        let snapshot = try LogSnapshot(directory: log.directory.path)
        let tokens = try #require(try PersonalTokenizer(snapshot))
        func check(_ forget: (SQLiteCatalog) throws -> Void, _ field: CatalogField, _ text: String)
            throws
        {
            let followed = try catalog(tokens)
            try follow(log.directory, followed.catalog, tokens)
            try forget(followed.catalog)
            let page = try followed.catalog.page(
                CatalogPageRequest(CatalogQuery(.field(field, .equals(text))), limit: 100))
            #expect(page.rows.isEmpty)
            let number = try #require(SQLitePersonal(field)).rawValue
            let left = try #require(followed.catalog.writer).connection.exclusively {
                (connection) throws(CatalogFailure) in
                try connection.number("SELECT count(*) FROM token WHERE field = ?", [number])
            }
            #expect(left == 0)
            let query = CatalogQuery(.not(.field(field, .exists)))
            #expect(
                try followed.catalog.count(query, within: .seconds(60)).accesses
                    == Int64(snapshot.size.count) - 12)
        }
        try check({ try $0.forget(subject: "anonymous") }, .address, "203.0.113.7")
        try check({ try $0.forget(subject: "tenant") }, .path, "/v1/invoices/7")
        let period = Period(of: log.fixture.clock.now).text
        try check({ try $0.forget(period: period) }, .address, "203.0.113.7")
        try check({ try $0.forget(period: period) }, .path, "/v1/invoices/7")
    }

    private static func holds(_ bytes: [UInt8], _ text: [UInt8]) -> Bool {
        bytes.indices.dropLast(text.count - 1).contains { start in
            bytes[start] == text[0] && bytes[start..<start + text.count].elementsEqual(text)
        }
    }
}
