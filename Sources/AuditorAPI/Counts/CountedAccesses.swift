// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import AuditRecords
import ByteCoding
import Catalog
import Console
import HTTPTypes
import Hummingbird
import Query
import Search

/// A count, and what it is made up of, of one state of the log. Blocks.
struct CountedAccesses {
    private let asked: AskedQuery
    private var search: LogSearch
    private let standing: AnswerStanding
    private let count: SearchCount
    private let relation: CatalogRelation
    private let rows: [JSONValue]?
    private let others: Int64?

    init(
        _ asked: AskedQuery, _ field: QueryField?, _ spans: QuerySpans?, top: Int,
        isOpening: Bool, at desk: AuditorDesk
    ) throws {
        self.asked = asked
        var search = try LogSearch(
            asked.sought, unit: .access, isOpening: isOpening, at: desk)
        let parts = try search.together { search throws(SearchFailure) in
            let count = try search.count(within: LogSearch.deadline)
            if let spans {
                let histogram = try search.histogram(
                    every: spans, by: field, within: LogSearch.deadline)
                return (count, Optional(histogram), SearchFacet?.none)
            }
            let facet = try field.map { field throws(SearchFailure) in
                try search.facet(of: field, most: top, within: LogSearch.deadline)
            }
            return (count, nil, facet)
        }
        count = parts.0
        relation = parts.1?.relation ?? parts.2?.relation ?? .exact
        others = parts.2?.others
        rows = parts.1.map { Self.rows(of: $0, field, top: top) } ?? parts.2?.rows
        standing = search.standing
        self.search = search
    }

    /// One row for each bar, or for each value in it; values that are not among the most frequent are one row together.
    private static func rows(
        of histogram: SearchHistogram, _ field: QueryField?, top: Int
    ) -> [JSONValue] {
        var totals: [QueriedAccess.Facet: Int64] = [:]
        for bar in histogram.bars { totals.merge(bar.counts) { $0 + $1 } }
        let shown = Set(
            totals.sorted { ($1.value, "\($0.key)") < ($0.value, "\($1.key)") }.prefix(top).map(
                \.key))
        return histogram.bars.flatMap { bar in
            let from = JSONMember("from", .string(bar.start.rfc3339))
            guard field != nil else {
                let sum = bar.counts.values.reduce(0, +)
                return [JSONValue.object([from, JSONMember("accesses", .integer(sum))])]
            }
            var rows = bar.counts.filter { shown.contains($0.key) }
                .sorted { "\($0.key)" < "\($1.key)" }
                .map { facet, number in
                    JSONValue.object(
                        [from] + facet.members + [JSONMember("accesses", .integer(number))])
                }
            let rest = bar.counts.filter { !shown.contains($0.key) }.values.reduce(0, +)
            if rest > 0 {
                rows.append(
                    .object([
                        from, JSONMember("others", .bool(true)),
                        JSONMember("accesses", .integer(rest)),
                    ]))
            }
            return rows
        }
    }

    /// The answer, once its record is durable.
    mutating func answer(to reader: AccountIdentity) throws -> Response {
        var members = asked.members + count.members
        members += [
            JSONMember("unread", .integer(Int64(count.unread))), try search.stillOpen(),
        ]
        if let rows {
            members.append(JSONMember("rows", .array(rows)))
            members.append(JSONMember("rows_relation", .string(relation.rawValue)))
        }
        if let others { members.append(JSONMember("others", .integer(others))) }
        return try search.answer(members, standing, to: asked, rows: nil, for: reader)
    }
}

/// Counts by several fields at once, each with its own time.
struct CountedFacets {
    private let asked: AskedQuery
    private var search: LogSearch
    private let standing: AnswerStanding
    private let count: SearchCount
    private let facets: [(field: QueryField, facet: SearchFacet?)]

    /// How long each may take.
    private static let deadline = Duration.seconds(1)

    init(
        _ asked: AskedQuery, _ fields: [QueryField], top: Int, isOpening: Bool, at desk: AuditorDesk
    ) throws {
        self.asked = asked
        var search = try LogSearch(
            asked.sought, unit: .access, isOpening: isOpening, at: desk)
        (count, facets) = try search.together { search throws(SearchFailure) in
            let count = try search.count(within: Self.deadline)
            var facets: [(field: QueryField, facet: SearchFacet?)] = []
            for field in fields {
                do throws(SearchFailure) {
                    facets.append(
                        (field, try search.facet(of: field, most: top, within: Self.deadline)))
                } catch {
                    // One that takes too long does not take the others with it.
                    guard case .catalog(let failure) = error, failure.code == .interrupted else {
                        throw error
                    }
                    facets.append((field, nil))
                }
            }
            return (count, facets)
        }
        standing = search.standing
        self.search = search
    }

    /// The answer, once its record is durable.
    mutating func answer(to reader: AccountIdentity) throws -> Response {
        let shown = facets.map { field, facet in
            JSONValue.object([
                JSONMember("field", .string(field.text)),
                JSONMember("state", .string((facet?.relation ?? .timedOut).rawValue)),
                JSONMember("rows", .array(facet?.rows ?? [])),
                JSONMember("others", .integer(facet?.others ?? 0)),
            ])
        }
        let members =
            asked.members + count.members + [
                JSONMember("unread", .integer(Int64(count.unread))),
                JSONMember("facets", .array(shown)),
            ]
        return try search.answer(members, standing, to: asked, rows: nil, for: reader)
    }
}

extension SearchFacet {
    /// A row for each value.
    fileprivate var rows: [JSONValue] {
        values.map { value in
            .object(value.facet.members + [JSONMember("accesses", .integer(value.count))])
        }
    }
}
