// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Catalog
package import LogReading
import Merkle
package import Query

/// One query, asked of the catalog and answered from the log.
///
/// The catalog leads to rows and counts; each row that is shown is read from the log, and judged by
/// ``Query/QueryExpression`` with what the reader may open. What the catalog has yet to read is looked through beside it,
/// so that an answer is complete up to the signed size that it names.
package struct Search {
    package private(set) var query: RecordQuery
    package let unit: CatalogUnit
    package let reach: SearchReach
    /// For the time of an answer one moment of it.
    private(set) var catalog: any CatalogReading {
        didSet { judge.catalog = catalog }
    }
    var judge: SearchJudge
    var tail: SearchTail

    /// - Parameter values: opens what this reader may see; that this is done has been recorded.
    package init(
        _ query: RecordQuery, unit: CatalogUnit, in catalog: any CatalogReading,
        of snapshot: LogSnapshot, _ values: ValueReader, reach: SearchReach = .whole
    ) throws(SearchFailure) {
        self.query = query
        self.unit = unit
        self.reach = reach
        self.catalog = catalog
        judge = SearchJudge(query, snapshot, values, catalog)
        tail = try Self.tail(catalog, reach, &judge)
    }

    /// What the reader sees.
    var sight: SearchSight {
        !judge.isOpen ? .sealed : catalog.hasTokens ? .openedByToken : .opened
    }

    /// What the catalog is asked.
    package var translation: SearchTranslation {
        SearchTranslation(query, unit: unit, sight: sight)
    }

    /// The log as it is read for answers; a later one, if the catalog has come further.
    package var snapshot: LogSnapshot { judge.snapshot }

    /// The size of the signed log that answers are complete to.
    package var completeTo: UInt64 { tail.end }

    /// How many newer records are signed that answers leave out.
    package var behind: UInt64 { judge.snapshot.size.count - tail.end }

    /// How many of its newest records were looked through beside the catalog.
    package var lag: UInt64 { completeTo - tail.start }

    private static func tail(
        _ catalog: any CatalogReading, _ reach: SearchReach, _ judge: inout SearchJudge
    ) throws(SearchFailure) -> SearchTail {
        let size = try position(catalog)
        do throws(LogReadFailure) {
            // A catalog is never ahead of the log, so its records are there by now.
            if size > judge.snapshot.size.count { try judge.refresh() }
        } catch {
            throw .log(error)
        }
        guard size <= judge.snapshot.size.count else {
            throw .catalog(CatalogFailure(.otherLog, "it has \(size) records, the log fewer"))
        }
        return try SearchTail(from: size, reach, &judge, catalog)
    }

    private static func position(_ catalog: any CatalogReading) throws(SearchFailure) -> UInt64 {
        do throws(CatalogFailure) {
            return try catalog.position()?.size ?? 0
        } catch {
            throw .catalog(error)
        }
    }

    /// Has something answered from one state of the catalog and what the log has beyond it, whatever comes meanwhile.
    package mutating func settled<Answer>(
        _ body: (inout Search) throws(SearchFailure) -> Answer
    ) throws(SearchFailure) -> Answer {
        let whole = catalog
        defer { catalog = whole }
        var answer = Result<Answer, SearchFailure>.failure(.otherCursor)
        do throws(CatalogFailure) {
            try whole.atOneMoment { moment in
                catalog = moment
                answer = Result { () throws(SearchFailure) in
                    if try Self.position(moment) != tail.start {
                        tail = try Self.tail(moment, reach, &judge)
                    }
                    return try body(&self)
                }
            }
        } catch {
            throw .catalog(error)
        }
        return try answer.get()
    }

    /// Another query of the same moment, with what the same reader may open.
    func asking(_ query: RecordQuery) -> Search {
        Search(
            query: query, unit: unit, reach: reach, catalog: catalog, judge: judge.asking(query),
            tail: tail)
    }

    /// Goes on with another query of the same moment, and all that was opened.
    mutating func turn(to query: RecordQuery) {
        self.query = query
        judge.turn(to: query)
    }

    private init(
        query: RecordQuery, unit: CatalogUnit, reach: SearchReach, catalog: any CatalogReading,
        judge: SearchJudge, tail: SearchTail
    ) {
        self.query = query
        self.unit = unit
        self.reach = reach
        self.catalog = catalog
        self.judge = judge
        self.tail = tail
    }

    /// Takes note of what the catalog has read since.
    package mutating func catchUp() throws(SearchFailure) {
        try settled { (_) throws(SearchFailure) in }
    }

    /// All records of a candidate, in order.
    func indexes(of candidate: SearchCandidate) throws(SearchFailure) -> [UInt64] {
        if let known = candidate.indexes { return known }
        guard let uid = candidate.uid else { return [candidate.index] }
        do throws(CatalogFailure) {
            let found = try catalog.records(of: uid)
            return found.contains(candidate.index) ? found : [candidate.index]
        } catch {
            throw .catalog(error)
        }
    }

    /// What is made of the first candidate that something is made of, the oldest first; nil if there is none, or time is
    /// over. Records that the catalog has yet to read are not among them.
    ///
    /// - Parameter take: is given a candidate and all its records.
    mutating func first<Found>(
        _ query: CatalogQuery, until end: SearchDeadline,
        _ take: (inout Search, SearchCandidate, [UInt64]) throws(SearchFailure) -> Found?
    ) throws(SearchFailure) -> Found? {
        var after: CatalogCursor?
        // The first nearly always is the one, and each more has to be opened.
        var limit = 1
        repeat {
            let found = try ask { (catalog) throws(CatalogFailure) in
                try catalog.page(
                    CatalogPageRequest(
                        query, order: .oldestFirst, after: after, limit: limit, deadline: end.left))
            }
            limit = 8
            for row in found.rows where query.unit == .record || !tail.outdated.contains(row.first)
            {
                let candidate = SearchCandidate(row, query.unit, .oldestFirst)
                if let made = try take(&self, candidate, try indexes(of: candidate)) { return made }
            }
            after = found.next
        } while after != nil && !end.isOver
        return nil
    }

    /// What the query says of a candidate; nil if it is no record that this version can read.
    mutating func finding(
        _ candidate: SearchCandidate, _ indexes: [UInt64], unit: CatalogUnit
    ) throws(SearchFailure) -> SearchJudge.Finding? {
        do throws(LogReadFailure) {
            return try judge.finding(indexes, accepted: unit == .record ? candidate.time : nil)
        } catch {
            throw .log(error)
        }
    }
}
