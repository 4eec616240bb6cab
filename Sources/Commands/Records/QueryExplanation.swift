// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Disclosures
import Messages
import Query

/// What a command would ask, what records call it, what has to be opened for it, and how it is found: `--explain`.
/// Nothing is looked at for that, and nothing recorded.
struct QueryExplanation {
    let query: RecordQuery
    /// The times of the query, as people are shown them.
    let times: SafeText?
    let unit: SearchUnit
    /// The field whose values are shown or counted.
    var field: QueryField?
    let leftOut: [String]
    let plan: String

    private var groups: [String] {
        let shown = field.flatMap { $0.isPersonal ? $0.row.personal?.group : nil }
        return query.personalGroups.union([shown].compactMap(\.self)).map(\.rawValue).sorted()
    }

    /// What has to be opened for the query, as terms, and the field that is counted by.
    private var personal: [String] {
        let terms = query.personalTerms.map { QueryText.text(of: $0.term) }
        return terms + [field].compactMap { $0?.isPersonal == true ? $0?.text : nil }
    }

    /// Records have another one of each query that names somebody, which nobody knows beforehand.
    private var hash: String? { query.personalGroups.isEmpty ? query.hash : nil }

    func show(_ output: OutputOptions) throws {
        guard try !output.isJSON else { return try output.screen.json(json) }
        var facts: [(SafeText, SafeText)] = [
            ("asks for", "\(QuerySentence.of(query))"), ("canonical", "\(query.text)"),
            (
                "hash",
                hash.map { "\($0)" } ?? "salted when it is recorded, as the query is personal"
            ),
        ]
        if let times { facts.append(("times", times)) }
        facts.append(
            (
                "opens",
                groups.isEmpty
                    ? "nothing personal"
                    : "\(groups.joined(separator: ", ")), for \(personal.joined(separator: ", "))"
            ))
        if !leftOut.isEmpty { facts.append(("leaves out", "\(leftOut.joined(separator: ", "))")) }
        facts.append(("plan", "\(plan)"))
        try output.screen.table(Table(facts: facts))
    }

    private var json: JSONValue {
        .object([
            JSONMember("sentence", .string(QuerySentence.of(query))),
            JSONMember("query", .string(query.text)),
            JSONMember("hash", hash.map { .string($0) } ?? .null),
            JSONMember("opens", .array(groups.map { .string($0) })),
            JSONMember("personal", .array(personal.map { .string($0) })),
            JSONMember("unit", .string(unit.rawValue)),
            JSONMember("left_out", .array(leftOut.map { .string($0) })),
            JSONMember("plan", .string(plan)),
        ])
    }
}
