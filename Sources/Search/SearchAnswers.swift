// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import Catalog
package import Query

/// Accesses that are neither hit nor miss.
package struct SearchUndecided: Hashable, Sendable {
    /// What would decide is sealed for this reader, or cannot be read.
    package var withheld = 0
    /// What would decide was erased.
    package var erased = 0

    package var total: Int { withheld + erased }

    package init() {}

    /// - Parameter sign: 1, or -1 to take back.
    mutating func add(_ other: SearchUndecided, _ sign: Int = 1) {
        withheld += sign * other.withheld
        erased += sign * other.erased
    }
}

/// One access, or one record, that was found.
package struct SearchRow: Sendable {
    package var uid: UniqueID?
    /// Index of the record that speaks for it: its newest, or itself.
    package var index: UInt64
    /// All records of the access, in order; of a record, itself.
    package var indexes: [UInt64]
    /// When the access was accepted.
    package var time: UTCInstant
    /// Whether its outcome is still to come.
    package var isOpen: Bool
    /// The leaf at ``index``.
    package var leaf: [UInt8]
}

package struct SearchPage: Sendable {
    package var rows: [SearchRow]
    /// Where the next page begins; nil only at the end.
    package var next: SearchCursor?
    /// Of the accesses that were looked at for this page.
    package var undecided: SearchUndecided
    /// Leaves among them that are no records which this version can read.
    package var unread: Int
    /// Whether the time was over before the page was full.
    package var isCutShort: Bool
    /// The answer holds for the signed log of this size.
    package var completeTo: UInt64

    package var hasMore: Bool { next != nil }
}

/// How many there are.
package struct SearchCount: Hashable, Sendable {
    package var accesses: Int64
    /// Records that are such ones by themselves, as `unit:record` lists them.
    package var records: Int64
    /// Of accesses.
    package var undecided: SearchUndecided
    /// Leaves that are no records which this version can read, where any had to be read.
    package var unread: Int
    package var relation: CatalogRelation
    package var completeTo: UInt64
}

/// How many there are by time and by what they are counted under.
package struct SearchHistogram: Sendable {
    package struct Bar: Hashable, Sendable {
        /// Where the bar begins; the first one may begin before the range does.
        package var start: UTCInstant
        package var counts: [QueriedAccess.Facet: Int64]
    }

    /// In order; those without anything are left out.
    package var bars: [Bar]
    package var relation: CatalogRelation

    package var total: Int64 { bars.reduce(0) { $0 + $1.counts.values.reduce(0, +) } }
}

/// How many have which value of a field.
package struct SearchFacet: Sendable {
    package struct Value: Hashable, Sendable {
        package var facet: QueriedAccess.Facet
        package var count: Int64
    }

    package var field: QueryField
    /// The most frequent ones first; also those without any, where there are such.
    package var values: [Value]
    /// Of other values than those.
    package var others: Int64
    package var relation: CatalogRelation

    package var total: Int64 { values.reduce(others) { $0 + $1.count } }
}
