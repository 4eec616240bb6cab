// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import Catalog
import LogReading
package import Query

/// What an actor is seen with.
package enum FirstSeenThing: String, CaseIterable, Sendable {
    /// Nothing: the actor itself.
    case actor
    /// The /24 of an IPv4 address, the /48 of an IPv6 address.
    case network
    case address
    case path
    case service
    case route
    case action
    case method
    case auth
    case zone

    /// Where its values are; nil for the actor itself.
    package var field: QueryField? {
        switch self {
        case .actor: nil
        case .network, .address: .named(.ip)
        case .path: .named(.path)
        case .service: .named(.service)
        case .route: .named(.route)
        case .action: .named(.action)
        case .method: .named(.method)
        case .auth: .named(.auth)
        case .zone: .named(.zone)
        }
    }

    var paired: CatalogField {
        switch self {
        case .actor: .category
        case .network, .address: .address
        case .path: .path
        case .service: .service
        case .route: .route
        case .action: .action
        case .method: .method
        case .auth: .auth
        case .zone: .zone
        }
    }

    /// The value that a field's value counts as.
    func value(_ text: String) -> String {
        guard self == .network, let address = IPAddress(text) else {
            return field?.alike(text) ?? text
        }
        return AddressBlock(of: address, prefixLength: address.family == .v4 ? 24 : 48).text
    }

    /// What finds accesses with a value, and perhaps others; nil if nothing does.
    func term(_ value: String) -> QueryTerm? {
        guard let field else { return nil }
        switch self {
        case .network, .address:
            do throws(AddressBlock.Fault) {
                return QueryTerm(field, .network(try AddressBlock(value)))
            } catch {
                // What a record calls an address need not be one.
                return nil
            }
        default: return QueryTerm(field, .text(value))
        }
    }
}

/// An actor with a value that it was not seen with before.
package struct FirstSeen: Hashable, Sendable {
    /// The opaque id; nil of those who did not show who they are.
    package var actor: String?
    /// Nil where accesses have none.
    package var value: String?
    /// When the first access was accepted.
    package var time: UTCInstant
    /// That access: its uid, where its first record is, and the key that was shown.
    package var uid: UniqueID?
    package var index: UInt64?
    package var key: String?
    /// Such accesses since then, of those that were asked for.
    package var count: Int64
}

package struct FirstSeenAnswer: Sendable {
    /// The newest first.
    package var rows: [FirstSeen]
    /// Further ones.
    package var others: Int
    /// Accesses whose value cannot be told, or not any more.
    package var undecided: SearchUndecided
    /// When the oldest access of the log was accepted: before that, nobody knows what was seen.
    package var oldest: UTCInstant?
    /// Whether everything was looked at.
    package var relation: CatalogRelation
    package var completeTo: UInt64
}

extension Search {
    /// What actors were seen with for the first time: in accesses of the query, and in none of the log's before the time
    /// that the query begins at.
    ///
    /// - Parameter most: rows that are shown.
    /// - Throws: ``SearchFailure/noBeginning`` of a query that has no such time.
    package mutating func firstSeen(
        _ thing: FirstSeenThing, most: Int, within deadline: Duration
    ) throws(SearchFailure) -> FirstSeenAnswer {
        guard let beginning = query.times.from else { throw .noBeginning }
        return try settled { (search) throws(SearchFailure) in
            let end = SearchDeadline(in: deadline)
            var tally = FirstSeenTally(thing)
            var isComplete = try search.collect(&tally, until: end)
            var answer = FirstSeenAnswer(
                rows: [], others: 0, undecided: tally.undecided, relation: .exact,
                completeTo: search.completeTo)
            var all = search.asking(RecordQuery(.everything).ofAccesses)
            answer.oldest = try all.page(.oldestFirst, limit: 1, deadline: end.left).rows.first?
                .time
            // What is opened for one is kept for the next.
            var past = search.asking(RecordQuery(.everything))
            for seen in tally.rows {
                guard !end.isOver else {
                    isComplete = false
                    break
                }
                if try past.wasSeen(seen, thing, before: beginning, until: end) { continue }
                if answer.rows.count < most {
                    answer.rows.append(seen)
                } else {
                    answer.others += 1
                }
            }
            // The last may not have been looked at to its end.
            if !isComplete || end.isOver { answer.relation = .atLeast }
            return answer
        }
    }

    /// What the accesses of the query have, whenever it was seen before.
    mutating func collect(
        _ tally: inout FirstSeenTally, until end: SearchDeadline
    ) throws(SearchFailure) -> Bool {
        let group = tally.thing.field?.row.personal?.group
        let translation = SearchTranslation(query, unit: .access, sight: sight)
        var isComplete = true
        var known: CatalogPairs?
        // Without tokens all personal values look alike to the catalog.
        if translation.isExact, group == nil || sight == .openedByToken {
            let paired = tally.thing.paired
            let pairs = try ask { (catalog) throws(CatalogFailure) in
                try catalog.pairs(translation.catalogQuery, with: paired, within: end.left)
            }
            // So do those that it has no token of: then all of them are read.
            if !pairs.pairs.contains(where: { $0.value == .withheld }) {
                known = tally.thing == .network ? try byNetwork(pairs) : pairs
            }
        }
        if let known {
            isComplete = known.relation == .exact
            var all = judge.asking(RecordQuery(.everything))
            // In the log's order, as neighbours are read together.
            for pair in known.pairs.sorted(by: { $0.first < $1.first }) {
                guard !end.isOver else { return false }
                do throws(LogReadFailure) {
                    let finding = try all.finding([pair.first], accepted: nil, opening: group)
                    guard let finding else { continue }
                    tally.take(finding.access, pair.count, first: pair.time)
                } catch {
                    throw .log(error)
                }
            }
        }
        let rest = try forEach(translation, isKnown: known != nil, until: end, opening: group) {
            tally.take($0, $1, first: $0.accepted)
        }
        return isComplete && rest.isComplete
    }

    /// The same, with one pair for all addresses of a network: the earliest, which alone is read.
    private func byNetwork(_ pairs: CatalogPairs) throws(SearchFailure) -> CatalogPairs {
        struct Key: Hashable {
            var actor: String?
            var network: Int64
        }
        let networks = try ask { (catalog) throws(CatalogFailure) in
            try catalog.addressNetworks()
        }
        var merged: [Key: CatalogPair] = [:]
        var others: [CatalogPair] = []
        for pair in pairs.pairs {
            guard case .token(let token) = pair.value, let network = networks[token] else {
                others.append(pair)
                continue
            }
            let key = Key(actor: pair.actor, network: network)
            guard let known = merged[key] else {
                merged[key] = pair
                continue
            }
            var earliest =
                (pair.time, pair.first) < (known.time, known.first) ? pair : known
            earliest.count = pair.count + known.count
            merged[key] = earliest
        }
        return CatalogPairs(others + merged.values, pairs.relation)
    }

    /// Whether the log has such an access from before a moment.
    private mutating func wasSeen(
        _ seen: FirstSeen, _ thing: FirstSeenThing, before time: UTCInstant,
        until end: SearchDeadline
    ) throws(SearchFailure) -> Bool {
        let before = QueryTerm(
            .named(.created),
            .range(QueryRange(lower: nil, upper: time.microseconds - 1)))
        if thing == .network || thing == .address, sight == .openedByToken,
            let actor = seen.actor, let value = seen.value, let term = thing.term(value),
            case .network(let block) = term.value
        {
            let isThere = CatalogFilter.test(
                .address, .network(block.first, bits: block.prefixLength))
            return try wasSeen(
                seen, thing, before: time, until: end,
                among: .and([
                    .test(.actor, .equals(actor)), .or([isThere, .test(.address, .withheld)]),
                ]))
        }
        var parts = [QueryExpression.term(before)]
        // Finds refused claims to be this actor, too: whoever only claims to be somebody was not seen.
        if let actor = seen.actor { parts.append(.term(QueryTerm(.named(.actor), .text(actor)))) }
        if let value = seen.value {
            if let term = thing.term(value) { parts.append(.term(term)) }
        } else if let field = thing.field {
            parts.append(.negation(of: .term(QueryTerm(field, .any))))
        }
        turn(to: RecordQuery(.all(of: parts)))
        let group = thing.field?.row.personal?.group
        var after: SearchCursor?
        // The first that is found nearly always is one, and each more has to be opened.
        var limit = 1
        repeat {
            let page = try page(
                .oldestFirst, after: after, limit: limit, deadline: end.left)
            limit = 8
            for row in page.rows {
                do throws(LogReadFailure) {
                    let finding = try judge.finding(
                        row.indexes, accepted: nil, opening: group)
                    if let finding, FirstSeenTally(thing).has(finding.access, seen) { return true }
                } catch {
                    throw .log(error)
                }
            }
            after = page.next
        } while after != nil && !end.isOver
        return false
    }
}

extension Search {
    /// The same among accesses that the catalog leads to without what else may be called so: it knows who had which address.
    private mutating func wasSeen(
        _ seen: FirstSeen, _ thing: FirstSeenThing, before time: UTCInstant,
        until end: SearchDeadline, among filter: CatalogFilter
    ) throws(SearchFailure) -> Bool {
        turn(to: RecordQuery(.everything))
        let (tally, group) = (FirstSeenTally(thing), thing.field?.row.personal?.group)
        func isOne(_ indexes: [UInt64], _ judge: inout SearchJudge) throws(SearchFailure) -> Bool {
            do throws(LogReadFailure) {
                return try judge.finding(indexes, accepted: nil, opening: group).map {
                    tally.has($0.access, seen)
                } ?? false
            } catch {
                throw .log(error)
            }
        }
        for access in tail.accesses where access.time < time {
            if try isOne(access.indexes, &judge) { return true }
        }
        return try first(CatalogQuery(filter, until: time), until: end) {
            (search, _, indexes) throws(SearchFailure) in
            try isOne(indexes, &search.judge) ? true : nil
        } ?? false
    }
}

extension FirstSeen {
    fileprivate init(
        _ access: QueriedAccess, _ value: String?, at time: UTCInstant, count: Int64
    ) {
        self.init(
            actor: access.actorID, value: value, time: time, uid: access.uid,
            index: access.firstIndex, key: access.keyID, count: count)
    }
}

/// Actors and what they were seen with, in some accesses.
struct FirstSeenTally {
    private struct Key: Hashable {
        var actor: String?
        var value: String?
    }

    let thing: FirstSeenThing
    private var seen: [Key: FirstSeen] = [:]
    private(set) var undecided = SearchUndecided()

    init(_ thing: FirstSeenThing) { self.thing = thing }

    /// The newest first.
    var rows: [FirstSeen] {
        seen.values.filter { $0.count > 0 }.sorted {
            ($1.time, $0.actor ?? "", $0.value ?? "") < ($0.time, $1.actor ?? "", $1.value ?? "")
        }
    }

    /// Takes so many accesses, of which this is the first.
    mutating func take(_ access: QueriedAccess, _ count: Int64, first: UTCInstant?) {
        for facet in facets(of: access) {
            let value: String?
            switch facet {
            case .value(let text): value = thing.value(text)
            case .none: value = nil
            case .withheld:
                undecided.withheld += Int(count)
                continue
            case .erased:
                undecided.erased += Int(count)
                continue
            }
            let key = Key(actor: access.actorID, value: value)
            let time = first ?? UTCInstant(microseconds: 0)
            if let known = seen[key] {
                guard count > 0, time < known.time else {
                    seen[key]?.count += count
                    continue
                }
                seen[key] = FirstSeen(
                    access, value, at: time, count: known.count + count)
            } else {
                seen[key] = FirstSeen(access, value, at: time, count: count)
            }
        }
    }

    /// Whether an access is one of these.
    func has(_ access: QueriedAccess, _ seen: FirstSeen) -> Bool {
        guard access.actorID == seen.actor else { return false }
        return facets(of: access).contains { facet in
            switch facet {
            case .value(let text): thing.value(text) == seen.value
            case .none: seen.value == nil
            case .withheld, .erased: false
            }
        }
    }

    /// An access counts once for each value, several addresses of one network being one.
    private func facets(of access: QueriedAccess) -> Set<QueriedAccess.Facet> {
        guard let field = thing.field else { return [.none] }
        return Set(
            access.facets(of: field).map { facet in
                if case .value(let text) = facet { .value(thing.value(text)) } else { facet }
            })
    }
}
