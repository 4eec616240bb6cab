// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Catalog
import Disclosures
import LogReading
import Merkle
import Query
import Search

/// Whose keys seal the names that a search for somebody finds.
struct PersonSearch {
    /// Each with their records, those with the most first.
    let people: [(id: SubjectID, records: Int64)]
    let relation: CatalogRelation

    private static let most = 100
    private static let mostClaims = 1000

    /// - Parameter search: of records, for a name; opened.
    init(_ search: inout LogSearch) throws {
        let actors = try search.ask {
            try $0.facet(of: .named(.actor), most: Self.most, within: LogSearch.deadline)
        }
        var people: [SubjectID: Int64] = [:]
        var isAlsoClaimed = false
        for value in actors.values {
            guard case .value(let text) = value.facet, let id = SubjectID(text) else { continue }
            if id == .anonymous { isAlsoClaimed = true } else { people[id] = value.count }
        }
        var relation = actors.others > 0 ? CatalogRelation.atLeast : actors.relation
        if isAlsoClaimed {
            // Where a credential was refused, nobody is the actor; the name is theirs whose key seals it.
            let (claims, areAll) = try Self.claims(&search)
            for (id, count) in claims where people[id] == nil { people[id] = count }
            if !areAll, relation == .exact { relation = .atLeast }
        }
        self.relation = relation
        self.people = people.map { ($0.key, $0.value) }.sorted {
            ($1.records, $0.id.text) < ($0.records, $1.id.text)
        }
    }

    private static func claims(
        _ search: inout LogSearch
    ) throws -> (people: [SubjectID: Int64], areAll: Bool) {
        let page = try search.ask {
            try $0.page(limit: mostClaims, deadline: LogSearch.deadline)
        }
        let snapshot = search.search.snapshot
        return try search.desk.answering {
            var values = ValueReader(opening: snapshot)
            var people: [SubjectID: Int64] = [:]
            for row in page.rows {
                guard
                    case .success(let record) = Result(catching: { () throws(RecordFault) in
                        try Record(leaf: row.leaf)
                    })
                else { continue }
                let owner = try values.owner(of: .who, of: record, at: LeafIndex(row.index))
                if let owner, owner != .anonymous { people[owner, default: 0] += 1 }
            }
            return (people, !page.hasMore)
        }
    }
}
