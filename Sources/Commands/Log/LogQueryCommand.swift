// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ArgumentParser
import AuditRecords
import ByteCoding
import LogReading
import Merkle
import Messages
import Server

/// `countersign log query`.
struct LogQueryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Find records, the newest first.",
        discussion: """
            EXAMPLES:
              countersign log query --since 1h --decision deny
              countersign log query --actor "Ada Lovelace" --path /invoices
              countersign log query --actor tzc7rsoq --reason key_revoked
              countersign log query --status 5xx --service billing --json
              countersign log query --since 2026-11-01 --until 2026-12-01 --reason rate_limited

            All that is given has to hold. Names, paths and addresses are shown, and can be asked for, by \
            whoever can read the log's keys; that they were is a record itself, `log.query`, made before \
            anything is shown. With --json, each line has a record and its values. Exit code 3 where nothing \
            is found.
            """)

    @Option(help: "Only from here on: 90m, 2026-11-29, or 2026-11-29T13:00:00Z.")
    var since: MomentArgument?

    @Option(help: "Only before this moment.")
    var until: MomentArgument?

    @Option(
        help:
            "Only of this actor: a name, the opaque id, or a key's id; also where it was refused.")
    var actor: String?

    @Option(help: "Only of this service.")
    var service: String?

    @Option(help: "Only decided so.")
    var decision: DecisionArgument?

    @Option(help: "Only with this status: 404, 4xx or 400-499.")
    var status: StatusRange?

    @Option(help: "Only for this reason, such as rule_denied.")
    var reason: String?

    @Option(help: "Only this path and what is below it, or this route.")
    var path: String?

    @Option(help: "No more records than these.")
    var limit = 100

    @OptionGroup var disclosure: DisclosureOptions
    @OptionGroup var log: LogOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        guard (1...10_000).contains(limit) else {
            throw CommandFailure(.usage, "--limit is \(limit); use 1 to 10000.")
        }
        let snapshot = try log.snapshot()
        var finder = try await finder(snapshot)
        let scan = RecordScan(snapshot: snapshot, filter: filter, limit: limit)
        let (hits, looked, unread): ([RecordScan.Hit], Range<UInt64>, Int)
        do throws(LogReadFailure) {
            (hits, looked, unread) = try scan.run(&finder)
        } catch {
            throw CommandFailure(error)
        }
        guard !hits.isEmpty else {
            let sealed: SafeText =
                actor == nil || finder.isOpen
                ? "" : " Names are sealed here and were not looked at."
            let unknown: SafeText =
                decision.map { !$0.isKnown } == true
                ? " Decisions known here are \(DecisionArgument.allValueStrings.joined(separator: ", "))."
                : ""
            throw CommandFailure(
                .notFound,
                "none of the log's \(snapshot.size.count) records is such a one." + sealed + unknown
                    + (unread == 0 ? "" : " " + Self.notSearched(unread))
            )
        }
        // A search by name or path has been recorded already.
        var reader =
            finder.isOpen
            ? finder
            : try await disclosure.reader(
                snapshot, log,
                DisclosureOptions.Reading(
                    words: words, rows: hits.count { Record.hasValues($0.leaf) },
                    range: "\(looked.lowerBound)..<\(looked.upperBound)"), output)
        try show(hits, of: snapshot, &reader, digits: String(snapshot.size.count).count)
        if unread > 0 { try output.messages.line(Self.notSearched(unread)) }
        if hits.count == limit, try !output.isJSON {
            try output.messages.line(
                "the newest \(limit) that match; there may be more: --limit, --until")
        }
    }

    /// Nobody is to take what cannot be read for what is not there.
    private static func notSearched(_ count: Int) -> SafeText {
        "\(count) of the records looked at cannot be read by this program, and may be such ones; `countersign verify` says what they are."
    }

    /// Opens what the filter asks about; whether somebody is in the log is a personal value, too.
    private func finder(_ snapshot: LogSnapshot) async throws -> ValueReader {
        guard actor != nil || path != nil else { return ValueReader(sealing: snapshot) }
        let reader = try await disclosure.reader(
            snapshot, log,
            DisclosureOptions.Reading(
                words: words, rows: nil, range: "0..<\(snapshot.size.count)"), output)
        // Sealed names and paths match nothing, which says nothing about who is in the log. Opaque ids and route
        // templates are in the records themselves.
        guard reader.isOpen || actor.map(Self.isOpen) != false && path == nil else {
            throw CommandFailure(
                .usage,
                "names and paths are sealed here and cannot be searched; ask for an opaque id (sub_…), a key's id, or read the configured log with its keys and without --sealed."
            )
        }
        return reader
    }

    /// Whether records show such an actor openly: by an opaque id, an API key's id, a certificate's thumbprint, or as
    /// anonymous. A name may look like a key's id; then it is not found among sealed values.
    private static func isOpen(_ actor: String) -> Bool {
        actor.hasPrefix("sub_") || ["anonymous", "system"].contains(actor)
            || actor.wholeMatch(of: /[a-z2-7]{8}|[A-Za-z0-9_-]{43}/) != nil
    }

    private var filter: RecordFilter {
        let now = CommandContext.current.now()
        return RecordFilter(
            since: since?.instant(now: now), until: until?.instant(now: now), actor: actor,
            service: service, decision: decision?.word, status: status, reason: reason, path: path)
    }

    /// The query in a canonical form, for its hash.
    private var words: [String] {
        let filter = filter
        let parts: [(String, String?)] = [
            ("since", filter.since?.rfc3339), ("until", filter.until?.rfc3339), ("actor", actor),
            ("service", service), ("decision", decision?.word),
            ("status", status.map { "\($0.range.lowerBound)-\($0.range.upperBound)" }),
            ("reason", reason), ("path", path), ("limit", "\(limit)"),
        ]
        return ["log query"] + parts.compactMap { name, value in value.map { "\(name)=\($0)" } }
    }

    private func show(
        _ hits: [RecordScan.Hit], of snapshot: LogSnapshot, _ reader: inout ValueReader,
        digits: Int
    ) throws {
        let columns = RecordColumns(width: output.screen.columns, digits: digits)
        let isJSON = try output.isJSON
        if !isJSON { try output.screen.line(columns.headings) }
        var changed: [UInt64] = []
        var authentic = AuthenticLeaves(snapshot)
        for hit in hits {
            let isSigned = try authentic.holds(hit.leaf, at: hit.index)
            if !isSigned { changed.append(hit.index.value) }
            let line =
                isSigned
                ? try RecordLine(hit.index, hit.leaf, &reader)
                : RecordLine(notAsSigned: hit.index)
            if isJSON {
                try output.screen.json(line.json)
            } else {
                try output.screen.line(line.text(in: columns))
            }
        }
        guard changed.isEmpty else { throw CommandFailure.notAsSigned(changed) }
    }
}
