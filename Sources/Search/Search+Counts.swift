// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Catalog
import Disclosures
import LogReading
package import Query

extension Search {
    /// How many there are, of both units.
    package mutating func count(within deadline: Duration) throws(SearchFailure) -> SearchCount {
        try settled { (search) throws(SearchFailure) in
            var count = SearchCount(
                accesses: 0, records: 0, undecided: SearchUndecided(), unread: 0, relation: .exact,
                completeTo: search.completeTo)
            let end = SearchDeadline(in: deadline)
            let (accesses, records) = (
                SearchTranslation(search.query, unit: .access, sight: search.sight),
                SearchTranslation(search.query, unit: .record, sight: search.sight)
            )
            var known: CatalogCount?
            if accesses.isExact || records.isExact {
                known = try search.ask { (catalog) throws(CatalogFailure) in
                    try catalog.count(
                        (accesses.isExact ? accesses : records).catalogQuery, within: deadline)
                }
            }
            if let known { count.relation = known.relation }
            if let known, accesses.isExact {
                count.accesses = known.accesses
                count.undecided.withheld = Int(known.undecided)
            }
            let own = try search.forEach(accesses, until: end) { judgement, sign in
                if judgement.verdict == .hit { count.accesses += sign }
                count.undecided.add(judgement.undecided, Int(sign))
            }
            if let known, records.isExact, records.filter == accesses.filter || !accesses.isExact {
                count.records = known.records
            } else if records.isExact {
                count.records = try search.ask { (catalog) throws(CatalogFailure) in
                    try catalog.count(records.catalogQuery, within: deadline)
                }.records
            }
            let each = try search.forEach(records, until: end) { judgement, sign in
                if judgement.verdict == .hit { count.records += sign }
            }
            count.unread = own.unread
            if !own.isComplete || !each.isComplete, count.relation == .exact {
                count.relation = .atLeast
            }
            return count
        }
    }

    /// How many there are by time, divided by the values of a field.
    ///
    /// - Parameter field: nil where nothing is told apart; of several values of one access the first counts.
    package mutating func histogram(
        every spans: QuerySpans, by field: QueryField?, within deadline: Duration
    ) throws(SearchFailure) -> SearchHistogram {
        try settled { (search) throws(SearchFailure) in
            let end = SearchDeadline(in: deadline)
            let translation = search.translation
            var relation = CatalogRelation.exact
            var bars: [Int64: [QueriedAccess.Facet: Int64]] = [:]
            let interval = spans.parts.flatMap {
                CatalogInterval(rawValue: $0.components.seconds * 1_000_000)
            }
            let isCounted =
                interval != nil && translation.isExact && field.map(Self.isCounted) ?? true
            if isCounted, let interval {
                let known = try search.ask { (catalog) throws(CatalogFailure) in
                    try catalog.histogram(
                        translation.catalogQuery, every: interval,
                        by: field.flatMap { CatalogField(counting: $0) } ?? .stage,
                        within: deadline)
                }
                relation = known.relation
                for bar in known.bars {
                    let start = spans.start(of: bar.start).microseconds
                    for (text, number) in bar.counts {
                        let facet = field == nil ? .none : Self.facet(text)
                        bars[start, default: [:]][facet, default: 0] += number
                    }
                }
            }
            let group = field.flatMap { $0.row.personal?.group }
            let own = try search.forEach(
                translation, isKnown: isCounted, until: end, opening: group
            ) { access, sign in
                guard let time = access.accepted else { return }
                let start = spans.start(of: time).microseconds
                let facet = field.flatMap { access.facets(of: $0).first } ?? .none
                bars[start, default: [:]][facet, default: 0] += sign
            }
            if !own.isComplete, relation == .exact { relation = .atLeast }
            let list = bars.sorted { $0.key < $1.key }.map { start, counts in
                SearchHistogram.Bar(
                    start: .init(microseconds: start), counts: counts.filter { $0.value != 0 })
            }
            return SearchHistogram(bars: list.filter { !$0.counts.isEmpty }, relation: relation)
        }
    }

    /// How many have which value of a field; an access with several values counts for each.
    package mutating func facet(
        of field: QueryField, most: Int, within deadline: Duration
    ) throws(SearchFailure) -> SearchFacet {
        try settled { (search) throws(SearchFailure) in
            let end = SearchDeadline(in: deadline)
            let translation = search.translation
            var relation = CatalogRelation.exact
            var counts: [QueriedAccess.Facet: Int64] = [:]
            var others: Int64 = 0
            let counted = CatalogField(counting: field)
            let isCounted = translation.isExact && counted != nil
            if isCounted, let counted {
                let known = try search.ask { (catalog) throws(CatalogFailure) in
                    try catalog.facets(
                        translation.catalogQuery, of: [counted], most: most + Self.spare,
                        within: deadline)
                }
                for facet in known {
                    relation = facet.relation
                    others += facet.others
                    counts[.none, default: 0] += facet.none
                    for value in facet.values {
                        counts[.value(value.text), default: 0] += value.count
                    }
                }
            }
            let own = try search.forEach(
                translation, isKnown: isCounted, until: end,
                opening: field.row.personal?.group
            ) { access, sign in
                for facet in Set(access.facets(of: field)) {
                    // One that is not among those that were told is among the others.
                    if counts[facet] == nil, others > 0 {
                        others += sign
                    } else {
                        counts[facet, default: 0] += sign
                    }
                }
            }
            if !own.isComplete, relation == .exact { relation = .atLeast }
            var values = counts.filter { $0.value != 0 }.map {
                SearchFacet.Value(facet: $0.key, count: $0.value)
            }
            values.sort { ($1.count, $0.facet.order) < ($0.count, $1.facet.order) }
            let shown = Array(values.prefix(most))
            others += values.dropFirst(most).reduce(0) { $0 + $1.count }
            return SearchFacet(field: field, values: shown, others: others, relation: relation)
        }
    }

    /// More values are asked for than are shown, as those that the catalog has yet to read may change their order.
    private static let spare = 64

    private static func isCounted(_ field: QueryField) -> Bool {
        CatalogField(counting: field).map { $0.aspect != nil } ?? false
    }

    private static func facet(_ text: String) -> QueriedAccess.Facet {
        text.isEmpty ? .none : .value(text)
    }

    /// Asks the catalog something.
    func ask<Answer>(
        _ body: (any CatalogReading) throws(CatalogFailure) -> Answer
    ) throws(SearchFailure) -> Answer {
        do throws(CatalogFailure) {
            return try body(catalog)
        } catch {
            throw .catalog(error)
        }
    }

    /// Calls `body` with what the query says of whatever the catalog's own counts lack.
    private mutating func forEach(
        _ translation: SearchTranslation, until end: SearchDeadline,
        _ body: (SearchJudge.Judgement, Int64) -> Void
    ) throws(SearchFailure) -> (isComplete: Bool, unread: Int) {
        try forEach(translation, isKnown: translation.isExact, until: end) {
            (judge, indexes, accepted, sign) throws(LogReadFailure) in
            guard let judgement = try judge.judgement(indexes, accepted: accepted) else {
                return false
            }
            if judgement.verdict != .miss { body(judgement, sign) }
            return true
        }
    }

    /// Calls `body` with the hits that the catalog's own counts lack.
    ///
    /// - Parameter opening: a group that is opened for it.
    mutating func forEach(
        _ translation: SearchTranslation, isKnown: Bool, until end: SearchDeadline,
        opening: CommitGroup?, _ body: (QueriedAccess, Int64) -> Void
    ) throws(SearchFailure) -> (isComplete: Bool, unread: Int) {
        try forEach(translation, isKnown: isKnown, until: end) {
            (judge, indexes, accepted, sign) throws(LogReadFailure) in
            let finding = try judge.finding(indexes, accepted: accepted, opening: opening)
            guard let finding else { return false }
            if finding.verdict == .hit { body(finding.access, sign) }
            return true
        }
    }

    /// Goes through what the catalog has not counted: everything, or what it has yet to read and what that takes back.
    ///
    /// - Parameters:
    ///   - isKnown: whether the catalog has counted.
    ///   - take: is given the records of an access, when it was accepted if these are not all, and 1, or -1 to take it
    ///     back; false if they cannot be read.
    /// - Returns: whether it was all in time, and how many could not be read.
    private mutating func forEach(
        _ translation: SearchTranslation, isKnown: Bool, until end: SearchDeadline,
        take: (inout SearchJudge, [UInt64], UTCInstant?, Int64) throws(LogReadFailure) -> Bool
    ) throws(SearchFailure) -> (isComplete: Bool, unread: Int) {
        let unit = translation.unit
        var unread = 0
        func look(
            _ indexes: [UInt64], _ time: UTCInstant, _ sign: Int64, _ judge: inout SearchJudge
        ) throws(SearchFailure) {
            do throws(LogReadFailure) {
                if try !take(&judge, indexes, unit == .record ? time : nil, sign) {
                    unread += Int(sign)
                }
            } catch {
                throw .log(error)
            }
        }
        for row in tail.rows(unit, .oldestFirst, after: nil) {
            try look(row.indexes ?? [row.index], row.time, 1, &judge)
        }
        guard !isKnown else {
            guard unit == .access else { return (true, unread) }
            for access in tail.accesses where access.knownCount > 0 {
                try look(access.known, access.time, -1, &judge)
            }
            return (true, unread)
        }
        var after: CatalogCursor?
        repeat {
            let found = try ask { (catalog) throws(CatalogFailure) in
                try catalog.page(
                    CatalogPageRequest(
                        translation.catalogQuery, order: .oldestFirst, after: after,
                        limit: CatalogPageRequest.mostRows,
                        deadline: end.left))
            }
            for row in found.rows where unit == .record || !tail.outdated.contains(row.first) {
                let candidate = SearchCandidate(row, unit, .oldestFirst)
                try look(try indexes(of: candidate), row.time, 1, &judge)
                if end.isOver { return (false, unread) }
            }
            if found.isCutShort { return (false, unread) }
            after = found.next
        } while after != nil
        return (true, unread)
    }
}

extension QueriedAccess.Facet {
    /// For a stable order of equal counts.
    fileprivate var order: String {
        switch self {
        case .value(let text): "a" + text
        case .none: "b"
        case .withheld: "c"
        case .erased: "d"
        }
    }
}

extension CatalogField {
    /// The field whose counts are those of a field of the query language; nil if there is none.
    init?(counting field: QueryField) {
        guard case .named(let name) = field else { return nil }
        switch name {
        case .action: self = .action
        case .actor: self = .actor
        case .category: self = .category
        case .class: self = .eventClass
        case .decision: self = .decision
        case .method: self = .method
        case .outcome: self = .outcome
        case .reason: self = .reason
        case .role: self = .role
        case .route: self = .route
        case .rule: self = .rule
        case .service: self = .service
        case .stage: self = .stage
        case .status: self = .status
        case .tag: self = .tag
        case .zone: self = .zone
        case .auth, .created, .dur, .erased, .has, .index, .ip, .log, .path, .policy, .producer,
            .rawpath, .session, .size, .trace, .uid:
            return nil
        }
    }
}
