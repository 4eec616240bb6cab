// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AuditRecords
import ByteCoding
import Disclosures
import LogReading
import Merkle
import Messages
import Query

/// `countersign log query`.
struct LogQueryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Find records, the newest first.",
        discussion: """
            EXAMPLES:
              countersign log query 'is:denied service:billing-api since:1h'
              countersign log query 'status:5xx -path:/health*' --since yesterday
              countersign log query --actor "Ada Lovelace" --path /invoices
              countersign log query --actor tzc7rsoq --reason key_revoked
              countersign log query 'dur:>2s OR size:>10mb' --json
              countersign log query --since 2026-11-01 --until 2026-11-30 --all -o csv

            Docs/Using/Query.md has the query language; options are shorthands for terms of it, and all that is \
            given has to hold. A query that begins with a dash is written with NOT. Names, paths and addresses are \
            shown, and can be asked for, by whoever can read the log's keys; that they were is a record itself, \
            `log.query`, made before anything is shown. What depends on values that are sealed or erased is \
            counted apart. With --json, each line has a record and its values. Exit code 3 where nothing is found.
            """)

    @Argument(help: "What is asked for, in the query language; everything where nothing is given.")
    var query: [String] = []

    @OptionGroup var asked: QueryOptions

    @Option(help: "No more records than these.")
    var limit = 100

    @Flag(help: "All records that are found, however many.")
    var all = false

    @Flag(help: "Say what is asked for, and look at nothing.")
    var explain = false

    @OptionGroup var form: RecordFormOptions
    @OptionGroup var disclosure: DisclosureOptions
    @OptionGroup var log: LogOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        guard (1...10_000).contains(limit) else {
            throw CommandFailure(.usage, "--limit is \(limit); use 1 to 10000, or --all.")
        }
        let query = try asked.query(query)
        if explain { return try explain(query) }
        let snapshot = try log.snapshot()
        let scan = RecordScan(snapshot: snapshot, query: query, limit: all ? nil : limit)
        do {
            let outcome = try await find(scan)
            guard outcome.hits > 0 else {
                throw CommandFailure(
                    .notFound,
                    try NothingFound(outcome, query, of: snapshot)
                        .message(times: try asked.times.shown(query)))
            }
            try tell(outcome, query)
        } catch let failure as LogReadFailure {
            throw CommandFailure(failure)
        }
    }

    /// Finds and shows. What needs values to be found, or has no end, is recorded before it begins; of anything else the
    /// record says how many are shown.
    private func find(_ scan: RecordScan) async throws -> RecordScan.Outcome {
        var list = RecordList(try form.form(output), form, scan.snapshot, output)
        if all || !scan.query.personalGroups.isEmpty {
            var reader = try await disclosure.reader(
                scan.snapshot, log,
                DisclosureOptions.Reading(
                    query: scan.query, rows: nil, range: "0..<\(scan.snapshot.size.count)"), output)
            let outcome = try scan.run(&reader) { hit, reader in
                try list.show(hit.index, hit.leaf, &reader)
            }
            try list.end()
            return outcome
        }
        var sealed = ValueReader(sealing: scan.snapshot)
        var hits: [RecordScan.Hit] = []
        let outcome = try scan.run(&sealed) { hit, _ in hits.append(hit) }
        guard !hits.isEmpty else { return outcome }
        let looked = outcome.looked
        var reader = try await disclosure.reader(
            scan.snapshot, log,
            DisclosureOptions.Reading(
                query: scan.query, rows: hits.count { Record.hasValues($0.leaf) },
                range: "\(looked.lowerBound)..<\(looked.upperBound)"), output)
        for hit in hits { try list.show(hit.index, hit.leaf, &reader) }
        try list.end()
        return outcome
    }

    private func tell(_ outcome: RecordScan.Outcome, _ query: RecordQuery) throws {
        if outcome.unread > 0 {
            try output.messages.line(NothingFound.notSearched(outcome.unread))
        }
        if outcome.undecided > 0 {
            try output.messages.line(NothingFound.undecided(outcome.undecided))
        }
        if let times = try asked.times.shown(query) { try output.messages.line(times) }
        guard try form.form(output) == .table else { return }
        if !all, outcome.hits == limit {
            try output.messages.line(
                "the newest \(limit) that match; there may be more: --limit, --all, --until")
        }
    }

    /// What a query means, what it is called, and what has to be opened for it.
    private func explain(_ query: RecordQuery) throws {
        let groups = query.personalGroups.map(\.rawValue).sorted()
        let personal = query.personalTerms.map { QueryText.text(of: $0.term) }
        if try output.isJSON {
            return try output.screen.json(
                .object([
                    JSONMember("sentence", .string(QuerySentence.of(query))),
                    JSONMember("query", .string(query.text)),
                    JSONMember("hash", .string(query.hash)),
                    JSONMember("opens", .array(groups.map { .string($0) })),
                    JSONMember("personal", .array(personal.map { .string($0) })),
                ]))
        }
        var facts: [(SafeText, SafeText)] = [
            ("asks for", "\(QuerySentence.of(query))"), ("canonical", "\(query.text)"),
            ("hash", "\(query.hash)"),
        ]
        if let times = try asked.times.shown(query) { facts.append(("times", times)) }
        facts.append(
            (
                "opens",
                groups.isEmpty
                    ? "nothing personal"
                    : "\(groups.joined(separator: ", ")), for \(personal.joined(separator: ", "))"
            ))
        try output.screen.table(Table(facts: facts))
    }
}
