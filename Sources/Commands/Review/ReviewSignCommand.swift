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
import SignedNotes

extension ReviewFacts.Result: ExpressibleByArgument {}

/// `countersign review sign`.
struct ReviewSignCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign",
        abstract: "Vouch for having looked at accesses.",
        discussion: """
            EXAMPLES:
              countersign review sign 'is:denied' --since 24h --result clean
              countersign review sign --since 2026-11-01 --until 2026-11-30 --result findings --note AUD-2026-11

            The accesses are counted, and the record is made of the log as it is signed now; what comes later is not \
            covered. The note is sealed unless it is the number of a case.
            """)

    @Argument(help: "Which accesses, in the query language; all where nothing is given.")
    var query: [String] = []

    @OptionGroup var asked: QueryOptions

    @Option(help: "clean, or findings where something has to be followed up.")
    var result: ReviewFacts.Result

    @Option(help: "What came of it, or the number of a case.")
    var note: String?

    @OptionGroup var search: SearchOptions
    @OptionGroup var log: LogOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let query = try asked.query(query)
        guard log.directory == nil else {
            throw CommandFailure(
                .usage,
                "a sign-off is a record of the configured log, and --log names another. Name its configuration with -c instead."
            )
        }
        let snapshot = try log.snapshot()
        guard let claim = snapshot.newest?.claim else {
            throw CommandFailure(
                .notFound, "nothing of the log is signed yet; there is nothing to review.")
        }
        let isPersonal = !query.personalGroups.isEmpty
        var reader =
            isPersonal ? ValueReader(opening: snapshot) : ValueReader(sealing: snapshot)
        let count = try CountedQuery(snapshot: snapshot, log: log, search: search, output: output)
            .count(query, &reader)
        guard count.relation == .exact else {
            throw CommandFailure(
                .unavailable, "counting took too long; review less time at once, or name a service."
            )
        }
        var facts = QueryFacts(
            query, about: try SoughtPerson.of(query.ofAccesses, .access, in: snapshot, log, output),
            rows: UInt64(count.accesses), range: "0..<\(snapshot.size.count)", purpose: note)
        facts.review = ReviewFacts(
            from: query.times.from, to: query.times.to,
            query: facts.text == nil && !query.mayNameSomebody ? query.text : nil,
            root: claim.root.hash.base64,
            result: result)
        let recorder = HostRecorder(deployment: try log.deployment.read())
        guard let said = try await recorder.record(.review, facts, mayOpenLog: true) else {
            throw CommandFailure(.unavailable, "the log took no record of it.")
        }
        if try output.isJSON {
            try output.screen.json(
                .object([
                    JSONMember("recorded", .string(said.uid.text)),
                    JSONMember("accesses", .integer(Int64(count.accesses))),
                    JSONMember("undecided", .integer(Int64(count.undecided.total))),
                    JSONMember("size", .integer(Int64(clamping: snapshot.size.count))),
                    JSONMember("root", .string(claim.root.hash.base64)),
                    JSONMember("result", .string(result.rawValue)),
                ]))
        } else {
            try output.screen.line(
                "signed off: \(count.accesses) accesses, of \(snapshot.size.count) signed records, \(result.rawValue); record \(said.uid.text)"
            )
        }
        if count.undecided.total > 0 {
            try output.messages.line(NothingFound.undecided(count.undecided.total))
        }
    }
}
