// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import AuditRecords
import ByteCoding
import Catalog
import Console
import Disclosures
import HTTPTypes
import Hummingbird
import Query
import Search

/// What actors were seen with for the first time.
struct FirstSeenEndpoints: AuditorGroup {
    let desk: AuditorDesk

    var operations: [AuditorOperation] {
        [HTTPRequest.Method.get, .post].map { method in
            AuditorOperation(
                method, "/first-seen", .logRead,
                "List what actors were seen with since a time, and never before it.",
                parameters: AskedQuery.parameters + Self.parameters
                    + [AskedQuery.purposeParameter],
                answers: [AuditorAnswer(.json, schema: "FirstSeen")],
                problems: RecordEndpoints.problems, list)
        }
    }

    private static let parameters = [
        AuditorParameter(
            "of", .choice(FirstSeenThing.allCases.map(\.rawValue)),
            "What is looked at; networks by default, the /24 of IPv4 and the /48 of IPv6.",
            example: "service"),
        AuditorParameter(
            "top", .number(1...1000), "No more rows than these, the newest; 50 by default.",
            example: "20"),
    ]

    static let schemas: [(name: String, schema: AuditorSchema)] = [
        (
            "FirstSeen",
            .object(
                AuditorSchema.asked + [
                    .init("of", .words(FirstSeenThing.allCases.map(\.rawValue))),
                    .init("withheld", .count), .init("erased", .count),
                    .init("oldest", .moment, isOptional: true),
                    .init("relation", .named("Relation")),
                    .init(
                        "rows",
                        .list(
                            .object([
                                .init("actor", .text, isOptional: true),
                                .init("value", .text, isOptional: true),
                                .init("time", .moment),
                                .init("uid", .uid, isOptional: true),
                                .init("index", .count, isOptional: true),
                                .init("key", .text, isOptional: true), .init("accesses", .count),
                            ]))), .init("others", .count),
                ] + AuditorSchema.standing)
        )
    ]

    private func list(_ call: AuditorCall) async throws -> Response {
        let asked = try AskedQuery(call, of: .access, now: call.now)
        guard asked.query.times.from != nil else {
            throw AuditorProblem.badQuery.problem(
                "What is new depends on since when.", remedy: "Name a time, such as since=7d.")
        }
        let thing = call["of"].flatMap { FirstSeenThing(rawValue: $0) } ?? .network
        let top = Int(call.number("top") ?? 50)
        // To tell one value from another is to see them.
        let shown = Set([thing.field?.row.personal?.group].compactMap(\.self))
        let isOpening = try await desk.opens(
            shown, asked.purpose, deciding: asked.query.personalGroups, for: call)
        return try await desk.reading {
            var search = try LogSearch(
                asked.sought, unit: .access, isOpening: isOpening, at: desk)
            let answer = try search.ask {
                try $0.firstSeen(thing, most: top, within: LogSearch.deadline)
            }
            let standing = search.standing
            let oldest = answer.oldest.map { [JSONMember("oldest", .string($0.rfc3339))] } ?? []
            let members =
                asked.members + oldest + [
                    JSONMember("of", .string(thing.rawValue)),
                    JSONMember("withheld", .integer(Int64(answer.undecided.withheld))),
                    JSONMember("erased", .integer(Int64(answer.undecided.erased))),
                    JSONMember("relation", .string(answer.relation.rawValue)),
                    JSONMember("rows", .array(answer.rows.map(\.json))),
                    JSONMember("others", .integer(Int64(answer.others))),
                ]
            return try search.answer(members, standing, to: asked, rows: nil, for: call.reader)
        }
    }
}
