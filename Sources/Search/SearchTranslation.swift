// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import Catalog
package import Query

/// What personal values somebody who searches may see.
package enum SearchSight: Hashable, Sendable {
    /// None.
    case sealed
    /// Those of the log, which are opened and compared.
    case opened
    /// The same, and the catalog has tokens to find them by.
    case openedByToken
}

/// What a catalog is asked for a query.
///
/// It agrees with ``Query/QueryExpression/verdict(on:)``, or it is a filter for candidates: whatever it does not name is
/// a miss, and what it names is read from the log and judged there.
package struct SearchTranslation: Hashable, Sendable {
    package let filter: CatalogFilter
    /// The times between which everything lies that is asked for; half-open.
    package let from: UTCInstant?
    package let until: UTCInstant?
    package let unit: CatalogUnit
    /// Whether the catalog's answer is the query's verdict on each row.
    package let isExact: Bool

    package init(_ query: RecordQuery, unit: CatalogUnit, sight: SearchSight) {
        let terms = SearchTerms(unit: unit, sight: sight)
        let limits = query.conditions.map { terms.limits(of: $0) }
        // Times of the outermost conditions are the catalog's own range.
        let other = zip(query.conditions, limits).filter { !$0.0.isTimes }.map(\.1)
        let all = SearchLimits.all(other)
        (from, until) = (
            query.times.from, query.times.to.map { UTCInstant(microseconds: $0.microseconds + 1) }
        )
        self.unit = unit
        isExact = all.exact != nil
        filter = all.exact ?? all.upper
    }

    package var catalogQuery: CatalogQuery {
        CatalogQuery(filter, from: from, until: until, unit: unit)
    }
}

/// How far a catalog's filters reach where they cannot say what a query says.
struct SearchLimits: Hashable {
    /// Holds for every row that is no miss; decided for every row.
    var upper: CatalogFilter
    /// Holds for no row but hits; decided for every row.
    var lower: CatalogFilter
    /// What the query says, in all three values; nil if a catalog cannot say that.
    var exact: CatalogFilter?

    init(exactly filter: CatalogFilter) {
        (upper, lower, exact) = (filter, filter, filter)
    }

    init(upper: CatalogFilter, lower: CatalogFilter, exact: CatalogFilter? = nil) {
        (self.upper, self.lower, self.exact) = (upper, lower, exact)
    }

    static func all(_ parts: [SearchLimits]) -> SearchLimits {
        if parts.count == 1 { return parts[0] }
        let exact = parts.compactMap(\.exact)
        return SearchLimits(
            upper: .and(parts.map(\.upper)), lower: .and(parts.map(\.lower)),
            exact: exact.count == parts.count ? .and(exact) : nil)
    }

    static func any(_ parts: [SearchLimits]) -> SearchLimits {
        let exact = parts.compactMap(\.exact)
        return SearchLimits(
            upper: .or(parts.map(\.upper)), lower: .or(parts.map(\.lower)),
            exact: exact.count == parts.count ? .or(exact) : nil)
    }

    /// Of the opposite: what is no hit is named by what is no hit for certain, and the other way round.
    var negated: SearchLimits {
        SearchLimits(upper: .not(lower), lower: .not(upper), exact: exact.map { .not($0) })
    }
}

extension QueryExpression {
    /// Whether it is a range of times of acceptance.
    fileprivate var isTimes: Bool {
        guard case .term(let term) = self, term.field == .named(.created),
            case .range = term.value
        else { return false }
        return true
    }
}

extension CatalogFilter {
    /// Holds for nothing.
    static var nothing: CatalogFilter { .or([]) }

    static func test(_ field: CatalogField, _ comparison: CatalogComparison) -> CatalogFilter {
        .test(CatalogTest(field, comparison))
    }
}
