// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// One row: where the access is in the log. Everything else is read there.
package struct CatalogRow: Hashable, Sendable {
    /// Index of the access's first record.
    package var first: UInt64
    /// Index of its newest record, or of the record itself where records were asked for.
    package var index: UInt64
    package var time: UTCInstant
    package var uid: UniqueID?
    /// Length of the leaf at ``index``.
    package var byteCount: Int64
    /// Whether its outcome is still to come.
    package var isOpen: Bool
}

package struct CatalogPage: Hashable, Sendable {
    package var rows: [CatalogRow]
    /// Where the next page begins; nil only at the end.
    package var next: CatalogCursor?
    /// Accesses that were looked at and are neither hit nor miss.
    package var undecided: Int
    /// Whether each row is a candidate whose personal values are still to be compared.
    package var areCandidates: Bool
    /// Whether the time was over before the page was full.
    package var isCutShort: Bool
}

/// How sure a number is.
package enum CatalogRelation: String, Hashable, Sendable {
    case exact
    /// At least so many: the time was over.
    case atLeast = "gte"
    /// Nothing could be said in time.
    case timedOut = "timed_out"
}

package struct CatalogCount: Hashable, Sendable {
    package var accesses: Int64
    package var records: Int64
    package var undecided: Int64
    package var relation: CatalogRelation
}

/// How wide a histogram's bars are.
///
/// In microseconds. Quarters, hours and days are counted as records come; what is shorter, when it is asked for.
package enum CatalogInterval: Int64, CaseIterable, Hashable, Sendable {
    case second = 1_000_000
    case minute = 60_000_000
    case quarter = 900_000_000
    case hour = 3_600_000_000
    case day = 86_400_000_000
}

package struct CatalogHistogram: Hashable, Sendable {
    package struct Bar: Hashable, Sendable {
        /// Where the bar begins; the first one may begin before the range does.
        package var start: UTCInstant
        /// By value of the field; those without any under the empty text.
        package var counts: [String: Int64]
    }

    /// In order; those without accesses are left out.
    package var bars: [Bar]
    package var relation: CatalogRelation

    package var total: Int64 { bars.reduce(0) { $0 + $1.counts.values.reduce(0, +) } }
}

/// How many accesses have which value of a field.
package struct CatalogFacet: Hashable, Sendable {
    package struct Value: Hashable, Sendable {
        package var text: String
        package var count: Int64
    }

    package var field: CatalogField
    /// The most frequent ones first.
    package var values: [Value]
    /// Accesses with other values than those.
    package var others: Int64
    /// Accesses without any.
    package var none: Int64
    package var relation: CatalogRelation
}

/// An actor together with a value of a field, as they occur in the accesses of a query.
package struct CatalogPair: Hashable, Sendable {
    /// What tells values apart, within one answer.
    package enum Value: Hashable, Sendable {
        case none
        case text(String)
        /// The token of a personal value; one value may have several, of several periods.
        case token(Int64)
        /// A personal value of which there is no token: it may be any.
        case withheld
    }

    /// The opaque id; nil of those without one.
    package var actor: String?
    package var value: Value
    package var count: Int64
    /// When the earliest of these accesses was accepted.
    package var time: UTCInstant
    /// Index of the first record of that one.
    package var first: UInt64

    package init(
        actor: String?, value: Value, count: Int64, time: UTCInstant, first: UInt64
    ) {
        self.actor = actor
        self.value = value
        self.count = count
        self.time = time
        self.first = first
    }
}

package struct CatalogPairs: Hashable, Sendable {
    /// In no particular order.
    package var pairs: [CatalogPair]
    package var relation: CatalogRelation

    package init(_ pairs: [CatalogPair], _ relation: CatalogRelation) {
        self.pairs = pairs
        self.relation = relation
    }

    /// No more than these are told apart; of further ones nothing is said.
    package static let most = 50_000
}

/// How far a catalog has come.
package struct CatalogPosition: Hashable, Sendable {
    package var origin: String
    /// So many leaves are in it.
    package var size: UInt64
    /// Root of the tree of that size, in base64.
    package var root: String

    package init(origin: String, size: UInt64, root: String) {
        self.origin = origin
        self.size = size
        self.root = root
    }
}
