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

@Suite struct `A search finds what a look at every leaf finds` {
    /// All hits, page by page, by their indexes.
    private static func all(
        _ search: inout Search, _ order: CatalogOrder, by limit: Int
    ) throws -> [[UInt64]] {
        var rows: [[UInt64]] = []
        var after: SearchCursor?
        repeat {
            let page = try search.page(order, after: after, limit: limit, deadline: .seconds(60))
            rows += page.rows.map(\.indexes)
            // What clients hold is a text.
            after = try page.next.map {
                try #require(SearchCursor($0.text, of: search.query, search.unit))
            }
        } while after != nil
        return rows
    }

    /// Everything about one query, compared.
    private static func check(
        _ query: RecordQuery, _ naive: NaiveSearch, _ snapshot: LogSnapshot, isOpen: Bool,
        _ catalog: SQLiteCatalog, _ random: inout SeededGenerator
    ) throws {
        for unit in [CatalogUnit.access, .record] {
            let values =
                isOpen ? ValueReader(opening: snapshot) : ValueReader(sealing: snapshot)
            var search = try Search(query, unit: unit, in: catalog, of: snapshot, values)
            guard let order = CatalogOrder.allCases.randomElement(using: &random) else { return }
            let limit = Int.random(in: 8...90, using: &random)
            #expect(
                try all(&search, order, by: limit) == naive.hits(query, unit, order),
                "\(query.text) \(unit) \(order)")
            let rows = naive.rows(query, unit)
            let hits = rows.filter { $0.verdict == .hit }
            let count = try search.count(within: .seconds(60))
            #expect(count.relation == .exact)
            #expect(
                (unit == .access ? count.accesses : count.records) == Int64(hits.count),
                "\(query.text) \(unit)")
            if unit == .access {
                #expect(
                    count.undecided.total == rows.count { $0.verdict == .undecided },
                    "\(query.text)")
            }
            #expect(count.completeTo == snapshot.size.count)
            // These look at everything again several times.
            if Int.random(in: 0..<3, using: &random) == 0 {
                try check(&search, hits, "\(query.text) \(unit)", &random)
            }
        }
    }

    /// Histogram and facets.
    private static func check(
        _ search: inout Search, _ hits: [NaiveSearch.Row], _ label: String,
        _ random: inout SeededGenerator
    ) throws {
        let fields: [QueryField.Name] = [
            .service, .status, .role, .actor, .decision, .auth, .path, .producer,
        ]
        guard let name = fields.randomElement(using: &random),
            let length = [900, 3600, 6 * 3600, 86_400, 7 * 86_400, 5000].randomElement(
                using: &random),
            let zone = ["UTC", "Europe/Berlin", "Asia/Kolkata", "-03:30", "+00:07"]
                .compactMap({ QueryZone($0) }).randomElement(using: &random)
        else { return }
        // What spans there are is the subject of tests of their own.
        let spans = QuerySpans(of: .seconds(length), in: zone)
        let field = QueryField.named(name)
        var wanted: [QueriedAccess.Facet: Int64] = [:]
        for hit in hits {
            for facet in Set(hit.access.facets(of: field)) { wanted[facet, default: 0] += 1 }
        }
        let facet = try search.facet(of: field, most: 1000, within: .seconds(60))
        let values = Dictionary(uniqueKeysWithValues: facet.values.map { ($0.facet, $0.count) })
        #expect(values == wanted, "\(label) by \(name)")
        let few = try search.facet(of: field, most: 1, within: .seconds(60))
        #expect(few.total == facet.total && few.values.count <= 1)

        var bars: [Int64: [QueriedAccess.Facet: Int64]] = [:]
        for hit in hits {
            let start = spans.start(of: UTCInstant(microseconds: hit.time)).microseconds
            let facet = hit.access.facets(of: field).first ?? .none
            bars[start, default: [:]][facet, default: 0] += 1
        }
        let histogram = try search.histogram(every: spans, by: field, within: .seconds(60))
        #expect(histogram.total == Int64(hits.count), "\(label) by \(name)")
        if name != .role {
            #expect(
                Dictionary(
                    uniqueKeysWithValues: histogram.bars.map { ($0.start.microseconds, $0.counts) })
                    == bars, "\(label) by \(name)")
        }
        let plain = try search.histogram(every: spans, by: nil, within: .seconds(60))
        #expect(plain.total == Int64(hits.count))
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `whatever leaves say, and however far the catalog has come`(seed: UInt64) throws {
        let log = try MadeUpLog(150, seed: seed)
        let snapshot = try log.snapshot
        let naive = try NaiveSearch(snapshot, opening: false)
        var random = SeededGenerator(seed: seed)
        let folders = try (0..<3).map { _ in try TestDirectory() }
        let catalogs = try [150, 120, 0].enumerated().map {
            try log.catalog($1, in: folders[$0])
        }
        let single = try (MadeUpSearch.leafTerms + MadeUpSearch.times).map {
            try MadeUpSearch.query($0)
        }
        let made = MadeUpSearch.queries(
            20, of: MadeUpSearch.leafTerms + MadeUpSearch.times + MadeUpSearch.personalTerms,
            seed: seed)
        for query in (seed == 1 ? single : []) + made {
            guard let catalog = catalogs.randomElement(using: &random) else { return }
            try Self.check(query, naive, snapshot, isOpen: false, catalog, &random)
        }
    }

    @Test(arguments: [4, 5] as [UInt64])
    func `of personal values, with and without tokens, opened and sealed`(seed: UInt64) throws {
        var log = try PersonalLog(30, seed: seed)
        let folders = try (0..<2).map { _ in try TestDirectory() }
        let catalogs = try [true, false].enumerated().map {
            try log.catalog(in: folders[$0], hasTokens: $1)
        }
        // What the catalog has yet to read settles what was left open.
        try log.grow(by: 8)
        let snapshot = try log.snapshot
        var random = SeededGenerator(seed: seed)
        let terms = MadeUpSearch.personalTerms + ["status:404", "is:open", "stage:unknown", ""]
        let single = try MadeUpSearch.personalTerms.flatMap {
            [try MadeUpSearch.query($0), try MadeUpSearch.query("-(\($0))")]
        }
        for isOpen in [true, false] {
            let naive = try NaiveSearch(snapshot, opening: isOpen)
            for query in single + MadeUpSearch.queries(12, of: terms, seed: seed) {
                guard let catalog = catalogs.randomElement(using: &random) else { return }
                try Self.check(query, naive, snapshot, isOpen: isOpen, catalog, &random)
            }
        }
    }

    @Test func `of values that were erased, which are undecided and counted apart`() throws {
        let log = try PersonalLog(30, seed: 6)
        try log.erase("sub_a")
        let folder = try TestDirectory()
        let catalog = try log.catalog(in: folder, hasTokens: true)
        let snapshot = try log.snapshot
        let naive = try NaiveSearch(snapshot, opening: true)
        var random = SeededGenerator(seed: 6)
        for text in MadeUpSearch.personalTerms {
            let query = try MadeUpSearch.query(text)
            try Self.check(query, naive, snapshot, isOpen: true, catalog, &random)
        }
        var search = try Search(
            try MadeUpSearch.query("actor:bob"), unit: .access, in: catalog, of: snapshot,
            ValueReader(opening: snapshot))
        let count = try search.count(within: .seconds(60))
        #expect(count.undecided.erased > 0 && count.undecided.withheld == 0)
    }
}
