// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Catalog
import Query

extension Search {
    /// One page of rows.
    ///
    /// - Parameters:
    ///   - after: where the page before ended; nil for the first one.
    ///   - limit: most rows; no more than a page may have.
    ///   - deadline: after which the page ends where it is.
    package mutating func page(
        _ order: CatalogOrder = .newestFirst, after: SearchCursor? = nil, limit: Int,
        deadline: Duration = .seconds(10)
    ) throws(SearchFailure) -> SearchPage {
        if let after, after.place.order != order { throw .otherCursor }
        let limit = min(max(limit, 1), CatalogPageRequest.mostRows)
        return try settled { (search) throws(SearchFailure) in
            var pager = SearchPager(order, after: after?.place, limit: limit, deadline: deadline)
            return try pager.page(of: &search)
        }
    }
}

/// Collects one page: rows of the catalog, and between them those that it has yet to read.
private struct SearchPager {
    private let order: CatalogOrder
    private let limit: Int
    private let end: SearchDeadline
    /// Behind what was looked at.
    private var place: CatalogCursor?
    private var page: SearchPage
    private var bytes: Int64 = 0

    init(_ order: CatalogOrder, after: CatalogCursor?, limit: Int, deadline: Duration) {
        self.order = order
        self.limit = limit
        place = after
        end = SearchDeadline(in: deadline)
        page = SearchPage(
            rows: [], next: nil, undecided: SearchUndecided(), unread: 0, isCutShort: false,
            completeTo: 0)
    }

    mutating func page(of search: inout Search) throws(SearchFailure) -> SearchPage {
        page.completeTo = search.completeTo
        let translation = search.translation
        var others = search.tail.rows(search.unit, order, after: place)[...]
        var isAtEnd = false
        while !isAtEnd {
            let found: CatalogPage
            do throws(CatalogFailure) {
                found = try search.catalog.page(request(translation))
            } catch {
                guard error.code == .interrupted, let place else { throw .catalog(error) }
                page.isCutShort = true
                return ending(at: place, search)
            }
            // Of a query that the catalog answers by itself, what it cannot decide is sealed.
            page.undecided.withheld += found.undecided
            var rows = found.rows[...]
            while let next = Self.next(&rows, &others, before: found.next, search, order) {
                guard try take(next, &search) else { return ending(at: place, search) }
                if page.rows.count == limit {
                    let isLast = rows.isEmpty && others.isEmpty && found.next == nil
                    return isLast ? page : ending(at: place, search)
                }
            }
            isAtEnd = found.next == nil
            if let next = found.next {
                place = next
                if found.isCutShort || end.isOver {
                    page.isCutShort = true
                    return ending(at: next, search)
                }
            }
        }
        return page
    }

    private func request(_ translation: SearchTranslation) -> CatalogPageRequest {
        let wanted = limit - page.rows.count
        return CatalogPageRequest(
            translation.catalogQuery, order: order, after: place,
            // Of candidates, only some are hits.
            limit: translation.isExact ? wanted : max(2 * wanted, 64),
            deadline: end.left)
    }

    private func ending(at place: CatalogCursor?, _ search: Search) -> SearchPage {
        var page = page
        page.next = place.map { SearchCursor($0, of: search.query, search.unit) }
        return page
    }

    /// The candidate that comes next in order; nil if none does before the end of what the catalog has looked at.
    private static func next(
        _ rows: inout ArraySlice<CatalogRow>, _ others: inout ArraySlice<SearchCandidate>,
        before edge: CatalogCursor?, _ search: Search, _ order: CatalogOrder
    ) -> SearchCandidate? {
        while let row = rows.first, search.unit == .access,
            search.tail.outdated.contains(row.first)
        {
            rows.removeFirst()
        }
        let row = rows.first.map { SearchCandidate($0, search.unit, order) }
        if let other = others.first, row.map({ $0.place.follows(other.place) }) ?? true,
            row != nil || edge.map({ !other.place.follows($0) }) ?? true
        {
            others.removeFirst()
            return other
        }
        if row != nil { rows.removeFirst() }
        return row
    }

    /// Takes a candidate if it is a hit; false if there is no more room for it.
    private mutating func take(
        _ candidate: SearchCandidate, _ search: inout Search
    ) throws(SearchFailure) -> Bool {
        let indexes = try search.indexes(of: candidate)
        // What was found to be a miss before needs no second look.
        if let known = search.judge.known(indexes), known.verdict != .hit {
            page.undecided.add(known.undecided)
            place = candidate.place
            return true
        }
        guard let finding = try search.finding(candidate, indexes, unit: search.unit) else {
            page.unread += 1
            place = candidate.place
            return true
        }
        switch finding.verdict {
        case .hit:
            let length = Int64(finding.leaf.count)
            // A page has at least one row, whatever its size.
            if !page.rows.isEmpty, bytes + length > CatalogPageRequest.mostBytes { return false }
            bytes += length
            page.rows.append(
                SearchRow(
                    uid: candidate.uid, index: candidate.index, indexes: indexes,
                    time: candidate.time, isOpen: candidate.isOpen, leaf: finding.leaf))
        case .undecided: page.undecided.add(search.judge.undecided(finding))
        case .miss: break
        }
        place = candidate.place
        return true
    }
}
