// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import Catalog
package import Disclosures
package import Query

/// Whose accesses a query finds.
package enum FoundPerson: Hashable, Sendable {
    case nobody
    case one(SubjectID)
    /// Nobody who showed who they are, but perhaps somebody whose credential was refused.
    case anonymous
    /// Several, or somebody else than a person who came through the proxy; or nobody can say in time.
    case several

    /// - Parameters:
    ///   - actors: the actors of all accesses that are found.
    ///   - isNamed: whether the query names somebody: then whoever is found without having shown who they are used
    ///     a credential of that name, and is no second person.
    package init(_ actors: Set<QueriedAccess.Facet>, isNamed: Bool) {
        var ids: Set<SubjectID> = []
        for actor in actors {
            guard case .value(let text) = actor, let id = SubjectID(text), id != .tenant else {
                self = .several
                return
            }
            ids.insert(id)
        }
        let known = ids.subtracting([.anonymous])
        switch (known.count, ids.contains(.anonymous)) {
        case (0, false): self = .nobody
        case (0, true): self = .anonymous
        case (1, let isAlsoAnonymous) where isNamed || !isAlsoAnonymous:
            self = known.first.map { FoundPerson.one($0) } ?? .nobody
        default: self = .several
        }
    }

    /// The one person whom a query is about: under their key is sealed what was asked, and what for, and its hash has its
    /// salt from there, so that all of that goes with them. Every way to read the log asks this, before it is recorded.
    ///
    /// It is the one whose accesses are found; where nothing is, the one who has the name that is asked for. Where there
    /// are several, or nobody, it is about nobody in particular.
    ///
    /// - Parameter find: whose accesses a query finds.
    package static func sought<Failure: Error>(
        by query: RecordQuery, _ find: (RecordQuery) throws(Failure) -> FoundPerson
    ) throws(Failure) -> SubjectID? {
        if let stated = query.statedSubject { return stated }
        guard !query.personalGroups.isEmpty else { return nil }
        switch try find(query) {
        case .one(let id): return id
        case .several, .anonymous: return nil
        case .nobody:
            guard let names = query.namesAlone, names != query else { return nil }
            return if case .one(let id) = try find(names) { id } else { nil }
        }
    }
}

extension Search {
    /// The one person whom the query is about: ``FoundPerson/sought(by:_:)``. A reader who may open nothing is told of
    /// nobody, and so looks for nobody in particular.
    package mutating func person(within deadline: Duration) throws(SearchFailure) -> SubjectID? {
        try FoundPerson.sought(by: query) { (query) throws(SearchFailure) in
            guard judge.isOpen else { return .nobody }
            var search = asking(query)
            return try search.foundPerson(within: deadline)
        }
    }

    private mutating func foundPerson(
        within deadline: Duration
    ) throws(SearchFailure) -> FoundPerson {
        do throws(SearchFailure) {
            if let found = try personByCandidates(within: deadline) {
                return found == .anonymous ? try claimant(within: deadline) : found
            }
            let actors = try facet(of: .named(.actor), most: Self.mostActors, within: deadline)
            guard actors.relation == .exact, actors.others == 0 else { return .several }
            let found = FoundPerson(
                Set(actors.values.map(\.facet)), isNamed: query.namesAlone != nil)
            return found == .anonymous ? try claimant(within: deadline) : found
        } catch {
            // Who it is about is told beside the answer, and does not take that with it.
            guard case .catalog(let failure) = error, failure.code == .interrupted else {
                throw error
            }
            return .several
        }
    }

    /// The same by one access of each actor that the catalog names: who did a great deal is found as soon as who did little.
    /// Nil where the catalog names too many, or has no tokens to tell them by.
    private mutating func personByCandidates(
        within deadline: Duration
    ) throws(SearchFailure) -> FoundPerson? {
        guard sight == .openedByToken else { return nil }
        return try settled { (search) throws(SearchFailure) in
            let end = SearchDeadline(in: deadline)
            let asked = search.translation
            let facets = try search.ask { (catalog) throws(CatalogFailure) in
                try catalog.facets(
                    asked.catalogQuery, of: [.actor], most: Self.mostCandidates, within: end.left)
            }
            guard let facet = facets.first, facet.relation == .exact, facet.others == 0 else {
                return nil
            }
            let isNamed = search.query.namesAlone != nil
            var actors: Set<QueriedAccess.Facet> = []
            for candidate in search.tail.rows(search.unit, .oldestFirst, after: nil) {
                let indexes = candidate.indexes ?? [candidate.index]
                let finding = try search.finding(candidate, indexes, unit: search.unit)
                if let finding, finding.verdict == .hit {
                    actors.formUnion(finding.access.facets(of: .named(.actor)))
                }
            }
            var ways = facet.values.map { CatalogFilter.test(.actor, .equals($0.text)) }
            if facet.none > 0 { ways.append(.not(.test(.actor, .exists))) }
            for way in ways {
                if FoundPerson(actors, isNamed: isNamed) == .several { break }
                let query = CatalogQuery(
                    .and([asked.filter, way]), from: asked.from, until: asked.until,
                    unit: search.unit)
                actors.formUnion(try search.actorsOfFirst(query, until: end))
                if end.isOver { return .several }
            }
            return FoundPerson(actors, isNamed: isNamed)
        }
    }

    /// More than so many who may be meant are not looked at one by one.
    private static let mostCandidates = 16

    /// The actors of the first candidate that is a hit; none if no one is.
    private mutating func actorsOfFirst(
        _ query: CatalogQuery, until end: SearchDeadline
    ) throws(SearchFailure) -> [QueriedAccess.Facet] {
        try first(query, until: end) { (search, candidate, indexes) throws(SearchFailure) in
            let finding = try search.finding(candidate, indexes, unit: search.unit)
            guard let finding, finding.verdict == .hit else { return nil }
            return finding.access.facets(of: .named(.actor))
        } ?? []
    }

    /// The one whose credentials were refused, where nothing else is found.
    private mutating func claimant(
        within deadline: Duration
    ) throws(SearchFailure) -> FoundPerson {
        let page = try page(.oldestFirst, limit: CatalogPageRequest.mostRows, deadline: deadline)
        let holders = Set(page.rows.map { Record.holder(of: $0.leaf) })
        guard page.next == nil, holders.count == 1, let holder = holders.first, let id = holder
        else { return .several }
        return .one(id)
    }

    /// One, the anonymous, and a second that shows that there are several.
    private static let mostActors = 3
}
