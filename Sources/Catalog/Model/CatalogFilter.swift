// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// What accesses are asked for, without any storage's language.
package indirect enum CatalogFilter: Hashable, Sendable {
    /// Every access.
    case all
    case test(CatalogTest)
    case not(CatalogFilter)
    /// All of them; true for none.
    case and([CatalogFilter])
    /// Any of them; false for none.
    case or([CatalogFilter])
    /// Nobody can say where it holds; no elsewhere.
    case doubt(CatalogFilter)

    /// Whether it asks for something that there is only a token of. What it finds are candidates then: whoever may see
    /// the values opens them and compares.
    package var asksForPersonal: Bool {
        switch self {
        case .all: false
        case .test(let test): test.field.form == .personal
        case .not(let filter), .doubt(let filter): filter.asksForPersonal
        case .and(let filters), .or(let filters): filters.contains(where: \.asksForPersonal)
        }
    }

    /// The fields that it asks for.
    package var fields: Set<CatalogField> {
        switch self {
        case .all: []
        case .test(let test): [test.field]
        case .not(let filter), .doubt(let filter): filter.fields
        case .and(let filters), .or(let filters):
            filters.reduce(into: []) { $0.formUnion($1.fields) }
        }
    }
}

/// One field compared with something. Of a field with several values, one that fits is enough.
package struct CatalogTest: Hashable, Sendable {
    package var field: CatalogField
    package var comparison: CatalogComparison

    package init(_ field: CatalogField, _ comparison: CatalogComparison) {
        self.field = field
        self.comparison = comparison
    }
}

package enum CatalogComparison: Hashable, Sendable {
    /// The access has the field at all.
    case exists
    case equals(String)
    case oneOf([String])
    case prefix(String)
    /// A text that holds this one.
    case part(String)
    /// A number within these ends, both included; nil is open. Times are microseconds since 1970.
    case range(Int64?, Int64?)
    /// An address in this network. Other prefixes than those with tokens find candidates of the next wider one.
    case network(IPAddress, bits: Int)
    /// A label of this name, and with this value if there is one.
    case pair(name: String, value: String?)
    /// A pair of this name whose value begins so.
    case pairPrefix(name: String, value: String)
    /// Of a personal value: it is there, and could not be opened or was erased.
    case withheld
}

/// Whether an access fits: a value that is withheld or erased makes it neither hit nor miss (Kleene's three values).
package enum CatalogTruth: Int8, Hashable, Sendable {
    case no
    case undecided
    case yes

    package static prefix func ! (truth: Self) -> Self {
        switch truth {
        case .no: .yes
        case .undecided: .undecided
        case .yes: .no
        }
    }

    package init(_ holds: Bool) { self = holds ? .yes : .no }
}
