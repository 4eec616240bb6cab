// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import Disclosures

/// One condition of a query: a field and what it has to be.
package struct QueryTerm: Hashable, Sendable {
    package let field: QueryField
    package let value: QueryValue

    package init(_ field: QueryField, _ value: QueryValue) {
        self.field = field
        self.value = value
    }

    /// The group of personal values that have to be opened to decide the term; nil if the leaf says it all.
    ///
    /// Opaque ids stand in leaves and nowhere else, and every actor has one.
    package var personalGroup: CommitGroup? {
        guard let personal = field.row.personal else { return nil }
        guard field == .named(.actor) else { return personal.group }
        return switch value {
        case .any: nil
        case .text(let text), .prefix(let text), .part(let text):
            Self.isOpaque(text) ? nil : personal.group
        case .range, .network: personal.group
        }
    }

    private static func isOpaque(_ text: String) -> Bool {
        text == "anonymous" || text == "system" || text.hasPrefix("sub_") || text.hasPrefix("uid:")
    }
}

/// What a field's value has to be.
package enum QueryValue: Hashable, Sendable {
    /// Anything, as long as it is there: `*`.
    case any
    case text(String)
    /// Anything that begins so: `text*`.
    case prefix(String)
    /// Anything that holds this: a word without a field.
    case part(String)
    /// A number between two, both included; numbers of a field with an order, in its smallest unit.
    case range(QueryRange)
    /// An address of this network.
    case network(AddressBlock)
}

/// Whole numbers from one to another, both included; at least one of them is given.
package struct QueryRange: Hashable, Sendable {
    package let lower: Int64?
    package let upper: Int64?

    package init(lower: Int64?, upper: Int64?) {
        self.lower = lower
        self.upper = upper
    }

    package func contains(_ number: Int64) -> Bool {
        if let lower, number < lower { return false }
        if let upper, number > upper { return false }
        return true
    }

    /// Whether there is any such number.
    package var isEmpty: Bool {
        guard let lower, let upper else { return false }
        return upper < lower
    }

    /// Numbers of both ranges.
    package func intersection(_ other: QueryRange) -> QueryRange {
        QueryRange(
            lower: [lower, other.lower].compactMap(\.self).max(),
            upper: [upper, other.upper].compactMap(\.self).min())
    }
}
