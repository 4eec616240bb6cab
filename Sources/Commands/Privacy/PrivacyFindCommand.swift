// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AuditRecords
import ByteCoding
import Disclosures
import LogFormat
import LogReading
import Merkle
import Messages
import Query

/// `countersign privacy find`.
struct PrivacyFindCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "find",
        abstract: "Find people's ids, and what is asked for and held.",
        discussion: """
            EXAMPLES:
              countersign privacy find
              countersign privacy find "Ada Lovelace"
              countersign privacy find ada@example.com --json
              countersign privacy find sub_7q4m2xk9h0v3t8wz

            A name, an e-mail address or the name that an identity source uses leads to the ids under which the log \
            keeps somebody; it has to be whole, and is found as long as it is not erased. That it was looked for is \
            a record, log.query, which holds a digest of what was typed. Without an argument, open requests and \
            holds are listed, and nothing is opened.
            """)

    @Argument(help: "A name, an e-mail address or a subject id.")
    var person: String?

    @Flag(help: "Say what is looked for, and look at nothing.")
    var explain = false

    @OptionGroup var disclosure: DisclosureOptions
    @OptionGroup var log: LogOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        if explain { return try showExplanation() }
        let snapshot = try log.snapshot()
        let standing = try snapshot.privacyStanding()
        guard let person else { return try list(standing) }
        let ids: [SubjectID]
        if let id = SubjectID(person) {
            ids = [id]
        } else {
            var reader = try await disclosure.reader(
                snapshot, log,
                // As a query, so that whoever asks for the same person by one is recorded in the same way.
                DisclosureOptions.Reading(
                    query: RecordQuery(ofPerson: person), .record, rows: nil,
                    range: "0..<\(snapshot.size.count)"), output)
            ids = try found(person, snapshot, &reader)
        }
        let rows = try ids.map { id in
            (id, try snapshot.tally(of: PrivacyScope(subjects: [id])))
        }.filter { $0.1.records > 0 || $0.1.total > 0 }
        guard !rows.isEmpty else {
            throw CommandFailure(
                .notFound,
                "nobody of that name is found: it was never recorded, is erased, or is sealed for this reader. Give it whole, as the identity source has it, or the subject id."
            )
        }
        try show(rows, standing)
    }

    private func showExplanation() throws {
        guard let person else {
            throw CommandFailure(.usage, "--explain explains a name; give one.")
        }
        let query = RecordQuery(ofPerson: person)
        try QueryExplanation(
            query: query, times: nil, unit: .record, leftOut: [],
            plan: query.personalGroups.isEmpty
                ? "counts the records of the id; nothing is recorded of that"
                : "opens the names of everybody in the log; recorded as log.query"
        ).show(output)
    }

    /// The ids of everybody of a name.
    private func found(
        _ name: String, _ snapshot: LogSnapshot, _ reader: inout ValueReader
    ) throws(CommandFailure) -> [SubjectID] {
        var ids: [SubjectID] = []
        var seen: Set<Hash256> = []
        do throws(LogReadFailure) {
            var records: [(LeafIndex, Record)] = []
            try snapshot.forEachLeaf(in: 0..<snapshot.size.count) { index, leaf in
                guard
                    case .success(let record) = Result(catching: { () throws(RecordFault) in
                        try Record(leaf: leaf)
                    }), let who = record.commitments[.who], seen.insert(who).inserted
                else { return }
                records.append((index, record))
            }
            for (index, record) in records {
                let names = try reader.values(of: record, at: index).names
                guard names.contains(where: { $0.likeLetters == name.likeLetters }) else {
                    continue
                }
                // The name is theirs whose key seals it, whoever the record says acted.
                guard let id = try reader.owner(of: .who, of: record, at: index),
                    id != .anonymous, !ids.contains(id)
                else { continue }
                ids.append(id)
            }
        } catch {
            throw CommandFailure(error)
        }
        return ids
    }

    private func show(
        _ rows: [(SubjectID, PrivacyTally)], _ standing: PrivacyStanding
    ) throws {
        guard try !output.isJSON else {
            return try output.screen.json(
                .array(
                    rows.map { id, tally in
                        .object(
                            [
                                JSONMember("subject", .string(id.text)),
                                JSONMember("state", .string(standing.state(of: id).rawValue)),
                            ] + tally.json)
                    }))
        }
        try output.screen.table(
            Table(
                ["SUBJECT", "STATE", "RECORDS", "VALUES", "FIRST", "LAST"],
                rows: rows.map { id, tally in
                    [
                        "\(id.text)", "\(standing.state(of: id).rawValue)", "\(tally.records)",
                        "\(tally.groupText)", "\(tally.first?.rfc3339 ?? "-")",
                        "\(tally.last?.rfc3339 ?? "-")",
                    ]
                }))
    }

    /// Open requests and holds.
    private func list(_ standing: PrivacyStanding) throws {
        func scope(_ scope: PrivacyScope) -> [String] {
            scope.subjects.map(\.text) + scope.periods.map(\.text)
        }
        guard try !output.isJSON else {
            return try output.screen.json(
                .object([
                    JSONMember(
                        "requests",
                        .array(
                            standing.requests.map {
                                .object([
                                    JSONMember("uid", .string($0.uid.text)),
                                    JSONMember("wants", .string($0.wish.rawValue)),
                                    JSONMember(
                                        "scope", .array(scope($0.scope).map { .string($0) })),
                                    JSONMember(
                                        "approvers", .array($0.approvers.map { .string($0) })),
                                ])
                            })),
                    JSONMember(
                        "holds",
                        .array(
                            standing.holds.map {
                                .object([
                                    JSONMember("uid", .string($0.uid.text)),
                                    JSONMember(
                                        "scope", .array(scope($0.scope).map { .string($0) })),
                                ])
                            })),
                ]))
        }
        let requests: [[SafeText]] = standing.requests.map {
            [
                "\($0.wish.rawValue)", "\($0.uid.text)",
                "\(scope($0.scope).joined(separator: " "))",
                "\($0.approvers.joined(separator: ", ")) for it",
            ]
        }
        let holds: [[SafeText]] = standing.holds.map {
            let what = $0.scope.isEmpty ? "everything" : scope($0.scope).joined(separator: " ")
            return ["hold", "\($0.uid.text)", "\(what)", "\($0.reference?.text ?? "-")"]
        }
        try output.screen.table(Table(["WHAT", "UID", "OF", "STANDING"], rows: requests + holds))
        if requests.isEmpty, holds.isEmpty {
            try output.messages.line("no request is open, and nothing is held")
        }
    }
}
