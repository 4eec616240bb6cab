// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Testing

@testable import Catalog

@Suite struct `The numbers of a block` {
    private static func numbers(durations: Int64?...) -> SQLiteBlockNumbers {
        var numbers = SQLiteBlockNumbers()
        for duration in durations {
            var leaf = CatalogLeaf()
            leaf.duration = duration
            numbers.take(leaf)
        }
        return numbers
    }

    @Test func `say that none fits, and never that one does which may not`() {
        let numbers = Self.numbers(durations: 10, nil, 30, 20)
        let cases: [(SQLiteFilter, CatalogTruth)] = [
            (.range(.duration, 31...99), .no), (.range(.duration, 0...9), .no),
            (.range(.duration, 30...99), .undecided), (.range(.duration, 0...99), .undecided),
            (.member(.duration, [5, 31]), .no), (.member(.duration, [5, 15]), .undecided),
            (.exists(.duration), .undecided), (.exists(.requestSize), .no),
            (.range(.responseSize, 0...99), .no),
            (.not(.range(.duration, 31...99)), .yes),
            (.and([.range(.duration, 31...99), .exists(.actor)]), .no),
            (.or([.range(.duration, 31...99), .exists(.actor)]), .undecided),
            // Of other columns blocks say nothing.
            (.range(.index, 0...1), .undecided), (.member(.actor, [1]), .undecided),
        ]
        for (filter, truth) in cases { #expect(filter.truth(of: numbers) == truth, "\(filter)") }
    }

    @Test func `widen with each batch and with each outcome`() throws {
        let sample = try SampleCatalog(6000, seed: 40, batch: 500)
        let writing = try #require(sample.catalog.writer)
        try writing.connection.exclusively { (connection) throws(CatalogFailure) in
            for (low, high, column) in [
                ("duration_low", "duration_high", "duration"),
                ("request_low", "request_high", "request_size"),
                ("response_low", "response_high", "response_size"),
            ] {
                // Within them is every number of every row, and of at least one row there is one.
                #expect(
                    try connection.number(
                        """
                        SELECT count(*) FROM access JOIN block ON block.id = access.id / 4096
                        WHERE \(column) NOT BETWEEN \(low) AND \(high)
                        """) == 0)
                #expect(
                    try connection.number(
                        """
                        SELECT count(*) FROM access JOIN block ON block.id = access.id / 4096
                        WHERE \(column) BETWEEN \(low) AND \(high)
                        """) ?? 0 > 0)
                #expect(
                    try connection.number(
                        "SELECT max(\(high)) = (SELECT max(\(column)) FROM access) FROM block")
                        == 1)
            }
        }
    }
}
