// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import AuditRecords
import ByteCoding
import Catalog
import Console
import Crypto
import HTTPTypes
import Hummingbird
import LogReading
import Merkle
import Query
import Reports
import Search
import SignedNotes
import Verification

/// What the log helps to show of a framework's controls.
struct ReportEndpoints: AuditorGroup {
    let desk: AuditorDesk

    var operations: [AuditorOperation] {
        [
            AuditorOperation(
                .get, "/reports", .auditRead, "List the frameworks that there are reports for.",
                answers: [AuditorAnswer(.json, schema: "ReportList")],
                problems: [.unknownParameter], isSearch: false, list),
            AuditorOperation(
                .get, "/reports/{framework}", .auditRead,
                "Say what the log helps to show of each control of a framework, and what it leaves open.",
                parameters: AskedQuery.parameters + Self.parameters
                    + [AskedQuery.purposeParameter],
                answers: [
                    AuditorAnswer(.json, schema: "Report"), AuditorAnswer(.page, schema: nil),
                ], problems: RecordEndpoints.problems + [.notFound], report),
        ]
    }

    private static let parameters = [
        AuditorParameter(
            "period", .text(mostBytes: 64),
            "A year, a quarter, a month, two days or a length of time, instead of since and until; 90d where neither is there.",
            example: "2026-Q4"),
        AuditorParameter(
            "format", .choice(["json", "html"]), "For programs, or a page that prints.",
            example: "json"),
    ]

    static let schemas: [(name: String, schema: AuditorSchema)] = [
        (
            "ReportList",
            .object([
                .init(
                    "rows",
                    .list(
                        .object([
                            .init("framework", .words(ReportFramework.allCases.map(\.rawValue))),
                            .init("title", .text), .init("controls", .count),
                        ])))
            ])
        ),
        (
            "Report",
            .object(
                AuditorSchema.asked + [
                    .init("framework", .text), .init("title", .text), .init("origin", .text),
                    .init("period_from", .moment), .init("period_to", .moment),
                    .init("printer", .text), .init("made", .moment), .init("size", .count),
                    .init("root", .base64), .init("accesses", .count),
                    .init("accesses_at_least", .bool),
                    .init(
                        "rows",
                        .list(
                            .object([
                                .init("control", .text), .init("asks", .text),
                                .init("word", .words(ReportWord.allCases.map(\.rawValue))),
                                .init(
                                    "evidence",
                                    .list(
                                        .object([
                                            .init("text", .text),
                                            .init(
                                                "word", .words(ReportWord.allCases.map(\.rawValue))
                                            ), .init("query", .optional(.text)),
                                            .init("count", .optional(.count)),
                                            .init("at_least", .bool), .init("undecided", .count),
                                            .init("command", .text),
                                        ]))), .init("leaves", .text),
                            ]))),
                ] + AuditorSchema.standing)
        ),
    ]

    private func list(_ call: AuditorCall) -> Response {
        .json(
            .object([
                JSONMember(
                    "rows",
                    .array(
                        ReportFramework.allCases.map { framework in
                            .object([
                                JSONMember("framework", .string(framework.rawValue)),
                                JSONMember("title", .string(framework.title)),
                                JSONMember(
                                    "controls", .integer(Int64(framework.controls.count))),
                            ])
                        }))
            ]))
    }

    private func report(_ call: AuditorCall) async throws -> Response {
        guard let framework = ReportFramework(rawValue: call.part("framework")) else {
            throw AuditorProblem.notFound.problem(
                "There is no report for this framework.",
                remedy:
                    "There are \(ReportFramework.allCases.map(\.rawValue).joined(separator: ", "))."
            )
        }
        let asked = try AskedQuery(
            call, of: .access, now: call.now, within: try Self.period(call))
        let isOpening = try await desk.opens(
            [], asked.purpose, deciding: asked.query.personalGroups, for: call)
        return try await desk.reading { [desk] in
            var search = try LogSearch(
                asked.query.ofAccesses, unit: .access, isOpening: isOpening, isWhole: true, at: desk
            )
            func count(_ query: RecordQuery) throws -> ReportCount {
                var other = try LogSearch(
                    RecordQuery(all: [asked.query, query]).ofAccesses, unit: .access,
                    isOpening: isOpening, of: search.search.snapshot, isWhole: true, at: desk)
                let count = try other.ask { try $0.count(within: LogSearch.deadline) }
                return ReportCount(
                    number: count.accesses, isAtLeast: count.relation != .exact,
                    undecided: Int64(count.undecided.total))
            }
            var measures = ReportMeasures()
            let all = try count(RecordQuery(.everything))
            try measures.take(framework, count)
            measures.check = desk.sources.live.check().standing.last
            measures.oldest = try desk.answering {
                try IntegrityReport(
                    search.search.snapshot, desk.sources.live, catalogued: 0, now: call.now
                ).oldestTime
            }
            let standing = search.standing
            let newest = search.search.snapshot.newest?.claim
            let report = ControlReport(
                framework,
                ControlReport.Head(
                    origin: desk.sources.live.facts().origin,
                    from: asked.query.times.from ?? measures.oldest ?? call.now,
                    to: asked.query.times.to ?? call.now, zone: asked.clock.zone,
                    query: call["q"], accesses: all, size: standing.completeTo,
                    root: newest?.root.hash.base64 ?? "", printer: call.reader.name.text,
                    made: call.now), measures)
            guard call["format"] == "html" else {
                return try search.answer(
                    asked.members + report.members, standing, to: asked,
                    rows: Int(all.number), for: call.reader)
            }
            _ = try desk.record(
                try search.reading(asked, rows: Int(all.number)), by: call.reader)
            return Self.page(report)
        }
    }

    /// The page needs its own styles, and nothing else.
    private static func page(_ report: ControlReport) -> Response {
        var response = Response.content(
            Array(report.page(links: true).utf8), type: .page, .none)
        let digest = Base64.encode(Array(SHA256.hash(data: Array(ControlReport.style.utf8))))
        response.headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'sha256-\(digest)'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        return response
    }

    /// The times of a period that was named.
    private static func period(_ call: AuditorCall) throws -> RecordQuery? {
        let isTimed = ["since", "until", "from", "to"].contains { call[$0] != nil }
        guard let text = call["period"] ?? (isTimed ? nil : "90d") else { return nil }
        func bad(_ why: String) -> ConsoleProblem {
            AuditorProblem.badParameter.problem(
                "The value of period cannot be used.", remedy: why,
                [JSONMember("parameter", .string("period"))])
        }
        guard !isTimed else { throw bad("Name a period, or since and until.") }
        guard let period = ReportPeriod(text) else {
            throw bad("Please \(ReportPeriod.remedy).")
        }
        let clock = try AskedQuery.clock(call["zone"], call.now)
        let terms =
            ["since:\(QueryText.quoted(period.since))"]
            + (period.until.map { ["until:\(QueryText.quoted($0))"] } ?? [])
        do throws(QueryFault) {
            return try RecordQuery(terms.joined(separator: " "), at: clock)
        } catch {
            throw bad("Please \(ReportPeriod.remedy).")
        }
    }
}

extension String {
    static let page = "text/html; charset=utf-8"
}
