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
            "every", .choice(StatsInterval.allCases.map(\.rawValue)),
            "Length of time that is counted apart; days and weeks are those of zone, weeks begin on Mondays.",
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
        let interval = call["every"].flatMap { StatsInterval(rawValue: $0) }
        if interval != nil, let field, !field.hasOneValue {
            throw AuditorProblem.badParameter.problem(
                "An access can have several values of this field, which no histogram adds up.",
                remedy: "Leave out every, or count by another field.",
                [JSONMember("parameter", .string("by"))])
        }
        let isOpening = try await opens(asked, [field].compactMap(\.self), call)
        let top = Int(call.number("top") ?? 10)
        return try await desk.reading {
            var count = try CountedAccesses(
                asked, field, interval, top: top, isOpening: isOpening, at: desk)
            return try count.answer(to: call.reader)
        }
    }

    private func facets(_ call: AuditorCall) async throws -> Response {
        let asked = try AskedQuery(call, of: .access, now: call.now)
        let names = (call["fields"] ?? Self.defaultFields).split(
            separator: ",", omittingEmptySubsequences: false)
        guard names.count <= Self.mostFields else {
            throw AuditorProblem.badParameter.problem(
                "There are more than \(Self.mostFields) fields.",
                remedy: "Ask for fewer at a time.",
                [JSONMember("parameter", .string("fields"))])
        }
        let fields = try names.map { try Self.field(String($0), of: "fields") }
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

    private static func field(_ text: String, of name: String) throws -> QueryField {
        guard let field = QueryField(counting: text) else {
            throw AuditorProblem.badParameter.problem(
                "There is no field of this name to count by.",
                remedy: "To count, \(QueryField.remedy(counting: text)).",
                [JSONMember("parameter", .string(name))])
        }
        return field
    }
}

/// How long the times are that are counted apart.
enum StatsInterval: String, CaseIterable {
    case quarter = "15m"
    case hour = "1h"
    case day = "1d"
    case week = "1w"

    var length: Duration {
        switch self {
        case .quarter: .seconds(900)
        case .hour: .seconds(3600)
        case .day: .seconds(86_400)
        case .week: .seconds(604_800)
        }
    }
}
