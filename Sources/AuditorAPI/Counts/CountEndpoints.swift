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
import LogReading
import Query
import Search

/// How many there are: in all, by time, and by the values of fields.
struct CountEndpoints: AuditorGroup {
    let desk: AuditorDesk

    var operations: [AuditorOperation] {
        [HTTPRequest.Method.get, .post].flatMap { method in
            [
                AuditorOperation(
                    method, "/stats", .logRead,
                    "Count accesses, by time and by the values of one field.",
                    parameters: AskedQuery.parameters + Self.statsParameters
                        + [AskedQuery.purposeParameter],
                    answers: [AuditorAnswer(.json, schema: "Stats")],
                    problems: RecordEndpoints.problems, stats),
                AuditorOperation(
                    method, "/facets", .logRead,
                    "Count accesses by the values of several fields.",
                    parameters: AskedQuery.parameters + Self.facetParameters
                        + [AskedQuery.purposeParameter],
                    answers: [AuditorAnswer(.json, schema: "Facets")],
                    problems: RecordEndpoints.problems, facets),
            ]
        }
    }

    private static let top = AuditorParameter(
        "top", .number(1...1000), "No more values than these, the most frequent; 10 by default.",
        example: "20")
    private static let statsParameters = [
        AuditorParameter(
            "by", .text(mostBytes: 72), "A field whose values are counted, such as decision.",
            example: "decision"),
        AuditorParameter(
            "every", .length,
            "Length of time that is counted apart, such as 15m; days and weeks are those of zone, weeks begin on Mondays. At most 10,000 of them; less than 15m takes a beginning.",
            example: "1h"),
        top,
    ]
    private static let facetParameters = [
        AuditorParameter(
            "fields", .text(mostBytes: 512),
            "Fields whose values are counted, joined by commas, 16 at most.",
            example: "service,decision,method"),
        top,
    ]

    /// What is counted by where nobody says.
    private static let defaultFields = "decision,service,method,route,actor,reason"
    private static let mostFields = 16

    private func stats(_ call: AuditorCall) async throws -> Response {
        let asked = try AskedQuery(call, of: .access, now: call.now)
        let field = try call["by"].map { try Self.field($0, of: "by") }
        let spans = try call["every"].flatMap { QuerySpans.length(of: $0) }.map {
            try Self.spans(of: $0, asked)
        }
        if spans != nil { try field?.checkThatItDivides() }
        let isOpening = try await opens(asked, [field].compactMap(\.self), call)
        let top = Int(call.number("top") ?? 10)
        return try await desk.reading {
            var count = try CountedAccesses(
                asked, field, spans, top: top, isOpening: isOpening, at: desk)
            return try count.answer(to: call.reader)
        }
    }

    private func facets(_ call: AuditorCall) async throws -> Response {
        let asked = try AskedQuery(call, of: .access, now: call.now)
        let fields = try Self.fields(call["fields"] ?? Self.defaultFields)
        let isOpening = try await opens(asked, fields, call)
        let top = Int(call.number("top") ?? 10)
        return try await desk.reading {
            var facets = try CountedFacets(
                asked, fields, top: top, isOpening: isOpening, at: desk)
            return try facets.answer(to: call.reader)
        }
    }

    /// Counting by what is personal shows it.
    private func opens(
        _ asked: AskedQuery, _ fields: [QueryField], _ call: AuditorCall
    ) async throws -> Bool {
        let shown = Set(fields.filter(\.isPersonal).compactMap { $0.row.personal?.group })
        return try await desk.opens(
            shown, asked.purpose, deciding: asked.query.personalGroups, for: call)
    }

    /// Times that are counted apart, where there are not too many of them.
    private static func spans(of length: Duration, _ asked: AskedQuery) throws -> QuerySpans {
        let spans = QuerySpans(of: length, in: asked.clock.place)
        let (from, to) = asked.query.times
        // What the catalog has counted by quarters is as short as the log is.
        guard let from else {
            guard length < shortestOfAll else { return spans }
            throw AuditorProblem.badParameter.problem(
                "Times as short as this are counted within a range, and none is given.",
                remedy: "Name a beginning, such as since=6h, or count 15m and more apart.",
                [JSONMember("parameter", .string("every"))])
        }
        let count = spans.count(from: from, to: to ?? asked.clock.now)
        guard count <= mostSpans else {
            throw AuditorProblem.badParameter.problem(
                "These are \(count) times to count apart; \(mostSpans) are the most.",
                remedy: "Ask for longer times, or for a shorter range.",
                [JSONMember("parameter", .string("every"))])
        }
        return spans
    }

    private static let mostSpans: Int64 = 10_000
    private static let shortestOfAll = Duration.seconds(900)

    /// Fields that are named with commas between them.
    static func fields(_ text: String) throws -> [QueryField] {
        let names = text.split(separator: ",", omittingEmptySubsequences: false)
        guard names.count <= mostFields else {
            throw AuditorProblem.badParameter.problem(
                "There are more than \(mostFields) fields.",
                remedy: "Ask for fewer at a time.",
                [JSONMember("parameter", .string("fields"))])
        }
        return try names.map { try field(String($0), of: "fields") }
    }

    static func field(_ text: String, of name: String) throws -> QueryField {
        guard let field = QueryField(counting: text) else {
            throw AuditorProblem.badParameter.problem(
                "There is no field of this name to count by.",
                remedy: "To count, \(QueryField.remedy(counting: text)).",
                [JSONMember("parameter", .string(name))])
        }
        return field
    }
}

extension QueryField {
    /// Refuses what no histogram adds up.
    func checkThatItDivides() throws {
        guard !hasOneValue else { return }
        throw AuditorProblem.badParameter.problem(
            "An access can have several values of this field, which no histogram adds up.",
            remedy: "Count by another field, or not by time.",
            [JSONMember("parameter", .string("by"))])
    }
}
