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
        rows = parts.1.map { $0.rows(by: field, top: top) } ?? parts.2?.rows
        standing = search.standing
        self.search = search
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
    private let facets: [CountedFacet]

    /// How long each may take.
    static let deadline = Duration.seconds(1)

    init(
        _ asked: AskedQuery, _ fields: [QueryField], top: Int, isOpening: Bool, at desk: AuditorDesk
    ) throws {
        self.asked = asked
        var search = try LogSearch(
            asked.sought, unit: .access, isOpening: isOpening, at: desk)
        (count, facets) = try search.together { search throws(SearchFailure) in
            let count = try search.count(within: Self.deadline)
            let facets = try search.facets(of: fields, top: top, within: Self.deadline)
            return (count, facets)
        }
        standing = search.standing
        self.search = search
    }

    /// The answer, once its record is durable.
    mutating func answer(to reader: AccountIdentity) throws -> Response {
        let members =
            asked.members + count.members + [
                JSONMember("unread", .integer(Int64(count.unread))),
                JSONMember("facets", .array(facets.map(\.json))),
            ]
        return try search.answer(members, standing, to: asked, rows: nil, for: reader)
    }
}
