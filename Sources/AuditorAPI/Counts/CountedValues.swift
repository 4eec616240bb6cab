// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Catalog
import Disclosures
import Query
import Search

extension SearchHistogram {
    /// One row for each bar, or for each value in it; values that are not among the most frequent are one row together.
    func rows(by field: QueryField?, top: Int) -> [JSONValue] {
        var totals: [QueriedAccess.Facet: Int64] = [:]
        for bar in bars { totals.merge(bar.counts) { $0 + $1 } }
        let shown = Set(
            totals.sorted { ($1.value, "\($0.key)") < ($0.value, "\($1.key)") }.prefix(top).map(
                \.key))
        return bars.flatMap { bar in
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
}

extension SearchFacet {
    /// A row for each value.
    var rows: [JSONValue] {
        values.map { value in
            .object(value.facet.members + [JSONMember("accesses", .integer(value.count))])
        }
    }
}

/// The counts of one field; nil where they took too long.
struct CountedFacet {
    let field: QueryField
    let facet: SearchFacet?

    var json: JSONValue {
        .object([
            JSONMember("field", .string(field.text)),
            JSONMember("state", .string((facet?.relation ?? .timedOut).rawValue)),
            JSONMember("rows", .array(facet?.rows ?? [])),
            JSONMember("others", .integer(facet?.others ?? 0)),
        ])
    }
}

extension Search {
    /// Counts by several fields, each with its own time.
    mutating func facets(
        of fields: [QueryField], top: Int, within deadline: Duration
    ) throws(SearchFailure) -> [CountedFacet] {
        var facets: [CountedFacet] = []
        for field in fields {
            do throws(SearchFailure) {
                facets.append(
                    CountedFacet(
                        field: field, facet: try facet(of: field, most: top, within: deadline)))
            } catch {
                // One that takes too long does not take the others with it.
                guard case .catalog(let failure) = error, failure.code == .interrupted else {
                    throw error
                }
                facets.append(CountedFacet(field: field, facet: nil))
            }
        }
        return facets
    }
}
