// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import Catalog
import Foundation
import Ledger
import LogReading
import Merkle
import Query
import Search
import SystemPackage
import TestSupport

/// A log of many people's accesses, its catalog, and questions that auditors ask: `Docs/Auditing/Questions.md`.
struct SearchBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "What questions of auditors take, answered from the catalog and the log.")

    @OptionGroup var output: BenchOutput
    @Option(help: "Records.") var records = 1_000_000
    @Option(help: "Times that each question is asked; the median is printed.") var rounds = 3
    @Flag(help: "Leave the log and its catalog where they are.") var keep = false
    @Option(help: "The folder of a log that was kept, to be asked again.") var at: String?
    @Option(help: "The one question that is asked, by the name of its figure.") var only: String?

    private static let questions: [(String, String, CatalogUnit)] = [
        (
            "who_read_invoice",
            "path:/v1/invoices/inv_417 created:2026-07-01..2026-09-30 -category:audit", .access
        ),
        ("person_after_18", "actor:\"Person 17\" since:2026-09-20T18:00:00Z", .access),
        ("keys_from_strange_network", "auth:apikey -ip:10.0.0.0/8 since:2026-09-20", .access),
        ("who_looked_at_log", "category:audit action:log.query", .record),
        ("all_of_person", "actor:p17@example.com", .access),
        ("denied_by_service", "is:denied service:billing-api", .access),
    ]

    func run() throws {
        let folder =
            at.map { FilePath($0) }
            ?? FilePath(output.dir).appending("search-bench-\(Stopwatch.now)")
        let log = try BenchLog(in: folder, named: "log")
        var figures = [("records", "\(records)")]
        if at == nil {
            figures.append(("written_s", (try Stopwatch.seconds { try log.fill(records) }).text(1)))
        }
        let snapshot = try LogSnapshot(directory: log.directory)
        let tokens = try PersonalTokenizer(snapshot)
        let place = folder.appending("log-catalog")
        try FileManager.default.createDirectory(
            atPath: place.string, withIntermediateDirectories: true)
        let catalog = try SQLiteCatalog(
            writing: place.appending(SQLiteCatalog.fileName),
            origin: "bench.countersign.example/log", tokens: tokens)
        figures.append(
            (
                "cataloged_s",
                (try Stopwatch.seconds { try follow(log, catalog, tokens) }).text(1)
            ))
        let size = Int(try catalog.position()?.size ?? 1)
        figures.append(("catalog_bytes_per_record", "\(Folders.size(of: place) / size)"))
        for (name, text, unit) in Self.questions where only ?? name == name {
            let query = try RecordQuery(text, at: QueryClock(now: Stopwatch.wallClock))
            var found = ""
            let took = try Stopwatch.median(of: rounds) {
                var search = try Search(
                    query, unit: unit, in: catalog, of: snapshot, ValueReader(opening: snapshot))
                let page = try search.page(limit: 50)
                let count = try search.count(within: .seconds(30))
                found = "\(page.rows.count) of \(count.accesses) \(count.relation.rawValue)"
            }
            figures.append((name + "_ms", took.text(1)))
            figures.append((name + "_rows", output.json ? "\"\(found)\"" : found))
        }
        if only == nil || only == Self.news { try askForNews(catalog, snapshot, &figures) }
        output.show(figures)
        try catalog.close()
        if keep || at != nil { print(folder.string) } else { try Folders.remove(folder) }
    }

    private static let news = "new_networks"

    /// Keys that were used from networks never seen before.
    private func askForNews(
        _ catalog: SQLiteCatalog, _ snapshot: LogSnapshot, _ figures: inout [(String, String)]
    ) throws {
        let query = try RecordQuery(
            "auth:apikey since:2026-09-20", at: QueryClock(now: Stopwatch.wallClock))
        var found = ""
        let took = try Stopwatch.median(of: rounds) {
            var search = try Search(
                query, unit: .access, in: catalog, of: snapshot, ValueReader(opening: snapshot))
            let answer = try search.firstSeen(.network, most: 50, within: .seconds(60))
            found = "\(answer.rows.count + answer.others) \(answer.relation.rawValue)"
        }
        figures.append((Self.news + "_ms", took.text(1)))
        figures.append((Self.news + "_rows", output.json ? "\"\(found)\"" : found))
    }

    private func follow(
        _ log: BenchLog, _ catalog: SQLiteCatalog, _ tokens: PersonalTokenizer?
    ) throws {
        var follower = CatalogFollower(
            catalog, of: log.directory, values: tokens.map { FollowedValues($0) })
        while try !follower.step().isThere {}
        try catalog.rest()
    }
}
