// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Catalog
import LogReading
import Query
import Search
import TestSupport
import Testing

@Suite struct `What was seen for the first time` {
    private struct Seen: Hashable, CustomStringConvertible {
        var actor: String?
        var value: String?
        var count: Int64
        var time: Int64

        var description: String {
            "\(actor ?? "-") \(value ?? "-") \(count) \(time)"
        }
    }

    /// The value of a thing, by a way of its own.
    private static func value(_ text: String, _ thing: FirstSeenThing) -> String {
        if thing == .path {
            if text == "/a%2Ab" { return "/a*b" }
            return ["/a//b", "/a%2Fb", "/a/b/", "/a/b;v=1", "/%61/./b"].contains(text)
                ? "/a/b" : text
        }
        guard thing == .network else { return text }
        if text.contains(":") { return "2001:db8::/48" }
        return text.split(separator: ".").dropLast().joined(separator: ".") + ".0/24"
    }

    private static func pairs(
        _ row: NaiveSearch.Row, _ thing: FirstSeenThing
    ) -> Set<[String?]> {
        guard let field = thing.field else { return [[row.access.actorID, nil]] }
        var pairs: Set<[String?]> = []
        for facet in row.access.facets(of: field) {
            switch facet {
            case .value(let text): pairs.insert([row.access.actorID, value(text, thing)])
            case .none: pairs.insert([row.access.actorID, nil])
            case .withheld, .erased: break
            }
        }
        return pairs
    }

    /// A look at every access.
    private static func naive(
        _ naive: NaiveSearch, _ query: RecordQuery, _ thing: FirstSeenThing
    ) throws -> Set<Seen> {
        let beginning = try #require(query.times.from).microseconds
        var known: Set<[String?]> = []
        for row in naive.rows(RecordQuery(.everything), .access) where row.time < beginning {
            known.formUnion(pairs(row, thing))
        }
        var seen: [[String?]: Seen] = [:]
        for row in naive.rows(query, .access) where row.verdict == .hit {
            for pair in pairs(row, thing) where !known.contains(pair) {
                var one = seen[pair] ?? Seen(actor: pair[0], value: pair[1], count: 0, time: .max)
                one.count += 1
                one.time = min(one.time, row.time)
                seen[pair] = one
            }
        }
        return Set(seen.values)
    }

    private static func found(_ answer: FirstSeenAnswer) -> Set<Seen> {
        Set(
            answer.rows.map {
                Seen(
                    actor: $0.actor, value: $0.value, count: $0.count,
                    time: $0.time.microseconds)
            })
    }

    @Test(arguments: [11, 12] as [UInt64], [true, false])
    func `is what a look at every access finds`(seed: UInt64, hasTokens: Bool) throws {
        var log = try PersonalLog(60, seed: seed)
        let folder = try TestDirectory()
        let catalog = try log.catalog(in: folder, hasTokens: hasTokens)
        // What the catalog has yet to read counts as well, and takes back what was open there.
        try log.grow(by: 8)
        let snapshot = try log.snapshot
        let naive = try NaiveSearch(snapshot, opening: true)
        let all = naive.rows(RecordQuery(.everything), .access).map(\.time).sorted()
        let accesses = naive.rows(RecordQuery(.everything).ofAccesses, .access)
            .filter { $0.verdict == .hit }.map { UTCInstant(microseconds: $0.time) }.sorted()
        var fresh = 0
        var random = SeededGenerator(seed: seed)
        for part in [4, 2] {
            let start = UTCInstant(microseconds: all[all.count / part]).rfc3339
            for asked in ["", "status:404", "-ip:10.1.1.0/24", "auth:apikey", "path:/a/*"] {
                let query = try RecordQuery(
                    "\(asked) since:\(start)", at: MadeUpSearch.clock)
                // Whose an address is, the catalog knows by another way.
                let things: Set<FirstSeenThing> = [.network, .address]
                let others = FirstSeenThing.allCases.shuffled(using: &random).prefix(2)
                for thing in things.union(others) {
                    var search = try Search(
                        query, unit: .access, in: catalog, of: snapshot,
                        ValueReader(opening: snapshot))
                    let answer = try search.firstSeen(thing, most: 1000, within: .seconds(60))
                    let wanted = try Self.naive(naive, query, thing)
                    #expect(Self.found(answer) == wanted, "\(query.text) of \(thing)")
                    #expect(answer.relation == .exact && answer.others == 0)
                    #expect(answer.oldest == accesses.first)
                    #expect(answer.rows.map(\.time) == answer.rows.map(\.time).sorted().reversed())
                    fresh += wanted.count
                }
            }
        }
        #expect(fresh > 0)
    }

    @Test func `is told apart for no one who may not see it, and counted`() throws {
        let log = try PersonalLog(40, seed: 14)
        let folder = try TestDirectory()
        let catalog = try log.catalog(in: folder, hasTokens: true)
        let snapshot = try log.snapshot
        let query = try MadeUpSearch.query("since:2020-01-01")
        var search = try Search(
            query, unit: .access, in: catalog, of: snapshot, ValueReader(sealing: snapshot))
        let answer = try search.firstSeen(.network, most: 1000, within: .seconds(60))
        #expect(answer.rows.allSatisfy { $0.value == nil })
        #expect(answer.undecided.withheld > 0)
        let few = try search.firstSeen(.actor, most: 1, within: .seconds(60))
        let all = try search.firstSeen(.actor, most: 1000, within: .seconds(60))
        #expect(all.rows.count > 1 && all.others == 0)
        #expect(few.rows.count == 1 && few.others == all.rows.count - 1)
    }

    @Test func `asks since when`() throws {
        let log = try PersonalLog(5, seed: 15)
        let folder = try TestDirectory()
        let catalog = try log.catalog(in: folder, hasTokens: true)
        let snapshot = try log.snapshot
        var search = try Search(
            RecordQuery(.everything), unit: .access, in: catalog, of: snapshot,
            ValueReader(opening: snapshot))
        let failure = #expect(throws: SearchFailure.self) {
            try search.firstSeen(.network, most: 10, within: .seconds(60))
        }
        #expect(failure?.message.contains("since:7d") == true)
    }
}
