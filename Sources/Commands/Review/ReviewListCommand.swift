// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AuditRecords
import ByteCoding
import Disclosures
import LogReading
import Messages
import Query
import Search

/// `countersign review list`.
struct ReviewListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List sign-offs, the newest first.",
        discussion: """
            EXAMPLES:
              countersign review list
              countersign review list --since 90d --json

            Notes in words are sealed, and not shown. Exit code 3 where nothing was signed off.
            """)

    @OptionGroup var times: QueryTimes

    @Option(help: "No more than these.")
    var limit = 100

    @OptionGroup var search: SearchOptions
    @OptionGroup var log: LogOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        guard (1...10_000).contains(limit) else {
            throw CommandFailure(.usage, "--limit is \(limit); use 1 to 10000.")
        }
        let query = try times.query("action:\(EventAction.reviewSignoff.rawValue)")
        let snapshot = try log.snapshot()
        var sealed = ValueReader(sealing: snapshot)
        var rows: [(index: UInt64, record: Record)] = []
        do {
            let finder = RecordFinder(
                query: query, unit: .record, limit: limit, search: search, log: log, output: output)
            _ = try finder.find(in: snapshot, &sealed) { row, _ in
                guard
                    case .success(let record) = Result(catching: { () throws(RecordFault) in
                        try Record(leaf: row.leaf)
                    })
                else { return }
                rows.append((row.index, record))
            } moved: { _ in
            }
        } catch let failure as LogReadFailure {
            throw CommandFailure(failure)
        } catch let failure as SearchFailure {
            throw CommandFailure(failure)
        }
        guard !rows.isEmpty else {
            throw CommandFailure(
                .notFound, "nothing was signed off; `countersign review sign` does that.")
        }
        guard try !output.isJSON else {
            for row in rows {
                try output.screen.json(
                    .object([
                        JSONMember("index", .integer(Int64(clamping: row.index))),
                        JSONMember("record", row.record.value),
                    ]))
            }
            return
        }
        var table = Table(["SIGNED OFF", "BY", "RESULT", "ACCESSES", "OF RECORDS", "NOTE", "QUERY"])
        for (_, record) in rows {
            let (query, review) = (record.value["query"], record.value["review"])
            let note =
                query?["purpose"]?.string ?? (record.commitments[.payload] == nil ? "–" : "sealed")
            table.rows.append([
                "\(record.time?.rfc3339 ?? "–")", "\(record.actor ?? "–")",
                "\(review?["result"]?.string ?? "–")",
                "\(query?["rows"]?.integer.map { "\($0)" } ?? "–")",
                "\(query?["range"]?.string ?? "–")", "\(note)",
                "\(review?["query"]?.string ?? "personal")",
            ])
        }
        try output.screen.table(table)
    }
}
