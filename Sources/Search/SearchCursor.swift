// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Catalog
package import Query

/// A place between two rows of one query's answer; it stays good for as long as the log does.
package struct SearchCursor: Hashable, Sendable {
    package let place: CatalogCursor
    /// What tells the query from others: the first digits of its hash, and the unit.
    private let query: String

    package init(_ place: CatalogCursor, of query: RecordQuery, _ unit: CatalogUnit) {
        self.place = place
        self.query = Self.mark(query, unit)
    }

    private static let prefix = "sha256:"
    private static let digits = 12

    private static func mark(_ query: RecordQuery, _ unit: CatalogUnit) -> String {
        query.hash.dropFirst(prefix.count).prefix(digits) + (unit == .access ? "a" : "r")
    }

    /// For clients, who must not read anything from it.
    package var text: String { place.text + "." + query }

    /// The cursor of a text that ``text`` made for this query; nil for any other.
    package init?(_ text: String, of query: RecordQuery, _ unit: CatalogUnit) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1] == Self.mark(query, unit),
            let place = CatalogCursor(parts[0])
        else { return nil }
        self.init(place, of: query, unit)
    }
}
