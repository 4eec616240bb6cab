// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AuditRecords
import ByteCoding
import Catalog
import LogReading
import Merkle
import Messages
import Query
import Search

extension FirstSeenThing: ExpressibleByArgument {
    /// What it is called above its column.
    fileprivate var heading: SafeText { "\(rawValue.uppercased())" }
}

/// `countersign log first-seen`.
struct LogFirstSeenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "first-seen",
        abstract: "List what actors were seen with for the first time.",
        discussion: """
            EXAMPLES:
              countersign log first-seen 'auth:apikey' --since 7d
              countersign log first-seen --of service --since 24h
              countersign log first-seen --of actor --since 2026-11-01 --json

            Lists each actor with a network that they came from since the time that is given, and never before as far \
            as the log goes back; --of names what else is looked at. A network is the /24 of an IPv4 address and the \
            /48 of an IPv6 address. Claims that were refused are those of an anonymous actor. Needs the log's catalog. \
            To ask for networks, addresses and paths is a record itself, `log.query`. Exit code 3 where nothing is new.
            """)

    @Argument(help: "Which accesses count, in the query language; all where nothing is given.")
    var query: [String] = []

    @Option(help: "What is looked at.")
    var of = FirstSeenThing.network

    @OptionGroup var asked: QueryOptions

    @Option(help: "No more rows than these, the newest.")
    var top = 50

    @Flag(help: "Say what is asked for, and look at nothing.")
    var explain = false

    @OptionGroup var disclosure: DisclosureOptions
    @OptionGroup var log: LogOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        guard (1...10_000).contains(top) else {
            throw CommandFailure(.usage, "--top is \(top); use 1 to 10000.")
        }
        let query = try asked.query(query)
        guard query.times.from != nil else {
            throw CommandFailure(.usage, "\(SearchFailure.noBeginning.message) Or --since 7d.")
        }
        if explain {
            return try QueryExplanation(
                query: query, times: try asked.times.shown(query), unit: .access, field: of.field,
                leftOut: query.leftOutOfAccesses, plan: "asks the catalog, which has to be there"
            ).show(output)
        }
        let snapshot = try log.snapshot()
        let isOfValues = of.field?.row.personal != nil || !query.personalGroups.isEmpty
        var (reader, hash) = (ValueReader(sealing: snapshot), String?.none)
        if isOfValues {
            (reader, hash) = try await disclosure.opened(
                snapshot, log,
                DisclosureOptions.Reading(
                    query: query, sought: query.ofAccesses, .access, rows: nil,
                    range: "0..<\(snapshot.size.count)"), output)
        }
        let catalog = try SearchOptions.kept(
            of: snapshot, log, isOpen: reader.isOpen, output)
        guard let catalog else {
            throw CommandFailure(
                .unavailable,
                "what is new is looked up in the log's catalog, which is not there; `countersign catalog rebuild` makes one."
            )
        }
        do {
            var search = try Search(
                query.ofAccesses, unit: .access, in: catalog, of: snapshot, reader)
            let answer = try search.firstSeen(of, most: top, within: Self.deadline)
            if try output.isJSON {
                try output.screen.json(try json(answer, query, hash))
            } else {
                try show(answer, search.snapshot, &reader)
            }
            try tell(answer, query)
        } catch let failure as LogReadFailure {
            throw CommandFailure(failure)
        } catch let failure as SearchFailure {
            throw CommandFailure(failure)
        }
    }

    private static let deadline = Duration.seconds(60)

    private func show(
        _ answer: FirstSeenAnswer, _ snapshot: LogSnapshot, _ reader: inout ValueReader
    ) throws {
        var table = Table(
            ["FIRST SEEN", of == .actor ? "KEY" : of.heading, "ACCESSES", "RECORD", "ACTOR"])
        for row in answer.rows {
            var actor: SafeText = "\(row.actor ?? "anonymous")"
            if let index = row.index.map({ LeafIndex($0) }) {
                let record = try Record(leaf: try snapshot.leaf(at: index))
                let values = try reader.values(of: record, at: index)
                actor = ShownActor(record, values).full
            }
            table.rows.append([
                "\(row.time.rfc3339.prefix(19) + "Z")",
                "\((of == .actor ? row.key : row.value) ?? "(none)")", "\(row.count)",
                "\(row.index.map { "\($0)" } ?? "–")", actor,
            ])
        }
        try output.screen.table(table)
    }

    private func tell(_ answer: FirstSeenAnswer, _ query: RecordQuery) throws {
        if let times = try asked.times.shown(query) { try output.messages.line(times) }
        if let from = query.times.from, let oldest = answer.oldest {
            try output.messages.line(
                oldest < from
                    ? "the log goes back to \(oldest.rfc3339)"
                    : "the log goes back no further than \(oldest.rfc3339), so everything in it is new"
            )
        }
        if answer.undecided.total > 0 {
            try output.messages.line(NothingFound.undecided(answer.undecided.total))
        }
        if answer.others > 0 {
            try output.messages.line("\(answer.others) more are older: --top")
        }
        if answer.relation != .exact {
            try output.messages.line("there may be more: this took too long; ask for less time.")
        }
        guard answer.rows.isEmpty else { return }
        throw CommandFailure(
            .notFound,
            "no \(of.rawValue) is new: each was seen with the same actor before, among \(answer.completeTo) records."
        )
    }

    private func json(
        _ answer: FirstSeenAnswer, _ query: RecordQuery, _ hash: String?
    ) throws -> JSONValue {
        var members = [
            JSONMember("query", .string(query.text)),
            JSONMember("hash", .string(hash ?? query.hash)),
            JSONMember("of", .string(of.rawValue)),
            JSONMember("withheld", .integer(Int64(answer.undecided.withheld))),
            JSONMember("erased", .integer(Int64(answer.undecided.erased))),
            JSONMember("relation", .string(answer.relation.rawValue)),
            JSONMember("complete_to", .integer(Int64(clamping: answer.completeTo))),
            JSONMember("zone", .string(try asked.times.clock().zone)),
        ]
        if let from = query.times.from { members.append(JSONMember("from", .string(from.rfc3339))) }
        if let to = query.times.to { members.append(JSONMember("to", .string(to.rfc3339))) }
        if let oldest = answer.oldest {
            members.append(JSONMember("oldest", .string(oldest.rfc3339)))
        }
        members.append(JSONMember("more", .integer(Int64(answer.others))))
        members.append(JSONMember("rows", .array(answer.rows.map(\.json))))
        return .object(members)
    }
}
