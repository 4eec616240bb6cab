// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import AuditRecords
import ByteCoding
import Catalog
import Console
import Hummingbird
import LogReading
import Merkle
import Query
import Search
import SignedNotes

/// Signing off what was reviewed: a record that names the range, the query, and who vouches for it.
struct ReviewEndpoints: AuditorGroup {
    let desk: AuditorDesk

    var operations: [AuditorOperation] {
        [
            AuditorOperation(
                .post, "/reviews", .logReview,
                "Sign off that accesses were reviewed; the record of it has their count, the query, and the signed size.",
                parameters: AskedQuery.parameters + Self.parameters,
                answers: [AuditorAnswer(.json, schema: "Review", status: 201)],
                problems: [
                    .unknownParameter, .badParameter, .badQuery, .badRange, .purposeMissing,
                    .rightMissing, .timedOut, .catalogRebuilding, .logUnreadable, .unrecorded,
                ], sign)
        ]
    }

    private static let parameters = [
        AuditorParameter(
            "result", .choice(ReviewFacts.Result.allCases.map(\.rawValue)),
            "Whether something has to be followed up; needed.", example: "clean"),
        AuditorParameter(
            "note", .text(mostBytes: 256),
            "What came of it, or for what it was done; sealed, unless it is the number of a case.",
            example: "AUD-2026-11"), AskedQuery.purposeParameter,
    ]

    static let schemas: [(name: String, schema: AuditorSchema)] = [
        (
            "Review",
            .object(
                AuditorSchema.asked + AuditorSchema.counted + [
                    .init("unread", .count), .init("still_open", .optional(.count)),
                    .init("result", .words(ReviewFacts.Result.allCases.map(\.rawValue))),
                    .init("root", .base64),
                ] + AuditorSchema.standing)
        )
    ]

    private func sign(_ call: AuditorCall) async throws -> Response {
        guard let result = call["result"].flatMap({ ReviewFacts.Result(rawValue: $0) }) else {
            throw AuditorProblem.badParameter.problem(
                "A review has a result, and none is given.",
                remedy: "Say result=clean or result=findings, and in note what was found.",
                [JSONMember("parameter", .string("result"))])
        }
        let asked = try AskedQuery(call, of: .access, now: call.now)
        // What values are opened for is what the review is noted for, under either name.
        let note = call["note"] ?? call["purpose"]
        let isOpening = try await desk.opens(
            [], note, deciding: asked.query.personalGroups, for: call)
        return try await desk.reading {
            var search = try LogSearch(
                asked.sought, unit: .access, isOpening: isOpening, isWhole: true, at: desk)
            let count = try search.ask { try $0.count(within: LogSearch.deadline) }
            // Nobody vouches for what was not counted to its end.
            guard count.relation == .exact else {
                throw AuditorProblem.timedOut.problem(
                    "The search took longer than it may.",
                    remedy: "Review less time at once, or name a service or a route.",
                    retryAfter: 1)
            }
            let standing = search.standing
            guard let newest = search.search.snapshot.newest?.claim,
                newest.size.count == standing.completeTo
            else {
                throw AuditorProblem.logUnreadable.problem(
                    "Nothing of the log is signed yet.", remedy: "Ask again soon.", retryAfter: 1)
            }
            let root = newest.root.hash.base64
            var facts = QueryFacts(
                asked.query, about: try search.person(), rows: UInt64(count.accesses),
                range: "0..<\(standing.completeTo)", purpose: note)
            facts.review = ReviewFacts(
                from: asked.query.times.from, to: asked.query.times.to,
                query: facts.text == nil && !asked.query.mayNameSomebody ? asked.query.text : nil,
                root: root, result: result)
            let open = try search.stillOpen()
            let said = try desk.record(AuditorReading(.review, facts), by: call.reader)
            var response = Response.json(
                .object(
                    asked.members + count.members + [
                        JSONMember("unread", .integer(Int64(count.unread))), open,
                        JSONMember("result", .string(result.rawValue)),
                        JSONMember("root", .string(root)),
                    ] + standing.members + said.members))
            response.status = .created
            standing.say(in: &response.headers)
            return response
        }
    }
}
