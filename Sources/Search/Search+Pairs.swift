// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import Catalog
import Query

/// An actor and what it was seen with, as often as that was.
package struct SeenPair: Sendable {
    /// The first such access, and how many there are.
    package var seen: FirstSeen
    /// Those of them that were refused.
    package var refused: Int64

    /// As programs get it.
    package var json: JSONValue {
        .object((seen.json.members ?? []) + [JSONMember("refused", .integer(refused))])
    }
}

package struct SeenPairs: Sendable {
    /// The most frequent first.
    package var rows: [SeenPair]
    /// Further ones, which are not in the rows.
    package var others: Int
    /// Accesses whose value cannot be told, or not any more.
    package var undecided: SearchUndecided
    /// Whether everything was looked at.
    package var relation: CatalogRelation
}

extension Search {
    /// What actors were seen with in the accesses of the query, whenever else they were.
    ///
    /// - Parameter most: rows that are shown.
    package mutating func pairs(
        with thing: FirstSeenThing, most: Int, within deadline: Duration
    ) throws(SearchFailure) -> SeenPairs {
        try settled { (search) throws(SearchFailure) in
            let end = SearchDeadline(in: deadline)
            var (all, refused) = (FirstSeenTally(thing), FirstSeenTally(thing))
            var isComplete = try search.collect(&all, until: end)
            let denied = RecordQuery(
                .any(of: QueryShorthand.Word.denied.terms.map { .term($0) }))
            var other = search.asking(RecordQuery(all: [search.query, denied]))
            isComplete = try other.collect(&refused, until: end) && isComplete
            var counts: [[String?]: Int64] = [:]
            for one in refused.rows { counts[[one.actor, one.value]] = one.count }
            let rows = all.rows.sorted {
                ($1.count, $0.actor ?? "", $0.value ?? "")
                    < ($0.count, $1.actor ?? "", $1.value ?? "")
            }.map { SeenPair(seen: $0, refused: counts[[$0.actor, $0.value]] ?? 0) }
            return SeenPairs(
                rows: Array(rows.prefix(most)), others: max(0, rows.count - most),
                undecided: all.undecided, relation: isComplete ? .exact : .atLeast)
        }
    }
}
