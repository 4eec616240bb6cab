// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import Catalog
import LogReading
import Merkle
import Query
import Search

extension AuditorDesk {
    /// What the log says of its erasures, which the catalog leads to. Blocks.
    func erasures(of snapshot: LogSnapshot) throws -> KnownErasures {
        let terms = EventAction.erasing.map { action in
            QueryExpression.term(QueryTerm(.named(.action), .text(action.rawValue)))
        }
        var search = try LogSearch(
            RecordQuery(.any(of: terms)), unit: .record, isOpening: false, of: snapshot,
            at: self)
        var known = KnownErasures()
        var after: SearchCursor?
        repeat {
            let page = try search.ask {
                try $0.page(
                    .firstIndexFirst, after: after, limit: CatalogPageRequest.mostRows,
                    deadline: LogSearch.deadline)
            }
            for row in page.rows { known.take(row.leaf, at: LeafIndex(row.index)) }
            after = page.next
        } while after != nil
        return known
    }
}
