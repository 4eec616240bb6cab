// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
import Catalog
import LogReading
import Messages
package import Query

/// Why a search found nothing, as far as that can be said in a moment.
package struct SearchReasons: Sendable {
    /// A value that nobody has, and one that there is and was probably meant.
    package struct Meant: Hashable, Sendable {
        package var term: QueryTerm
        package var nearest: String
        package var count: Int64
    }

    /// Conditions without which something would be found, and how much.
    package var without: [(condition: QueryExpression, count: SearchCount)] = []
    package var meant: [Meant] = []
    /// When the oldest and the newest access of the log were accepted.
    package var held: (from: UTCInstant, to: UTCInstant)?
    /// How many records the catalog has yet to read; they were looked through beside it.
    package var lag: UInt64 = 0
}

extension Search {
    /// Looks for what stands in the way. Personal values are not opened for that.
    ///
    /// - Parameter deadline: for each count.
    package mutating func reasons(within deadline: Duration) throws(SearchFailure) -> SearchReasons
    {
        var reasons = SearchReasons()
        reasons.lag = lag
        let conditions = query.conditions
        for (place, condition) in conditions.enumerated() {
            if conditions.count > 1 {
                var others = conditions
                others.remove(at: place)
                var search = try other(RecordQuery(.all(of: others)))
                let count = try search.count(within: deadline)
                if (unit == .access ? count.accesses : count.records) > 0 {
                    reasons.without.append((condition, count))
                }
            }
            if let meant = try meant(condition, within: deadline) { reasons.meant.append(meant) }
        }
        var all = try other(RecordQuery(.everything))
        let (first, last) = (
            try all.page(.oldestFirst, limit: 1, deadline: deadline).rows.first,
            try all.page(.newestFirst, limit: 1, deadline: deadline).rows.first
        )
        if let first, let last { reasons.held = (first.time, last.time) }
        return reasons
    }

    /// Another query of the same log, without anything opened.
    private func other(_ query: RecordQuery) throws(SearchFailure) -> Search {
        try Search(
            query, unit: unit, in: catalog, of: judge.snapshot,
            ValueReader(sealing: judge.snapshot), reach: reach)
    }

    private func meant(
        _ condition: QueryExpression, within deadline: Duration
    ) throws(SearchFailure) -> SearchReasons.Meant? {
        guard case .term(let term) = condition, case .text(let word) = term.value,
            CatalogField(counting: term.field) != nil
        else { return nil }
        var all = try other(RecordQuery(.everything))
        let facet = try all.facet(of: term.field, most: Self.mostValues, within: deadline)
        let values = facet.values.compactMap { value -> (String, Int64)? in
            if case .value(let text) = value.facet { (text, value.count) } else { nil }
        }
        guard !values.contains(where: { $0.0.lowercased() == word.lowercased() }),
            let nearest = NearestName.of(word, among: values.map(\.0).sorted()),
            let count = values.first(where: { $0.0 == nearest })?.1
        else { return nil }
        return SearchReasons.Meant(term: term, nearest: nearest, count: count)
    }

    private static let mostValues = 2000
}
