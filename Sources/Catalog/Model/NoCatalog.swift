// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// A catalog that has read nothing yet: whoever asks it looks through the log.
package struct NoCatalog: CatalogReading {
    package init() {}

    package var hasTokens: Bool { false }

    package func position() -> CatalogPosition? { nil }

    package func addressNetworks() -> [Int64: Int64] { [:] }

    package func sealed(around index: UInt64) -> Range<Int>? { nil }

    package func page(_ request: CatalogPageRequest) -> CatalogPage {
        CatalogPage(rows: [], next: nil, undecided: 0, areCandidates: false, isCutShort: false)
    }

    package func count(_ query: CatalogQuery, within deadline: Duration) -> CatalogCount {
        CatalogCount(accesses: 0, records: 0, undecided: 0, relation: .exact)
    }

    package func histogram(
        _ query: CatalogQuery, every interval: CatalogInterval, by field: CatalogField,
        within deadline: Duration
    ) -> CatalogHistogram {
        CatalogHistogram(bars: [], relation: .exact)
    }

    package func facets(
        _ query: CatalogQuery, of fields: [CatalogField], most: Int, within deadline: Duration
    ) -> [CatalogFacet] {
        fields.map { CatalogFacet(field: $0, values: [], others: 0, none: 0, relation: .exact) }
    }

    package func pairs(
        _ query: CatalogQuery, with field: CatalogField, within deadline: Duration
    ) -> CatalogPairs {
        CatalogPairs([], .exact)
    }

    package func records(of uid: UniqueID) -> [UInt64] { [] }

    package func atOneMoment(_ body: (any CatalogReading) -> Void) { body(self) }
}
