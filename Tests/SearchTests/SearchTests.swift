// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Catalog
import LogReading
import Merkle
import Query
import Search
import TestSupport
import Testing

@Suite struct `A search` {
    private static func search(
        _ text: String, _ log: MadeUpLog, _ catalog: SQLiteCatalog, _ unit: CatalogUnit = .access
    ) throws -> Search {
        let snapshot = try log.snapshot
        return try Search(
            try MadeUpSearch.query(text), unit: unit, in: catalog, of: snapshot,
            ValueReader(sealing: snapshot))
    }

    @Test func `that finds nothing says what stands in the way, and what was meant`() throws {
        let log = try MadeUpLog(120, seed: 10)
        let folder = try TestDirectory()
        let catalog = try log.catalog(100, in: folder)
        var search = try Self.search("service:biling status:404", log, catalog)
        #expect(try search.page(limit: 10).rows.isEmpty)
        let reasons = try search.reasons(within: .seconds(60))
        #expect(reasons.lag == 20)
        #expect(reasons.meant.map(\.nearest) == ["billing"])
        #expect(reasons.meant.first?.count ?? 0 > 0)
        #expect(reasons.without.map { QueryText.of($0.condition) } == ["service:biling"])
        var other = try Self.search("status:404", log, catalog)
        #expect(reasons.without.first?.count == (try other.count(within: .seconds(60))))
        let held = try #require(reasons.held)
        #expect(held.from.microseconds < held.to.microseconds)
    }

    @Test func `takes no cursor of another query, unit or order`() throws {
        let log = try MadeUpLog(60, seed: 11)
        let folder = try TestDirectory()
        let catalog = try log.catalog(60, in: folder)
        var search = try Self.search("", log, catalog)
        let next = try #require(try search.page(limit: 5).next)
        let other = try MadeUpSearch.query("status:404")
        #expect(SearchCursor(next.text, of: other, .access) == nil)
        #expect(SearchCursor(next.text, of: search.query, .record) == nil)
        #expect(SearchCursor(next.text + "A", of: search.query, .access) == nil)
        #expect(SearchCursor(next.text, of: search.query, .access) == next)
        #expect(throws: SearchFailure.self) {
            try search.page(.oldestFirst, after: next, limit: 5)
        }
    }

    @Test func `goes on while the catalog takes in records, with nothing lost or doubled`() throws {
        let log = try MadeUpLog(200, seed: 12)
        let snapshot = try log.snapshot
        let naive = try NaiveSearch(snapshot, opening: false)
        let folder = try TestDirectory()
        let catalog = try log.catalog(40, in: folder)
        var search = try Self.search("-category:audit", log, catalog)
        var rows: [[UInt64]] = []
        var after: SearchCursor?
        var size = 40
        repeat {
            let page = try search.page(.newestFirst, after: after, limit: 9)
            #expect(page.completeTo == 200)
            rows += page.rows.map(\.indexes)
            after = page.next
            if size < 200 {
                try log.append(size..<size + 20, to: catalog)
                size += 20
            }
        } while after != nil
        #expect(rows == naive.hits(search.query, .access, .newestFirst))
    }

    @Test func `of a log that is shorter than its catalog is refused`() throws {
        let log = try MadeUpLog(30, seed: 13)
        let folder = try TestDirectory()
        let catalog = try log.catalog(30, in: folder)
        // A catalog with more records than the log is of another one.
        let short = try MadeUpLog(10, seed: 13)
        #expect(throws: SearchFailure.self) { try Self.search("", short, catalog) }
    }

    @Test func `gives each leaf that is none of ours to nobody, and counts it`() throws {
        let log = try MadeUpLog(20, seed: 14, others: [Array("not JSON".utf8)])
        let folder = try TestDirectory()
        let catalog = try log.catalog(21, in: folder)
        var search = try Self.search("-status:999", log, catalog, .record)
        let page = try search.page(.firstIndexFirst, limit: 100)
        #expect(page.rows.count == 20 && page.unread == 1)
    }
}
