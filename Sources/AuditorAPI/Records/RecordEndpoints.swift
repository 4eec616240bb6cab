// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import AuditRecords
import ByteCoding
import Catalog
import Console
import HTTPTypes
import Hummingbird
import LogReading
import Query
import Search

/// Records that are asked for, page by page.
struct RecordEndpoints: AuditorGroup {
    let desk: AuditorDesk

    static let mostRows: Int64 = 1000
    /// How pages are asked for.
    static let paging = [
        AuditorParameter(
            "order", .choice(["newest", "oldest"]), "Which come first; the newest by default.",
            example: "newest"),
        AuditorParameter(
            "limit", .number(1...mostRows),
            "Most rows of a page, 100 by default; a page ends earlier at 4 MiB of records.",
            example: "50"),
        AuditorParameter(
            "cursor", .text(mostBytes: 128), "Where the page before ended: its next.",
            example: nil),
    ]
    private static let ownParameters =
        [
            AuditorParameter(
                "unit", .choice(["access", "record"]),
                "What is listed: each access once, as its newest record says, or each record.",
                example: "access"),
            AuditorParameter(
                "format", .choice(["json", "ndjson", "html"]),
                "One page, or all that is found, a row a line; the last line has end and the count; or a page of HTML without a script.",
                example: "json"),
        ] + paging

    private static let formatParameter = AuditorParameter(
        "format", .choice(["json", "html"]), "For programs, or a page of HTML without a script.",
        example: "json")

    var operations: [AuditorOperation] {
        [.get, .post].map { method in
            AuditorOperation(
                method, "/records", .logRead,
                "List accesses or records that are asked for, page by page or all of them.",
                parameters: AskedQuery.parameters + Self.ownParameters + PageCounts.parameters
                    + AskedQuery.disclosing,
                answers: [
                    AuditorAnswer(.json, schema: "RecordPage"),
                    AuditorAnswer(.jsonLines, schema: nil), AuditorAnswer(.page, schema: nil),
                ],
                problems: Self.problems, list)
        } + [
            AuditorOperation(
                .get, "/records/{record}", .logRead,
                "Get an access with all its records by its uid, or one record by its index.",
                parameters: AskedQuery.disclosing + [Self.formatParameter],
                answers: [
                    AuditorAnswer(.json, schema: "RecordDetail"),
                    AuditorAnswer(.page, schema: nil),
                ],
                problems: Self.singleProblems, single),
            AuditorOperation(
                .get, "/records/{record}/leaf", .logRead,
                "Get the bytes that were hashed: of the record of an index, or the newest of an access.",
                answers: [
                    AuditorAnswer(.bytes, schema: nil),
                    AuditorAnswer(.bytes, schema: nil, status: 304),
                ],
                problems: Self.singleProblems, leaf),
            AuditorOperation(
                .get, "/records/{record}/ocsf", .logRead,
                "Get one record, or the newest of an access, as an event of OCSF 1.8.0.",
                parameters: AskedQuery.disclosing,
                answers: [AuditorAnswer(.json, schema: "OCSFEvent")],
                problems: Self.singleProblems, ocsf),
        ]
    }

    /// What can come of a search.
    static let problems: [AuditorProblem] = [
        .unknownParameter, .badParameter, .badQuery, .badRange, .badCursor, .personalByPost,
        .purposeMissing, .rightMissing, .timedOut, .catalogRebuilding, .logUnreadable, .unrecorded,
    ]
    private static let singleProblems: [AuditorProblem] = [
        .unknownParameter, .badParameter, .purposeMissing, .rightMissing, .notFound, .timedOut,
        .catalogRebuilding, .logUnreadable, .unrecorded,
    ]

    private func list(_ call: AuditorCall) async throws -> Response {
        let asked = try AskedPage(call)
        let isOpening = try await desk.opens(
            asked.query.disclosed.union(asked.counts.shown), asked.query.purpose,
            deciding: asked.query.query.personalGroups, for: call)
        guard !asked.isStream else {
            return try await RecordStream(asked, isOpening: isOpening, call, at: desk).response()
        }
        return try await desk.reading {
            var page = try RecordPage(asked, isOpening: isOpening, at: desk)
            guard call["format"] == "html" else { return try page.answer(to: call.reader) }
            return try page.plain(for: call)
        }
    }

    private func single(_ call: AuditorCall) async throws -> Response {
        let asked = try SingleRecord(call)
        let isOpening = try await desk.opens(asked.disclosed, asked.purpose, for: call)
        let found = try await find(asked, call)
        return try await desk.reading {
            try asked.answer(
                found, isOpening: isOpening, isPlain: call["format"] == "html", to: call.reader,
                at: desk)
        }
    }

    private func leaf(_ call: AuditorCall) async throws -> Response {
        let asked = try SingleRecord(call)
        let found = try await find(asked, call)
        return try await desk.reading { try asked.leaf(of: found, for: call, at: desk) }
    }

    private func ocsf(_ call: AuditorCall) async throws -> Response {
        let asked = try SingleRecord(call)
        let isOpening = try await desk.opens(asked.disclosed, asked.purpose, for: call)
        let found = try await find(asked, call)
        return try await desk.reading {
            try asked.event(of: found, isOpening: isOpening, to: call.reader, at: desk)
        }
    }

    private func find(
        _ asked: SingleRecord, _ call: AuditorCall
    ) async throws -> SingleRecord.Found {
        let found = try await desk.reading { try asked.find(at: desk) }
        if found.isOfReading { try await desk.require(.auditRead, of: call.reader) }
        return found
    }
}

extension String {
    /// One JSON value a line.
    static let jsonLines = "application/x-ndjson"
}

/// One page as it is asked for.
struct AskedPage: Sendable {
    let query: AskedQuery
    let counts: PageCounts
    let unit: CatalogUnit
    let order: CatalogOrder
    let limit: Int
    /// Whether everything is wanted, row by row.
    let isStream: Bool
    /// Where the page before ended.
    let after: SearchCursor?

    /// - Parameter base: what is asked for besides; then records are listed.
    init(_ call: AuditorCall, within base: RecordQuery? = nil) throws {
        unit = base != nil || call["unit"] == "record" ? .record : .access
        isStream = call["format"] == "ndjson"
        guard !isStream || call["limit"] == nil && call["cursor"] == nil else {
            throw AuditorProblem.badParameter.problem(
                "As ndjson, everything that is found comes.",
                remedy: "Leave out limit and cursor, or ask for json.",
                [JSONMember("parameter", .string("format"))])
        }
        limit = isStream ? Int(RecordEndpoints.mostRows) : Int(call.number("limit") ?? 100)
        counts = base == nil ? try PageCounts(call) : .none
        guard counts.isEmpty || !isStream && unit == .access && call["cursor"] == nil else {
            throw PageCounts.problem(
                counts.bars == nil ? "fields" : "bars",
                "Counts come with the first page of accesses alone.",
                "Leave out bars and fields, or ask for that page.")
        }
        let isOldest = call["order"] == "oldest"
        // Records have no order by time that leads to few of them.
        order =
            switch unit {
            case .access: isOldest ? .oldestFirst : .newestFirst
            case .record: isOldest ? .firstIndexFirst : .lastIndexFirst
            }
        let cursor = try call["cursor"].map { text in
            guard let cursor = PageCursor(text) else { throw Self.badCursor }
            return cursor
        }
        query = try AskedQuery(call, of: unit, now: cursor?.now ?? call.now, within: base)
        guard let cursor else {
            after = nil
            return
        }
        after = SearchCursor(cursor.place, of: query.sought, unit)
        guard after?.place.order == order else { throw Self.badCursor }
    }

    /// The page behind another one.
    init(_ page: AskedPage, after: SearchCursor) {
        query = page.query
        counts = page.counts
        unit = page.unit
        order = page.order
        limit = page.limit
        isStream = page.isStream
        self.after = after
    }

    /// What was asked for, for every answer.
    var members: [JSONMember] {
        query.members + [
            JSONMember("unit", .string(unit == .access ? "access" : "record")),
            JSONMember("order", .string(order.isDescending ? "newest" : "oldest")),
        ]
    }

    private static var badCursor: ConsoleProblem {
        AuditorProblem.badCursor.problem(
            "The cursor is not of this query.",
            remedy: "Begin with the first page, and change nothing between pages.")
    }
}

/// A place between two rows, and when the first page was asked for: times such as `24h` are measured by that on every
/// page, or each page would be of another query.
struct PageCursor: Hashable {
    let place: String
    let now: UTCInstant

    init(_ cursor: SearchCursor, now: UTCInstant) {
        place = cursor.text
        self.now = now
    }

    init?(_ text: String) {
        guard let dot = text.lastIndex(of: "."),
            let number = AuditorParameter.number(String(text[text.index(after: dot)...])),
            number >= 0
        else { return nil }
        place = String(text[..<dot])
        now = UTCInstant(microseconds: number)
    }

    /// For clients, who must not read anything from it.
    var text: String { "\(place).\(now.microseconds)" }
}
