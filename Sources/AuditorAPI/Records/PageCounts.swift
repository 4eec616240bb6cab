// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Catalog
import Console
import Disclosures
import Query
import Search

/// What is counted beside a first page, of the same state of the log: one reading, and one record of it.
struct PageCounts: Sendable {
    /// About how many bars a histogram has; nil: there is none.
    let bars: Int64?
    /// What its bars are divided by.
    let by: QueryField?
    /// What is counted by.
    let fields: [QueryField]
    let top: Int

    static let parameters = [
        AuditorParameter(
            "bars", .number(1...1000),
            "Count by time as well, in at most so many parts of the range; with the first page of accesses.",
            example: "60"),
        AuditorParameter(
            "by", .text(mostBytes: 72), "The field that parts of time are divided by.",
            example: "decision"),
        AuditorParameter(
            "fields", .text(mostBytes: 512),
            "Count by these fields as well, joined by commas, 16 at most; with the first page of accesses.",
            example: "service,decision"),
        AuditorParameter(
            "top", .number(1...1000), "No more values of a field than these; 10 by default.",
            example: "6"),
    ]

    /// Nothing is counted.
    static let none = PageCounts()

    private init() { (bars, by, fields, top) = (nil, nil, [], 0) }

    init(_ call: AuditorCall) throws {
        bars = call.number("bars")
        by = try call["by"].map { try CountEndpoints.field($0, of: "by") }
        fields = try call["fields"].map { try CountEndpoints.fields($0) } ?? []
        top = Int(call.number("top") ?? 10)
        guard bars != nil || by == nil else {
            throw Self.problem(
                "by", "There is nothing that by could divide.", "Give bars, too, or leave it out.")
        }
        try by?.checkThatItDivides()
    }

    static func problem(_ name: String, _ what: String, _ remedy: String) -> ConsoleProblem {
        AuditorProblem.badParameter.problem(
            what, remedy: remedy, [JSONMember("parameter", .string(name))])
    }

    var isEmpty: Bool { bars == nil && fields.isEmpty }

    /// Groups of personal values that counting shows.
    var shown: Set<CommitGroup> {
        Set(
            (fields + [by].compactMap(\.self)).filter(\.isPersonal).compactMap {
                $0.row.personal?.group
            })
    }

    /// Counts, each with its own time.
    func members(
        _ search: inout Search, _ asked: AskedQuery
    ) throws(SearchFailure) -> [JSONMember] {
        var members: [JSONMember] = []
        if let bars { members.append(JSONMember("histogram", try histogram(bars, &search, asked))) }
        if !fields.isEmpty {
            let facets = try search.facets(of: fields, top: top, within: CountedFacets.deadline)
            members.append(JSONMember("facets", .array(facets.map(\.json))))
        }
        return members
    }

    private static let quarter = Duration.seconds(900)
    /// So many are counted row by row in no time to speak of.
    private static let fewAccesses: Int64 = 200_000

    /// Null where there is no access whose time could be the beginning.
    private func histogram(
        _ bars: Int64, _ search: inout Search, _ asked: AskedQuery
    ) throws(SearchFailure) -> JSONValue {
        let (first, last) = asked.query.times
        let oldest = try search.page(.oldestFirst, limit: 1, deadline: CountedFacets.deadline)
        guard let from = first ?? oldest.rows.first?.time else { return .null }
        let to = max(from, last ?? asked.clock.now)
        var length = QuerySpans.length(dividing: from, to: to, by: bars)
        // Quarters of an hour have been counted before; what is shorter is counted row by row, and only where that is quick.
        var isFine = length < Self.quarter
        if isFine {
            let count = try search.count(within: LogSearch.asideDeadline)
            isFine = count.accesses <= Self.fewAccesses
        }
        if !isFine { length = max(length, Self.quarter) }
        func counted(within deadline: Duration) throws(SearchFailure) -> SearchHistogram {
            try search.histogram(
                every: QuerySpans(of: length, in: asked.clock.place), by: by, within: deadline)
        }
        var found = try counted(
            within: isFine ? LogSearch.asideDeadline : CountedFacets.deadline)
        if isFine, found.relation != .exact {
            length = Self.quarter
            found = try counted(within: CountedFacets.deadline)
        }
        return .object([
            JSONMember("from", .string(from.rfc3339)), JSONMember("to", .string(to.rfc3339)),
            JSONMember("every_seconds", .integer(length.components.seconds)),
            JSONMember("rows", .array(found.rows(by: by, top: top))),
            JSONMember("relation", .string(found.relation.rawValue)),
        ])
    }
}
