// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// What is counted and listed.
package enum CatalogUnit: Hashable, Sendable {
    /// Accesses, each as its newest record says.
    case access
    /// Records, each as it says itself.
    case record
}

/// Which accesses, of what time.
package struct CatalogQuery: Hashable, Sendable {
    package var filter: CatalogFilter
    /// The first moment.
    package var from: UTCInstant?
    /// The first moment that is too late.
    package var until: UTCInstant?
    package var unit: CatalogUnit

    package init(
        _ filter: CatalogFilter = .all, from: UTCInstant? = nil, until: UTCInstant? = nil,
        unit: CatalogUnit = .access
    ) {
        self.filter = filter
        self.from = from
        self.until = until
        self.unit = unit
    }
}

/// In which order rows come.
package enum CatalogOrder: UInt8, CaseIterable, Hashable, Sendable {
    case newestFirst
    case oldestFirst
    /// By index of the newest record: an access comes again once its outcome is there.
    case lastIndexFirst
    case firstIndexFirst

    package var isByTime: Bool { self == .newestFirst || self == .oldestFirst }
    package var isDescending: Bool { self == .newestFirst || self == .lastIndexFirst }
}

/// One page of rows.
package struct CatalogPageRequest: Hashable, Sendable {
    package var query: CatalogQuery
    package var order: CatalogOrder
    /// Where the page before ended; nil for the first one.
    package var after: CatalogCursor?
    package var limit: Int
    /// How long may be looked; the page then ends where that was over.
    package var deadline: Duration

    package init(
        _ query: CatalogQuery, order: CatalogOrder = .newestFirst, after: CatalogCursor? = nil,
        limit: Int, deadline: Duration = .seconds(10)
    ) {
        self.query = query
        self.order = order
        self.after = after
        self.limit = limit
        self.deadline = deadline
    }

    /// Most rows of a page; more asked for is this many.
    package static let mostRows = 1000
    /// Most bytes of leaves that a page's rows stand for, unless a single one is longer.
    package static let mostBytes: Int64 = 4 << 20
}

/// A place between two rows: it stays good for as long as the log does.
package struct CatalogCursor: Hashable, Sendable {
    package var order: CatalogOrder
    /// Microseconds since 1970; zero in orders by index.
    package var time: Int64
    package var index: UInt64

    package init(order: CatalogOrder, time: Int64, index: UInt64) {
        self.order = order
        self.time = time
        self.index = index
    }

    /// For clients, who must not read anything from it.
    package var text: String {
        var bytes: [UInt8] = [order.rawValue]
        BigEndian.append(UInt64(bitPattern: time), to: &bytes)
        BigEndian.append(index, to: &bytes)
        bytes.append(UInt8(truncatingIfNeeded: XXH64.checksum(bytes.span)))
        return Base64URL.encode(bytes)
    }

    /// The cursor of a text that ``text`` made; nil for any other.
    package init?(_ text: some StringProtocol) {
        guard let bytes = Base64URL.decode(text), bytes.count == 18,
            let order = CatalogOrder(rawValue: bytes[0]),
            let time = BigEndian.read(UInt64.self, from: bytes, at: 1),
            let index = BigEndian.read(UInt64.self, from: bytes, at: 9),
            UInt8(truncatingIfNeeded: XXH64.checksum(Array(bytes[..<17]).span)) == bytes[17]
        else { return nil }
        self.init(order: order, time: Int64(bitPattern: time), index: index)
    }
}
