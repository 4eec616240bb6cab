// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import Catalog
import LogReading
import Merkle
import Messages
import Query
import Search

/// `countersign log stats`.
struct LogStatsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Count accesses.",
        discussion: """
            EXAMPLES:
              countersign log stats
              countersign log stats --by decision --since 24h
              countersign log stats 'is:denied' --by reason --every 1h
              countersign log stats 'service:billing-api' --by actor --json

            Counts accesses that match a query (Docs/Using/Query.md), each once, by its newest record. With --by, by \
            the values of a field; an access with several values, such as roles, counts for each. With --every, days are those of --zone and weeks begin on Mondays. \
            Counting by or asking for names, paths and addresses is a record itself, `log.query`.
            """)

    @Argument(help: "What is asked for, in the query language; everything where nothing is given.")
    var query: [String] = []

    @OptionGroup var asked: QueryOptions

    @Option(help: "A field whose values are counted.")
    var by: String?

    @Option(help: "Length of time that is counted apart: 15m, 1h, 1d, 1w.")
    var every: TimeSpan?

    @Option(help: "No more values than these, the most frequent.")
    var top = 50

    @Flag(help: "Say what is asked for, and look at nothing.")
    var explain = false

    @OptionGroup var search: SearchOptions
    @OptionGroup var disclosure: DisclosureOptions
    @OptionGroup var log: LogOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let query = try asked.query(query)
        let field = try field()
        guard top >= 1 else { throw CommandFailure(.usage, "--top is \(top); use 1 or more.") }
        if explain { return try explain(query, field) }
        let snapshot = try log.snapshot()
        var count = AccessCount(of: query.ofAccesses, by: field, every: try spans())
        var (reader, hash) = (ValueReader(sealing: snapshot), String?.none)
        if count.needsValues {
            (reader, hash) = try await disclosure.opened(
                snapshot, log,
                DisclosureOptions.Reading(
                    query: query, sought: count.query, .access, rows: nil,
                    range: "0..<\(snapshot.size.count)"), output)
        }
        let size = try take(snapshot, &count, &reader)
        if try output.isJSON {
            try output.screen.json(try json(count, query, hash, completeTo: size))
        } else {
            try show(count)
        }
        if let times = try asked.times.shown(query) { try output.messages.line(times) }
        if count.undecided.total > 0 {
            try output.messages.line(NothingFound.undecided(count.undecided.total))
        }
        if count.relation != .exact {
            try output.messages.line("there are more: counting took too long; ask for less time.")
        }
        if count.query != query { try output.messages.line(NothingFound.leftOut) }
        if count.unread > 0 { try output.messages.line(NothingFound.notSearched(count.unread)) }
    }

    private func explain(_ query: RecordQuery, _ field: QueryField?) throws {
        let finder = RecordFinder(
            query: query.ofAccesses, unit: .access, limit: nil, search: search, log: log,
            output: output)
        try QueryExplanation(
            query: query, times: try asked.times.shown(query), unit: .access, field: field,
            leftOut: query.leftOutOfAccesses, plan: try finder.plan()
        ).show(output)
    }

    /// Counts by the catalog, or by reading the log.
    ///
    /// - Returns: the size of the log that the counts are of.
    private func take(
        _ snapshot: LogSnapshot, _ count: inout AccessCount, _ reader: inout ValueReader
    ) throws -> UInt64 {
        do {
            if let catalog = try search.catalog(
                of: snapshot, log, isOpen: reader.isOpen, output)
            {
                do {
                    var search = try Search(
                        count.query, unit: .access, in: catalog, of: snapshot, reader)
                    if try count.take(&search, top: top) { return search.completeTo }
                } catch SearchFailure.behind(let missing) {
                    try output.messages.line(
                        "\(SearchFailure.behind(missing).message) The log is read now.")
                }
            }
            try count.take(snapshot, &reader)
            return snapshot.size.count
        } catch let failure as LogReadFailure {
            throw CommandFailure(failure)
        } catch let failure as SearchFailure {
            throw CommandFailure(failure)
        }
    }

    private func spans() throws(CommandFailure) -> QuerySpans? {
        let zone = try asked.times.place()
        return every.map { QuerySpans(of: $0.duration, in: zone) }
    }

    private func field() throws(CommandFailure) -> QueryField? {
        guard let by else { return nil }
        guard let field = QueryField(counting: by) else {
            throw CommandFailure(
                .usage,
                "--by is `\(by)`, which is no field to count by; \(QueryField.remedy(counting: by))."
            )
        }
        return field
    }

    /// The rows that are shown: by time, then the most frequent values first.
    private func rows(_ count: AccessCount) -> [(key: AccessCount.Key, count: Int)] {
        var totals: [QueriedAccess.Facet: Int] = [:]
        for (key, count) in count.counts {
            if let facet = key.facet { totals[facet, default: 0] += count }
        }
        let shown = totals.sorted {
            ($1.value, Self.text($0.key)) < ($0.value, Self.text($1.key))
        }.prefix(top).map(\.key)
        let places = Dictionary(uniqueKeysWithValues: zip(shown, 0...))
        return count.counts.filter { key, _ in key.facet.map { places[$0] != nil } ?? true }
            .sorted { one, other in
                (one.key.from ?? 0, one.key.facet.flatMap { places[$0] } ?? 0)
                    < (other.key.from ?? 0, other.key.facet.flatMap { places[$0] } ?? 0)
            }.map { ($0.key, $0.value) }
    }

    private func show(_ count: AccessCount) throws {
        if by == nil, every == nil {
            return try output.screen.table(
                Table(facts: [
                    ("accesses", "\(count.accesses)"), ("records", "\(count.records)"),
                    ("undecided", "\(count.undecided.total)"),
                ]))
        }
        let zone = try asked.times.place()
        var headings: [SafeText] = []
        if every != nil { headings.append("FROM") }
        if let by { headings.append("\(by.uppercased())") }
        var table = Table(headings + ["ACCESSES"])
        for (key, count) in rows(count) {
            var cells: [SafeText] = []
            if let from = key.from {
                cells.append("\(zone.text(of: UTCInstant(microseconds: from)))")
            }
            if every != nil, key.from == nil { cells.append("–") }
            if let facet = key.facet { cells.append("\(Self.text(facet))") }
            table.rows.append(cells + ["\(count)"])
        }
        try output.screen.table(table)
    }

    private func json(
        _ count: AccessCount, _ query: RecordQuery, _ hash: String?, completeTo size: UInt64
    ) throws -> JSONValue {
        var members = [
            JSONMember("query", .string(query.text)),
            JSONMember("hash", .string(hash ?? query.hash)),
            JSONMember("accesses", .integer(Int64(count.accesses))),
            JSONMember("records", .integer(Int64(count.records))),
            JSONMember("undecided", .integer(Int64(count.undecided.total))),
            JSONMember("withheld", .integer(Int64(count.undecided.withheld))),
            JSONMember("erased", .integer(Int64(count.undecided.erased))),
            JSONMember("relation", .string(count.relation.rawValue)),
            JSONMember("complete_to", .integer(Int64(clamping: size))),
            JSONMember("zone", .string(try asked.times.clock().zone)),
            JSONMember("left_out", .array(query.leftOutOfAccesses.map { .string($0) })),
        ]
        if let from = query.times.from { members.append(JSONMember("from", .string(from.rfc3339))) }
        if let to = query.times.to { members.append(JSONMember("to", .string(to.rfc3339))) }
        guard by != nil || every != nil else { return .object(members) }
        members.append(
            JSONMember(
                "rows",
                .array(
                    rows(count).map { key, count in
                        var row: [JSONMember] = []
                        if let from = key.from {
                            row.append(
                                JSONMember(
                                    "from", .string(UTCInstant(microseconds: from).rfc3339)))
                        }
                        row += key.facet?.members ?? []
                        return .object(row + [JSONMember("accesses", .integer(Int64(count)))])
                    })))
        return .object(members)
    }

    private static func text(_ facet: QueriedAccess.Facet) -> String {
        switch facet {
        case .value(let text): text
        case .none: "(none)"
        case .withheld: "(withheld)"
        case .erased: "(erased)"
        }
    }
}
