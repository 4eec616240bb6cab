// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import Catalog
import Foundation
import SystemPackage
import TestSupport

/// The catalog filled from generated leaves, then asked. Times are medians of several queries.
struct CatalogBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalog",
        abstract: "Records stored a second, bytes a record, and what queries take.")

    @OptionGroup var output: BenchOutput
    @Option(help: "Records.") var records = 1_000_000
    @Option(help: "Queries of each kind; their median is printed.") var rounds = 5

    private static let batch = 16_384
    private static let month: Int64 = 2_592_000_000_000

    func run() throws {
        let folder = FilePath(output.dir).appending("catalog-bench-\(Stopwatch.now)")
        try FileManager.default.createDirectory(
            atPath: folder.string, withIntermediateDirectories: true)
        let file = folder.appending(SQLiteCatalog.fileName)
        let catalog = try SQLiteCatalog(writing: file, origin: "log.example", tokens: nil)
        var figures = [("records", "\(records)")]
        figures.append(("stored_per_s", (Double(records) / (try fill(catalog))).text(0)))
        figures.append(("statistics_s", (try Stopwatch.seconds { try catalog.rest() }).text(1)))
        figures.append(("bytes_per_record", "\(Folders.size(of: folder) / records)"))
        for (name, query) in Self.queries {
            let took = try Stopwatch.median(of: rounds) {
                _ = try catalog.page(CatalogPageRequest(query, limit: 50))
            }
            figures.append(("page_ms_" + name, took.text(1)))
        }
        figures.append(
            (
                "histogram_ms",
                try Stopwatch.median(of: rounds) {
                    _ = try catalog.histogram(
                        CatalogQuery(), every: .hour, by: .decision, within: .seconds(10))
                }.text(1)
            ))
        let fields: [CatalogField] = [.service, .route, .method, .status, .rule, .actor]
        figures.append(
            (
                "facets_of_6_ms",
                try Stopwatch.median(of: rounds) {
                    _ = try catalog.facets(
                        CatalogQuery(), of: fields, most: 10, within: .seconds(10))
                }.text(1)
            ))
        output.show(figures)
        try catalog.close()
        try Folders.remove(folder)
    }

    /// Stores all records of a month; seconds that it took, without making them.
    private func fill(_ catalog: SQLiteCatalog) throws -> Double {
        var leaves = CatalogLeaves(seed: 1, step: Self.month / Int64(records))
        var batch = CatalogBatch()
        var (size, seconds) = (0, 0.0)
        while size < records {
            let made = (0..<min(Self.batch, records - size)).map { _ in leaves.next() }
            seconds += try Stopwatch.seconds {
                batch.removeAll()
                for (place, leaf) in made.enumerated() {
                    batch.append(leaf, at: UInt64(size + place), values: nil)
                }
                size += made.count
                try catalog.append(
                    batch,
                    reaching: CatalogPosition(
                        origin: "log.example", size: UInt64(size), root: "none"))
            }
        }
        return seconds
    }

    private static func field(
        _ field: CatalogField, _ comparison: CatalogComparison
    ) -> CatalogFilter { .test(CatalogTest(field, comparison)) }

    private static var queries: [(String, CatalogQuery)] {
        let start = CatalogLeaves.start
        let day = CatalogInterval.day.rawValue
        let week = (
            UTCInstant(microseconds: start + 3 * day), UTCInstant(microseconds: start + 10 * day)
        )
        return [
            ("newest", CatalogQuery()),
            ("actor", CatalogQuery(field(.actor, .equals("sub_17")))),
            (
                "actor_and_time",
                CatalogQuery(field(.actor, .equals("sub_17")), from: week.0, until: week.1)
            ),
            ("session", CatalogQuery(field(.session, .equals("ses_100")))),
            ("service", CatalogQuery(field(.service, .equals("auth-admin")))),
            ("route", CatalogQuery(field(.route, .equals("/v1/auth-admin/r3/{id}")))),
            ("method", CatalogQuery(field(.method, .equals("DELETE")))),
            ("status", CatalogQuery(field(.status, .range(400, 499)))),
            ("decision", CatalogQuery(.not(field(.decision, .equals("allow"))))),
            ("rule", CatalogQuery(field(.rule, .equals("r-11-HEAD")))),
            ("rule_unknown", CatalogQuery(field(.rule, .equals("none")))),
            ("zone", CatalogQuery(field(.zone, .equals("vpn")))),
            ("role", CatalogQuery(field(.role, .equals("reader-3")))),
            ("label", CatalogQuery(field(.label, .pair(name: "team", value: "t3")))),
            ("action", CatalogQuery(field(.action, .equals("audit.heartbeat")))),
            ("duration", CatalogQuery(field(.duration, .range(399_900, nil)))),
            (
                "four_filters",
                CatalogQuery(
                    .and([
                        field(.service, .equals("git")), field(.status, .range(400, 499)),
                        field(.method, .equals("POST")), field(.zone, .equals("vpn")),
                    ]))
            ),
        ]
    }
}
