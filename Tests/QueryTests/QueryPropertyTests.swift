// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Query
import TestSupport
import Testing

@Suite("What holds for any query and any access")
struct QueryPropertyTests {
    private static let rounds = 80

    /// Made-up queries, each with made-up accesses.
    private func forEach(
        _ seed: UInt64, _ body: (MadeUpQuery, RecordQuery, MadeUpAccess.Views) throws -> Void
    ) throws {
        var random = SeededGenerator(seed: seed)
        var made = 0
        while made < Self.rounds {
            let query = MadeUpQuery.made(depth: 3, &random)
            // Times that exclude one another are refused if nothing else can hold, and too many terms are, too.
            guard QueryFixture.fault(of: "\(query)") == nil else { continue }
            made += 1
            let read = try QueryFixture.query("\(query)")
            for _ in 0..<6 { try body(query, read, try MadeUpAccess.made(&random)) }
        }
    }

    @Test("The canonical text is of the same query, and its own canonical text", arguments: 0..<4)
    func roundTrip(_ seed: UInt64) throws {
        try forEach(seed) { made, query, _ in
            let again = try RecordQuery(canonical: query.text)
            #expect(again == query, "\(made)")
            #expect(again.text == query.text, "\(made)")
        }
    }

    @Test("The form that a query is put into changes no verdict", arguments: 0..<4)
    func meaning(_ seed: UInt64) throws {
        var verdicts: [QueryVerdict: Int] = [:]
        try forEach(seed) { made, query, views in
            for access in [views.opened, views.partly, views.sealed] {
                let verdict = query.expression.verdict(on: access)
                let naive = try made.verdict(on: access)
                #expect(naive == verdict, "\(made)")
                verdicts[verdict, default: 0] += 1
            }
        }
        // Otherwise the made-up ones show nothing.
        for verdict in [QueryVerdict.hit, .miss, .undecided] {
            #expect(verdicts[verdict, default: 0] > 30, "\(verdicts)")
        }
    }

    @Test("Opening more values never turns a verdict around", arguments: 0..<4)
    func opening(_ seed: UInt64) throws {
        try forEach(seed) { made, query, views in
            let verdicts = [views.sealed, views.partly, views.opened].map {
                query.expression.verdict(on: $0)
            }
            for (less, more) in zip(verdicts, verdicts.dropFirst()) where less != .undecided {
                #expect(less == more, "\(made)")
            }
            // Everything opened decides everything but whether it could be opened.
            #expect(verdicts[2] != .undecided, "\(made)")
        }
    }

    @Test("De Morgan's laws hold, for what is undecided as well", arguments: 0..<4)
    func deMorgan(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<Self.rounds {
            let (one, other) = (
                MadeUpQuery.made(depth: 1, &random), MadeUpQuery.made(depth: 1, &random)
            )
            let pairs: [(MadeUpQuery, MadeUpQuery)] = [
                (.not(.all([one, other])), .any([.not(one), .not(other)])),
                (.not(.any([one, other])), .all([.not(one), .not(other)])),
            ]
            for (left, right) in pairs {
                guard QueryFixture.fault(of: "\(left)") == nil,
                    QueryFixture.fault(of: "\(right)") == nil
                else { continue }
                let queries = try [left, right].map { try QueryFixture.query("\($0)") }
                for _ in 0..<4 {
                    let views = try MadeUpAccess.made(&random)
                    for access in [views.opened, views.partly, views.sealed] {
                        let verdicts = queries.map { $0.expression.verdict(on: access) }
                        #expect(verdicts[0] == verdicts[1], "\(left)")
                    }
                }
            }
        }
    }

    @Test("Whatever is needed of personal values is said beforehand", arguments: 0..<4)
    func personal(_ seed: UInt64) throws {
        try forEach(seed) { made, query, views in
            guard query.personalGroups.isEmpty, !"\(made)".contains("erased") else { return }
            #expect(query.expression.verdict(on: views.sealed) != .undecided, "\(made)")
        }
    }
}
