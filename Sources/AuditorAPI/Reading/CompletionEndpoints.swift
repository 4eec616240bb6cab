// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import ByteCoding
import Console
import Hummingbird
import Query

/// What can be written next in a query.
///
/// Only the grammar is asked, and nothing of the log: a person types faster than anybody wants to read records of it.
struct CompletionEndpoints: AuditorGroup {
    let desk: AuditorDesk

    var operations: [AuditorOperation] {
        [
            AuditorOperation(
                .post, "/complete", .logRead,
                "Propose what can be written where the cursor stands in a query.",
                parameters: [
                    AuditorParameter(
                        "q", .text(mostBytes: QueryLimits.standard.bytes),
                        "The query so far; empty where it is left out.", example: "is:denied serv"),
                    AuditorParameter(
                        "at", .number(0...Int64(QueryLimits.standard.bytes)),
                        "Where the cursor stands, in bytes of UTF-8; at the end where it is left out.",
                        example: "14"),
                ],
                answers: [AuditorAnswer(.json, schema: "Completion")],
                problems: [.unknownParameter, .badParameter], isSearch: false, complete)
        ]
    }

    static let schemas: [(name: String, schema: AuditorSchema)] = [
        (
            "Completion",
            .object([
                .init("from", .count), .init("to", .count), .init("field", .optional(.text)),
                .init("personal", .bool),
                .init(
                    "rows",
                    .list(.object([.init("text", .text), .init("meaning", .optional(.text))]))),
            ])
        )
    ]

    private func complete(_ call: AuditorCall) -> Response {
        let text = call["q"] ?? ""
        var field: QueryField?
        let completion = QueryCompletion(
            of: text, at: call.number("at").map { Int($0) } ?? text.utf8.count
        ) {
            field = $0
            return []
        }
        return .json(
            .object([
                JSONMember("from", .integer(Int64(completion.range.lowerBound))),
                JSONMember("to", .integer(Int64(completion.range.upperBound))),
                // Its values in the log can be counted by /facets, where that is wanted.
                JSONMember("field", field.map { .string($0.text) } ?? .null),
                JSONMember("personal", .bool(field.map { $0.row.personal != nil } ?? false)),
                JSONMember(
                    "rows",
                    .array(
                        completion.candidates.map { candidate in
                            .object([
                                JSONMember("text", .string(candidate)),
                                JSONMember(
                                    "meaning",
                                    QueryCompletion.meaning(of: candidate, as: field).map {
                                        .string($0)
                                    } ?? .null),
                            ])
                        })),
            ]))
    }
}
