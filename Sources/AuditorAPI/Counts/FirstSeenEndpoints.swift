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
        [HTTPRequest.Method.get, .post].flatMap { method in
            [
                AuditorOperation(
                    method, "/first-seen", .logRead,
                    "List what actors were seen with since a time, and never before it.",
                    parameters: AskedQuery.parameters + Self.parameters
                        + [AskedQuery.purposeParameter],
                    answers: [AuditorAnswer(.json, schema: "FirstSeen")],
                    problems: RecordEndpoints.problems, list),
                AuditorOperation(
                    method, "/pairs", .logRead,
                    "List which actors were seen with which services, or with something else, and how often.",
                    parameters: AskedQuery.parameters + Self.pairParameters
                        + [AskedQuery.purposeParameter],
                    answers: [AuditorAnswer(.json, schema: "Pairs")],
                    problems: RecordEndpoints.problems, pairs),
            ]
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

    private static let pairParameters = [
        AuditorParameter(
            "of", .choice(FirstSeenThing.allCases.map(\.rawValue)),
            "What actors are paired with; services by default.", example: "service"),
        AuditorParameter(
            "top", .number(1...1000), "No more rows than these, the most frequent; 200 by default.",
            example: "100"),
    ]

    private static let row: [AuditorSchema.Member] = [
        .init("actor", .text, isOptional: true), .init("value", .text, isOptional: true),
        .init("time", .moment), .init("uid", .uid, isOptional: true),
        .init("index", .count, isOptional: true), .init("key", .text, isOptional: true),
        .init("accesses", .count),
    ]

    private static func answer(
        _ own: [AuditorSchema.Member], of rows: [AuditorSchema.Member]
    ) -> AuditorSchema {
        .object(
            AuditorSchema.asked + own + [
                .init("of", .words(FirstSeenThing.allCases.map(\.rawValue))),
                .init("withheld", .count), .init("erased", .count),
                .init("relation", .named("Relation")), .init("rows", .list(.object(rows))),
                .init("others", .count),
            ] + AuditorSchema.standing)
    }

    static let schemas: [(name: String, schema: AuditorSchema)] = [
        ("FirstSeen", answer([.init("oldest", .moment, isOptional: true)], of: row)),
        ("Pairs", answer([], of: row + [.init("refused", .count)])),
    ]

    private func list(_ call: AuditorCall) async throws -> Response {
        let asked = try AskedQuery(call, of: .access, now: call.now)
        guard asked.query.times.from != nil else {
            throw AuditorProblem.badQuery.problem(
                "What is new depends on since when.", remedy: "Name a time, such as since=7d.")
        }
        let thing = call["of"].flatMap { FirstSeenThing(rawValue: $0) } ?? .network
        let top = Int(call.number("top") ?? 50)
        let isOpening = try await opens(thing, asked, call)
        return try await desk.reading {
            var search = try LogSearch(
                asked.sought, unit: .access, isOpening: isOpening, at: desk)
            let answer = try search.ask {
                try $0.firstSeen(thing, most: top, within: LogSearch.deadline)
            }
            let standing = search.standing
            let oldest = answer.oldest.map { [JSONMember("oldest", .string($0.rfc3339))] } ?? []
            let members =
                asked.members + oldest
                + Self.members(
                    of: thing, answer.undecided, answer.relation, answer.rows.map(\.json),
                    answer.others)
            return try search.answer(members, standing, to: asked, rows: nil, for: call.reader)
        }
    }

    private func pairs(_ call: AuditorCall) async throws -> Response {
        let asked = try AskedQuery(call, of: .access, now: call.now)
        let thing = call["of"].flatMap { FirstSeenThing(rawValue: $0) } ?? .service
        let top = Int(call.number("top") ?? 200)
        let isOpening = try await opens(thing, asked, call)
        return try await desk.reading {
            var search = try LogSearch(
                asked.sought, unit: .access, isOpening: isOpening, at: desk)
            let pairs = try search.ask {
                try $0.pairs(with: thing, most: top, within: LogSearch.deadline)
            }
            let standing = search.standing
            let members =
                asked.members
                + Self.members(
                    of: thing, pairs.undecided, pairs.relation, pairs.rows.map(\.json),
                    pairs.others)
            return try search.answer(members, standing, to: asked, rows: nil, for: call.reader)
        }
    }

    /// To tell one value from another is to see them.
    private func opens(
        _ thing: FirstSeenThing, _ asked: AskedQuery, _ call: AuditorCall
    ) async throws -> Bool {
        try await desk.opens(
            Set([thing.field?.row.personal?.group].compactMap(\.self)), asked.purpose,
            deciding: asked.query.personalGroups, for: call)
    }

    private static func members(
        of thing: FirstSeenThing, _ undecided: SearchUndecided, _ relation: CatalogRelation,
        _ rows: [JSONValue], _ others: Int
    ) -> [JSONMember] {
        [
            JSONMember("of", .string(thing.rawValue)),
            JSONMember("withheld", .integer(Int64(undecided.withheld))),
            JSONMember("erased", .integer(Int64(undecided.erased))),
            JSONMember("relation", .string(relation.rawValue)),
            JSONMember("rows", .array(rows)), JSONMember("others", .integer(Int64(others))),
        ]
    }
}
