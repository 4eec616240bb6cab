// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Catalog
import TestSupport
import Testing

/// What any engine of the catalog has to do; an engine more is an argument more.
@Suite struct `A catalog` {
    /// Filters over every kind of field, alone and together.
    static func filters(
        _ naive: NaiveCatalog, _ random: inout SeededGenerator
    ) -> [CatalogFilter] {
        var filters: [CatalogFilter] = [.all, .and([]), .or([])]
        for field in CatalogField.allCases where field.form != .personal {
            // Values that there are, some rare and some frequent, and one that there is not.
            let leaf = naive.leaves.randomElement(using: &random)
            if let value = leaf?.values[field]?.randomElement(using: &random) {
                if field.form == .pairs {
                    filters.append(.field(field, .pair(name: value, value: nil)))
                } else if field.form != .number {
                    filters.append(.field(field, .equals(value)))
                }
                if field.form == .number || field.form == .code, let number = Int64(value) {
                    filters.append(.field(field, .range(number - number / 9, number)))
                    filters.append(.field(field, .range(nil, number)))
                } else if field.form != .pairs {
                    filters.append(.field(field, .prefix(String(value.prefix(6)))))
                    filters.append(.field(field, .oneOf([value, "none"])))
                }
            }
            filters.append(.field(field, .exists))
            if field.form != .pairs { filters.append(.field(field, .equals("no such"))) }
        }
        filters.append(.field(.label, .pair(name: "team", value: "t1")))
        filters.append(.field(.service, .equals("BILLING-api")))
        let single = filters
        func any() -> CatalogFilter { single.randomElement(using: &random) ?? .all }
        for _ in 0..<15 {
            filters.append(.and([any(), .not(any())]))
            filters.append(.and([any(), any(), any()]))
            filters.append(.not(.or([any(), any()])))
            filters.append(.or([.and([any(), any()]), any()]))
        }
        return filters
    }

    static func range(
        _ naive: NaiveCatalog, _ random: inout SeededGenerator
    ) -> (UTCInstant?, UTCInstant?) {
        func end() -> UTCInstant? {
            guard Bool.random(using: &random),
                let time = naive.leaves.randomElement(using: &random)?.time
            else { return nil }
            return UTCInstant(microseconds: time + Int64.random(in: -1...1, using: &random))
        }
        let (one, other) = (end(), end())
        if let one, let other, other < one { return (other, one) }
        return (one, other)
    }

    @Test(arguments: [1, 2] as [UInt64])
    func `lists what a look at every leaf finds, in every order`(seed: UInt64) throws {
        let sample = try SampleCatalog(1500, seed: seed)
        let naive = try NaiveCatalog(sample.leaves)
        var random = SeededGenerator(seed: seed)
        for filter in Self.filters(naive, &random) {
            let (from, until) = Self.range(naive, &random)
            let unit: CatalogUnit = Bool.random(using: &random) ? .access : .record
            let query = CatalogQuery(filter, from: from, until: until, unit: unit)
            guard let order = CatalogOrder.allCases.randomElement(using: &random) else { return }
            let limit = Int.random(in: 1...1000, using: &random)
            let rows = try sample.catalog.all(query, order, by: limit)
            #expect(rows.map(\.index) == naive.rows(query, order), "\(query) \(order)")
        }
    }

    /// Also where many records have one time, and those of one access lie between those of others.
    @Test(arguments: [(13, 1_000_000), (14, 1)] as [(UInt64, Int64)])
    func `lists the same where it goes on by blocks`(seed: UInt64, step: Int64) throws {
        let sample = try SampleCatalog(9500, seed: seed, step: step, batch: 5000, patience: 30)
        let naive = try NaiveCatalog(sample.leaves)
        var random = SeededGenerator(seed: seed)
        for filter in Self.filters(naive, &random).shuffled(using: &random).prefix(60) {
            let (from, until) = Self.range(naive, &random)
            for unit in [CatalogUnit.access, .record] {
                let query = CatalogQuery(filter, from: from, until: until, unit: unit)
                let order: CatalogOrder =
                    Bool.random(using: &random) ? .newestFirst : .oldestFirst
                let limit = Int.random(in: 20...1000, using: &random)
                let rows = try sample.catalog.all(query, order, by: limit)
                #expect(rows.map(\.index) == naive.rows(query, order), "\(query) \(order)")
            }
        }
    }

    @Test(arguments: [4, 5] as [UInt64])
    func `counts the same in histogram, total and facets`(seed: UInt64) throws {
        let sample = try SampleCatalog(1500, seed: seed, step: 90_000_000)
        let naive = try NaiveCatalog(sample.leaves)
        var random = SeededGenerator(seed: seed)
        for filter in Self.filters(naive, &random) {
            let (from, until) = Self.range(naive, &random)
            let unit: CatalogUnit = Bool.random(using: &random) ? .access : .record
            let query = CatalogQuery(filter, from: from, until: until, unit: unit)
            let found = Int64(naive.found(query).count)
            let count = try sample.catalog.count(query, within: .seconds(60))
            #expect(count.relation == .exact)
            #expect((unit == .access ? count.accesses : count.records) == found, "\(query)")
            for interval in CatalogInterval.allCases {
                let histogram = try sample.catalog.histogram(
                    query, every: interval, by: .decision, within: .seconds(60))
                let bars = Dictionary(
                    uniqueKeysWithValues: histogram.bars.map { ($0.start.microseconds, $0.counts) })
                #expect(
                    bars == naive.histogram(query, interval.rawValue, by: .decision), "\(query)")
                #expect(histogram.total == found)
            }
            let fields: [CatalogField] = [
                .service, .status, .statusClass, .zone, .actor, .role, .session,
            ]
            for facet in try sample.catalog.facets(
                query, of: fields, most: 10_000, within: .seconds(60))
            {
                var values = Dictionary(
                    uniqueKeysWithValues: facet.values.map { ($0.text, $0.count) })
                if facet.none != 0 { values[""] = facet.none }
                #expect(values == naive.facet(query, facet.field), "\(query) \(facet.field)")
                #expect(facet.others == 0 && facet.relation == .exact)
            }
        }
    }

    @Test(arguments: [CatalogField.service, .role, .status, .zone])
    func `pairs actors with values, and knows where they began`(field: CatalogField) throws {
        let sample = try SampleCatalog(1500, seed: 9)
        let naive = try NaiveCatalog(sample.leaves)
        var random = SeededGenerator(seed: 9)
        for filter in Self.filters(naive, &random).shuffled(using: &random).prefix(25) {
            let (from, until) = Self.range(naive, &random)
            let query = CatalogQuery(filter, from: from, until: until)
            let found = try sample.catalog.pairs(query, with: field, within: .seconds(60))
            #expect(found.relation == .exact)
            let wanted = naive.pairs(query, field)
            #expect(found.pairs.count == wanted.count, "\(query)")
            for pair in found.pairs {
                let value = if case .text(let text) = pair.value { text } else { "" }
                let naive = try #require(wanted[[pair.actor ?? "", value]], "\(query)")
                #expect(
                    naive == (pair.count, pair.time.microseconds, pair.first), "\(query)")
            }
        }
    }

    @Test func `answers several questions from one moment, whatever is stored meanwhile`() throws {
        let sample = try SampleCatalog(300, seed: 12)
        var generator = CatalogLeaves(seed: 12, step: 20_000_000, actors: 40)
        let more = (0..<400).map { _ in generator.next() }
        var seen: [Int64] = []
        var failure: (any Error)?
        try sample.catalog.atOneMoment { moment in
            do {
                for size in [300, 350, 400] {
                    if size > 300 {
                        try SampleCatalog.append(more[(size - 50)..<size], to: sample.catalog)
                    }
                    seen.append(Int64(try moment.position()?.size ?? 0))
                    seen.append(try moment.count(CatalogQuery(), within: .seconds(60)).records)
                }
            } catch {
                failure = error
            }
        }
        #expect(failure == nil)
        #expect(seen == [300, 300, 300, 300, 300, 300])
        #expect(try sample.catalog.position()?.size == 400)
    }

    @Test func `refuses to pair with what it cannot tell apart`() throws {
        let sample = try SampleCatalog(50, seed: 8)
        for field in CatalogField.allCases where !field.isPaired {
            let failure = #expect(throws: CatalogFailure.self, "\(field)") {
                try sample.catalog.pairs(CatalogQuery(), with: field, within: .seconds(60))
            }
            #expect(failure?.code == .notCounted)
        }
    }

    @Test func `refuses to count by what is not counted`() throws {
        let sample = try SampleCatalog(50, seed: 8)
        for field in CatalogField.allCases where !field.isCounted {
            let failure = #expect(throws: CatalogFailure.self, "\(field)") {
                try sample.catalog.facets(
                    CatalogQuery(), of: [.service, field], most: 3, within: .seconds(60))
            }
            #expect(failure?.code == .notCounted)
            #expect(throws: CatalogFailure.self, "\(field)") {
                try sample.catalog.histogram(
                    CatalogQuery(), every: .day, by: field, within: .seconds(60))
            }
        }
    }

    @Test func `shows the most frequent values and how many there are besides`() throws {
        let sample = try SampleCatalog(2000, seed: 6)
        let naive = try NaiveCatalog(sample.leaves).facet(CatalogQuery(), .route)
        let facets = try sample.catalog.facets(
            CatalogQuery(), of: [.route], most: 3, within: .seconds(60))
        let facet = try #require(facets.first)
        #expect(facet.values.count == 3)
        #expect(
            facet.values.map(\.count)
                == Array(naive.filter { $0.key != "" }.values.sorted().suffix(3).reversed()))
        #expect(
            facet.values.reduce(facet.others + facet.none) { $0 + $1.count }
                == naive.values.reduce(0, +))
    }

    @Test func `gives each of a thousand rows of one moment once`() throws {
        // field-audit 1: time as a cursor loses what lies at a page's edge.
        var generator = CatalogLeaves(seed: 7, step: 1, actors: 3)
        let leaves = (0..<1000).map { _ in
            let leaf = String(decoding: generator.next(), as: UTF8.self)
            return Array(
                leaf.replacing(/"time":"[^"]*"/) { _ in "\"time\":\"2026-01-01T00:00:00.000000Z\"" }
                    .utf8)
        }
        let sample = try SampleCatalog(leaves)
        let naive = try NaiveCatalog(leaves)
        for order in CatalogOrder.allCases {
            for unit in [CatalogUnit.access, .record] {
                let query = CatalogQuery(unit: unit)
                #expect(
                    try sample.catalog.all(query, order, by: 7).map(\.index)
                        == naive.rows(query, order))
            }
        }
        let around = CatalogCursor(order: .firstIndexFirst, time: 0, index: 500)
        let page = try sample.catalog.page(
            CatalogPageRequest(
                CatalogQuery(unit: .record), order: .firstIndexFirst, after: around, limit: 5))
        #expect(page.rows.map(\.index) == [501, 502, 503, 504, 505])
    }

    @Test(arguments: [0, 1, 2, 255, 4095, 4096, 4097])
    func `holds every leaf exactly once, whatever its size`(count: Int) throws {
        // field-audit 3: what is missing at the edges of groups.
        let sample = try SampleCatalog(count, seed: 8, batch: 4096)
        let rows = try sample.catalog.all(CatalogQuery(unit: .record), .firstIndexFirst, by: 1000)
        #expect(rows.map(\.index) == Array(0..<UInt64(count)))
        let total = try sample.catalog.count(CatalogQuery(), within: .seconds(60))
        #expect(total.records == Int64(count))
    }

    @Test func `ends a page at four megabytes, with one row at least`() throws {
        // field-audit 2: an empty page is taken for the end.
        let wide = Array(
            #"{"stage":"complete","time":"2026-01-01T00:00:00.000000Z","x":"\#(String(repeating: "y", count: 60_000))"}"#
                .utf8)
        let huge = Array(
            #"{"stage":"complete","time":"2026-01-01T00:00:00.000000Z","x":"\#(String(repeating: "y", count: 5_000_000))"}"#
                .utf8)
        let sample = try SampleCatalog([huge] + [[UInt8]](repeating: wide, count: 200))
        let page = try sample.catalog.page(
            CatalogPageRequest(CatalogQuery(), order: .firstIndexFirst, limit: 1000))
        #expect(page.rows.map(\.index) == [0] && page.next != nil)
        #expect(try sample.catalog.all(CatalogQuery(), .oldestFirst, by: 1000).count == 201)
    }

    @Test func `shows an access as its newest record says, with all its records`() throws {
        // field-audit 4: counting stages doubles everything.
        let sample = try SampleCatalog(2000, seed: 9)
        let naive = try NaiveCatalog(sample.leaves)
        let later = try #require(naive.leaves.first { $0.first != $0.index })
        let uid = try #require(later.value["uid"]?.string.flatMap { UniqueID($0) })
        #expect(try sample.catalog.records(of: uid) == [later.first, later.index])
        let rows = try sample.catalog.all(
            CatalogQuery(.field(.uid, .equals(uid.text))), by: 10)
        #expect(rows.map(\.index) == [later.index] && rows.map(\.first) == [later.first])
        let open = try sample.catalog.all(
            CatalogQuery(.field(.stage, .equals("started"))), by: 100)
        #expect(!open.isEmpty && open.allSatisfy(\.isOpen))
    }

    @Test func `takes leaves that are none of ours by their index`() throws {
        var generator = CatalogLeaves(seed: 10, actors: 3)
        let sample = try SampleCatalog([
            generator.next(), Array("not JSON".utf8), [], Array("{\"a\":[1,{}]}".utf8),
            Array("{\"uid\":5,\"time\":\"yesterday\",\"event\":[],\"stage\":\"next-year\"}".utf8),
            Array("{\"event\":{\"action\":\"moon.landing\",\"category\":\"space\"}}".utf8),
            generator.next(),
        ])
        let rows = try sample.catalog.all(CatalogQuery(unit: .record), .firstIndexFirst, by: 2)
        #expect(rows.map(\.index) == [0, 1, 2, 3, 4, 5, 6])
        let found = try sample.catalog.all(
            CatalogQuery(.field(.action, .equals("moon.landing"))), by: 2)
        #expect(found.map(\.index) == [5])
    }

    @Test func `refuses leaves that do not come next`() throws {
        let sample = try SampleCatalog(10, seed: 11)
        var batch = CatalogBatch()
        batch.append(sample.leaves[0], at: 12, values: nil)
        let failure = #expect(throws: CatalogFailure.self) {
            try sample.catalog.append(batch, reaching: SampleCatalog.position(13))
        }
        #expect(failure?.code == .notNext)
        #expect(try sample.catalog.position() == SampleCatalog.position(10))
        // Nothing of it is left, and what comes next is taken.
        batch.removeAll()
        batch.append(sample.leaves[0], at: 10, values: nil)
        try sample.catalog.append(batch, reaching: SampleCatalog.position(11))
        #expect(try sample.catalog.count(CatalogQuery(), within: .seconds(60)).records == 11)
    }

    @Test func `says at least so many, or nothing, when the time is over`() throws {
        let sample = try SampleCatalog(20_000, seed: 12, batch: 20_000)
        let query = CatalogQuery(.field(.duration, .range(1, nil)))
        let count = try sample.catalog.count(query, within: .zero)
        #expect(count.relation != .exact)
        let facets = try sample.catalog.facets(query, of: [.service], most: 3, within: .zero)
        #expect(facets.allSatisfy { $0.relation != .exact })
        // A page that was cut short goes on where it ended.
        let naive = try NaiveCatalog(sample.leaves)
        for unit in [CatalogUnit.access, .record] {
            let rare = CatalogQuery(.field(.responseSize, .range(85_000, nil)), unit: unit)
            var (rows, after) = ([CatalogRow](), CatalogCursor?.none)
            var wait = Duration.milliseconds(1)
            repeat {
                do throws(CatalogFailure) {
                    let page = try sample.catalog.page(
                        CatalogPageRequest(rare, after: after, limit: 1000, deadline: wait))
                    rows += page.rows
                    after = page.next
                } catch {
                    #expect(error.code == .interrupted)
                }
                wait *= 2
            } while after != nil || rows.isEmpty
            #expect(rows.map(\.index) == naive.rows(rare, .newestFirst))
        }
    }
}

@Suite struct `A cursor` {
    @Test func `is read back, and no other text is`() {
        for order in CatalogOrder.allCases {
            let cursor = CatalogCursor(order: order, time: -5, index: UInt64.max)
            #expect(CatalogCursor(cursor.text) == cursor)
            #expect(CatalogCursor(cursor.text + "A") == nil)
            #expect(CatalogCursor(String(cursor.text.dropLast(4))) == nil)
        }
        #expect(CatalogCursor("") == nil)
        #expect(CatalogCursor("********") == nil)
    }
}
