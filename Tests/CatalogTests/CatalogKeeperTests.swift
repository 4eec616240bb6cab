// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import LogReading
import Merkle
import SystemPackage
import TestSupport
import Testing

@testable import Catalog

@Suite struct `A catalog that is kept` {
    @Test func `has all of the log, goes on with it, and reads the journals once for each growth`()
        throws
    {
        let kept = try KeptLog(30)
        #expect(try kept.settle() == [])
        #expect(kept.standing.state == .following)
        #expect(kept.standing.size == kept.size && kept.standing.lagRecords == 0)
        let count = try kept.keeper.catalog?.count(CatalogQuery(), within: .seconds(60))
        #expect(kept.standing.accesses == count.map { UInt64($0.accesses) })
        // None while nothing grows.
        let first = kept.standing.counts
        #expect(first.snapshots == 1 && first.batches == 1)
        #expect(try kept.settle() == [])
        #expect(kept.standing.counts == first)
        try kept.grow(12)
        #expect(kept.standing.lagRecords > 12 && kept.standing.lag > .zero)
        #expect(try kept.settle() == [])
        #expect(kept.standing.counts.snapshots == 2 && kept.standing.counts.batches == 2)
        try kept.checkAgainstFresh()
    }

    @Test func `has tokens of what is sealed after it was opened on a new log`() throws {
        let kept = try KeptLog(0)
        #expect(try kept.settle() == [])
        try kept.grow(5)
        #expect(try kept.settle() == [])
        let catalog = try #require(kept.keeper.catalog)
        #expect(catalog.hasTokens)
        let withheld = CatalogQuery(.field(.path, .withheld))
        #expect(try catalog.page(CatalogPageRequest(withheld, limit: 100)).rows.isEmpty)
        let known = CatalogQuery(.field(.path, .exists))
        #expect(try catalog.page(CatalogPageRequest(known, limit: 100)).rows.count == 5)
    }

    @Test func `goes on where it was after an end at any turn`() throws {
        let kept = try KeptLog(20)
        _ = kept.turn()
        for _ in 0..<5 {
            // Nothing is closed, as when the process is killed.
            kept.reopen()
            try kept.grow(3)
            _ = kept.turn()
        }
        #expect(try kept.settle() == [])
        try kept.checkAgainstFresh()
    }

    /// What can befall the file while nobody looks, and how it is called then.
    static let damages: [(String, CatalogFailure.Code, @Sendable (TestDirectory) throws -> Void)] =
        [
            ("bytes of the header", .damaged, { try $0.tamper(file) { $0[3] ^= 0x10 } }),
            (
                "bytes of pages", .damaged,
                { try $0.tamper(file) { for at in 4096..<$0.count { $0[at] ^= 0x55 } } }
            ),
            (
                "the end is missing", .damaged,
                { try $0.tamper(file) { $0.removeLast($0.count - 6000) } }
            ),
            (
                "a text", .damaged,
                { try $0.write([UInt8](repeating: UInt8(ascii: "x"), count: 9000), to: file) }
            ),
            (
                "a folder in the file's place", .damaged,
                {
                    try $0.remove(file)
                    try $0.write([1], to: file + "/note")
                }
            ),
            (
                "a file in the folder's place", .damaged,
                {
                    try $0.remove("catalog")
                    try $0.write([1], to: "catalog")
                }
            ),
        ]
    private static let file = "catalog/" + SQLiteCatalog.fileName

    @Test(arguments: damages.indices)
    func `is set aside if it is damaged, and built anew`(number: Int) throws {
        let (name, code, damage) = Self.damages[number]
        let kept = try KeptLog(40)
        _ = try kept.settle()
        kept.stop()
        try damage(kept.place)
        kept.reopen()
        let news = try kept.settle()
        guard case .setAside(let aside)? = news.first, news.count == 1 else {
            Issue.record("\(name): \(news)")
            return
        }
        #expect(aside.failure.code == code, "\(name)")
        #expect(aside.path.lastComponent?.string.hasPrefix("catalog.damaged-") == true)
        #expect(kept.standing.counts.setAside == 1)
        try kept.checkAgainstFresh()
        // The next one that is set aside takes the place of the first.
        kept.stop()
        try kept.place.tamper(Self.file) { $0[3] ^= 0x10 }
        kept.reopen()
        #expect(try kept.settle().count == 1)
        #expect(kept.folder.setAside().count <= 2)
    }

    @Test func `an empty file is a catalog that was not begun`() throws {
        let kept = try KeptLog(10)
        _ = try kept.settle()
        kept.stop()
        try kept.place.write([], to: Self.file)
        kept.reopen()
        #expect(try kept.settle() == [])
        try kept.checkAgainstFresh()
    }

    @Test func `of another log is set aside`() throws {
        let kept = try KeptLog(10)
        _ = try kept.settle()
        kept.stop()
        let other = try KeptLog(25, in: kept.place)
        let news = try other.settle()
        guard case .setAside(let aside)? = news.first else {
            Issue.record("\(news)")
            return
        }
        #expect(aside.failure.code == .otherLog)
        try other.checkAgainstFresh()
    }

    @Test func `of a newer version is left alone, told once, and goes if somebody says so`() throws
    {
        let kept = try KeptLog(10)
        _ = try kept.settle()
        kept.stop()
        try kept.pragma("user_version = \(SQLiteSchema.version + 1)")
        let before = try kept.place.read(Self.file)
        kept.reopen()
        var news: [CatalogNews] = []
        for _ in 0..<300 { news += kept.turn().news }
        #expect(news.count == 1)
        guard case .failed(.catalog(let failure))? = news.first else {
            Issue.record("\(news)")
            return
        }
        #expect(failure.code == .newer)
        #expect(kept.standing.state == .failed)
        #expect(try kept.place.read(Self.file) == before)
        kept.keeper.rebuild(fresh: false)
        guard case .setAside? = try kept.settle().first else {
            Issue.record("nobody sets it aside")
            return
        }
        try kept.checkAgainstFresh()
    }

    @Test func `of an older version is built anew`() throws {
        let kept = try KeptLog(10)
        _ = try kept.settle()
        kept.stop()
        try kept.pragma("user_version = \(SQLiteSchema.version - 1)")
        kept.reopen()
        #expect(try kept.settle() == [])
        #expect(kept.folder.setAside() == [])
        try kept.checkAgainstFresh()
    }

    @Test func `is opened again if its file is removed or replaced`() throws {
        let kept = try KeptLog(10)
        _ = try kept.settle()
        try kept.place.remove(Self.file)
        #expect(try kept.settle() == [.replaced])
        try kept.checkAgainstFresh()
        try kept.place.remove("catalog")
        #expect(try kept.settle() == [.replaced])
        try kept.checkAgainstFresh()
        // A text under its name is no catalog.
        try kept.place.remove(Self.file)
        try kept.place.write([UInt8](repeating: 0x20, count: 5000), to: Self.file)
        let news = try kept.settle()
        #expect(news.first == .replaced && news.count == 2)
        try kept.checkAgainstFresh()
    }

    @Test func `waits while another process keeps it, which is told once`() throws {
        let kept = try KeptLog(10)
        let claim = try kept.folder.claim()
        var news: [CatalogNews] = []
        for _ in 0..<300 { news += kept.turn().news }
        guard news.count == 1, case .failed(.catalog(let failure))? = news.first else {
            Issue.record("\(news)")
            return
        }
        #expect(failure.code == .inUse)
        withExtendedLifetime(claim) {}
        // The claim ends with its object.
        _ = consume claim
        guard case .recovered? = try kept.settle(turns: 100).first else {
            Issue.record("it does not try again")
            return
        }
        try kept.checkAgainstFresh()
    }

    @Test func `is built beside the one that answers, and takes its place`() throws {
        let kept = try KeptLog(50)
        _ = try kept.settle()
        let before = try #require(CatalogFolder.Identity(kept.folder.file))
        kept.keeper.rebuild(fresh: false)
        #expect(kept.keeper.catalog != nil)
        #expect(try kept.settle() == [.rebuilt(records: kept.size)])
        #expect(CatalogFolder.Identity(kept.folder.file) != before)
        #expect(kept.standing.counts.rebuilds == 1 && kept.standing.rebuilt == nil)
        #expect(!kept.folder.isRebuilding)
        try kept.checkAgainstFresh()
        // What was begun and not ended is gone on with; what is of no use is begun again.
        for isOfUse in [true, false] {
            kept.stop()
            let half = try SQLiteCatalog(
                writing: kept.folder.rebuilding, origin: KeptLog.origin, tokens: nil)
            try half.close()
            if !isOfUse { try kept.place.tamper("catalog/rebuild.sqlite") { $0[3] ^= 1 } }
            kept.reopen()
            #expect(try kept.settle() == [.rebuilt(records: kept.size)])
            try kept.checkAgainstFresh()
        }
    }

    @Test func `a rebuild that was stopped goes on where it was`() throws {
        let kept = try KeptLog(10)
        let rebuild = CatalogRebuild(kept.folder, of: kept.directory.path)
        _ = try kept.folder.claim()
        #expect(try !rebuild.run(fresh: true) { _ in false })
        #expect(kept.folder.isRebuilding)
        var first: UInt64?
        #expect(
            try rebuild.run(fresh: false) { progress in
                first = first ?? progress.size
                return true
            })
        // All was stored before it was stopped, so that nothing is stored again.
        #expect(first == kept.size)
        #expect(try kept.settle() == [])
        try kept.checkAgainstFresh()
    }

    @Test func `what a reader finds damaged is set aside, and no reader is left with it`() throws {
        let kept = try KeptLog(10)
        _ = try kept.settle()
        let catalog = try #require(kept.keeper.catalog)
        kept.keeper.noticed(CatalogFailure(.damaged, "a reader says so"))
        guard case .setAside? = try kept.settle().first else {
            Issue.record("nobody cares")
            return
        }
        let failure = #expect(throws: CatalogFailure.self) { try catalog.position() }
        #expect(failure?.code == .unavailable)
        try kept.checkAgainstFresh()
    }

    @Test func `an erasure takes the values away, and what was set aside with them`() throws {
        let kept = try KeptLog(12)
        _ = try kept.settle()
        kept.stop()
        try kept.place.tamper(Self.file) { $0[3] ^= 0x10 }
        kept.reopen()
        _ = try kept.settle()
        #expect(kept.folder.setAside().count == 1)
        func found(_ field: CatalogField, _ text: String) throws -> Int {
            let page = try kept.keeper.catalog?.page(
                CatalogPageRequest(CatalogQuery(.field(field, .equals(text))), limit: 100))
            return try #require(page).rows.count
        }
        #expect(try found(.address, "203.0.113.7") == 12)
        #expect(try found(.path, "/v1/invoices/7") == 1)
        try kept.erase(subjects: ["anonymous"], periods: [])
        #expect(try kept.settle() == [])
        #expect(try found(.address, "203.0.113.7") == 0)
        #expect(try found(.path, "/v1/invoices/7") == 1)
        #expect(kept.folder.setAside() == [])
        try kept.checkAgainstFresh()
        try kept.erase(subjects: ["tenant"], periods: [])
        _ = try kept.settle()
        #expect(try found(.path, "/v1/invoices/7") == 0)
        // One that is built anew has nothing of them either.
        kept.keeper.rebuild(fresh: true)
        _ = try kept.settle()
        #expect(try found(.address, "203.0.113.7") == 0)
        #expect(try found(.path, "/v1/invoices/7") == 0)
    }

    @Test func `without a folder it can be in, says so once, and the log is read on`() throws {
        let kept = try KeptLog(10, path: "/proc/no-such/catalog")
        var news: [CatalogNews] = []
        for _ in 0..<300 { news += kept.turn().news }
        #expect(news.count == 1)
        #expect(kept.standing.state == .failed && kept.standing.lagRecords == kept.size)
    }

    @Test func `cuts its write-ahead log off once nothing happens`() throws {
        let kept = try KeptLog(30)
        _ = try kept.settle()
        #expect(kept.standing.walBytes > 0)
        _ = try kept.settle(turns: 40)
        #expect(kept.standing.walBytes == 0)
        try kept.checkAgainstFresh()
    }
}
