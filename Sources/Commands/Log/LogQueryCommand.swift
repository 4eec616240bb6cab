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
import Search

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
              countersign log query 'dur:>2s OR size:>10mb' --unit access --json
              countersign log query --since 2026-11-01 --until 2026-11-30 --all -o csv

            Docs/Using/Query.md has the query language; options are shorthands for terms of it, and all that is \
            given has to hold. A query that begins with a dash is written with NOT. Names, paths and addresses are \
            shown, and can be asked for, by whoever can read the log's keys; that they were is a record itself, \
            `log.query`, made before anything is shown. What depends on values that are sealed or erased is \
            counted apart. With --json, each line has a record and its values, and the last one has `end`, what was \
            asked, and how many there are. Exit code 3 where nothing is found.
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

    @Option(
        help:
            "What is listed: each record, or each access once, as its newest record says, and not what the proxy writes of itself."
    )
    var unit = SearchUnit.record

    @OptionGroup var search: SearchOptions
    @OptionGroup var form: RecordFormOptions
    @OptionGroup var disclosure: DisclosureOptions
    @OptionGroup var log: LogOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        guard (1...10_000).contains(limit) else {
            throw CommandFailure(.usage, "--limit is \(limit); use 1 to 10000, or --all.")
        }
        let query = try asked.query(query)
        let finder = RecordFinder(
            query: unit == .access ? query.ofAccesses : query, unit: unit,
            limit: all ? nil : limit, search: search, log: log, output: output)
        if explain {
            return try QueryExplanation(
                query: query, times: try asked.times.shown(query), unit: unit,
                leftOut: leftOut(of: query), plan: try finder.plan()
            ).show(output)
        }
        do {
            let found = try await find(query, finder)
            if finder.query != query { try output.messages.line(NothingFound.leftOut) }
            guard found.count > 0 else {
                let nothing = NothingFound(found, query, of: try log.snapshot())
                throw CommandFailure(
                    .notFound, try nothing.message(times: try self.asked.times.shown(query)))
            }
            try tell(found, query)
        } catch let failure as LogReadFailure {
            throw CommandFailure(failure)
        } catch let failure as SearchFailure {
            throw CommandFailure(failure)
        }
    }

    /// Finds and shows. What needs values to be found, or has no end, is recorded before it begins; of anything else the
    /// record says how many are shown.
    private func find(
        _ query: RecordQuery, _ finder: RecordFinder
    ) async throws -> FoundRecords {
        let snapshot = try log.snapshot()
        var list = RecordList(try form.form(output), form, snapshot, output)
        if all || !finder.query.personalGroups.isEmpty {
            let opened = try await disclosure.opened(
                snapshot, log,
                DisclosureOptions.Reading(
                    query: query, sought: finder.query, unit, rows: nil,
                    range: "0..<\(snapshot.size.count)"), output)
            var reader = opened.reader
            let found = try finder.find(in: snapshot, &reader) { row, reader in
                try list.show(LeafIndex(row.index), row.leaf, &reader)
            } moved: {
                list.read($0)
            }
            try list.end(try summary(found, query, opened.hash))
            return found
        }
        var sealed = ValueReader(sealing: snapshot)
        var rows: [FoundRecords.Row] = []
        let found = try finder.find(in: snapshot, &sealed) { row, _ in
            rows.append(row)
        } moved: {
            list.read($0)
        }
        guard !rows.isEmpty else {
            try list.end(try summary(found, query, nil))
            return found
        }
        let opened = try await disclosure.opened(
            list.snapshot, log,
            DisclosureOptions.Reading(
                query: query, sought: finder.query, unit,
                rows: rows.count { Record.hasValues($0.leaf) },
                range: "\(found.looked.lowerBound)..<\(found.looked.upperBound)"), output)
        var reader = opened.reader
        for row in rows { try list.show(LeafIndex(row.index), row.leaf, &reader) }
        try list.end(try summary(found, query, opened.hash))
        return found
    }

    /// What programs are told behind the records, by which they know that none is missing.
    ///
    /// - Parameter hash: what the record of it calls the query by; nil where there is none.
    private func summary(
        _ found: FoundRecords, _ query: RecordQuery, _ hash: String?
    ) throws -> JSONValue {
        let times = query.times
        return .object([
            JSONMember("end", .bool(true)), JSONMember("rows", .integer(Int64(found.count))),
            JSONMember("query", .string(query.text)),
            JSONMember("hash", .string(hash ?? query.hash)),
            JSONMember("unit", .string(unit.rawValue)),
            JSONMember("zone", .string(try asked.times.clock().zone)),
            JSONMember("from", times.from.map { .string($0.rfc3339) } ?? .null),
            JSONMember("to", times.to.map { .string($0.rfc3339) } ?? .null),
            JSONMember("left_out", .array(leftOut(of: query).map { .string($0) })),
            JSONMember("more", .bool(found.hasMore)),
            JSONMember("undecided", .integer(Int64(found.undecided))),
            JSONMember("unread", .integer(Int64(found.unread))),
            JSONMember("complete_to", .integer(Int64(clamping: found.looked.upperBound))),
        ])
    }

    private func leftOut(of query: RecordQuery) -> [String] {
        unit == .access ? query.leftOutOfAccesses : []
    }

    private func tell(_ found: FoundRecords, _ query: RecordQuery) throws {
        if found.unread > 0 { try output.messages.line(NothingFound.notSearched(found.unread)) }
        if found.undecided > 0 {
            try output.messages.line(NothingFound.undecided(found.undecided))
        }
        if let times = try asked.times.shown(query) { try output.messages.line(times) }
        guard try form.form(output) == .table, found.hasMore else { return }
        let total: SafeText = found.total.map { "of \($0) " } ?? ""
        try output.messages.line(
            "the newest \(limit) " + total + "that match"
                + (found.total == nil
                    ? "; there may be more: --limit, --all, --until" : ": --all, --limit, --until"))
    }
}
