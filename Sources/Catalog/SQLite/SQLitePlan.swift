// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Which sources a query reads, and whether they have to be judged row by row for long.
struct SQLitePlan {
    var paths: [(path: SQLiteSource.Path, value: Int64?)]
    /// Rows after which blocks are looked through instead; nil where they cannot be.
    var patience: Int?

    /// More than so many values of an index are not merged.
    private static let mostValues = 32
    /// Rows of an index by time that are judged before blocks are looked through; of others, twice as many.
    static let usualPatience = 20_000

    init(
        _ filter: SQLiteFilter, unit: CatalogUnit, isByTime: Bool, shapes: SQLiteShapeLists,
        patience: Int
    ) {
        switch (unit, isByTime) {
        case (.access, false):
            self.init(paths: [(.singleByIndex, nil), (.lastByIndex, nil)])
        case (.record, false):
            self.init(paths: [
                (.singleByIndex, nil), (.lastByIndex, nil), (.supersededByIndex, nil),
            ])
        case (.record, true):
            self.init(paths: [
                (.singleRecords, nil), (.lastRecords, nil), (.supersededRecords, nil),
            ])
        case (.access, true):
            let plan =
                Self.selective(filter) ?? Self.rare(filter, shapes)
                ?? Self(paths: [(.accesses(index: "access_time", column: nil), nil)])
            self.init(paths: plan.paths, patience: plan.patience == nil ? patience : 2 * patience)
        }
    }

    private init(
        paths: [(path: SQLiteSource.Path, value: Int64?)], patience: Int? = nil
    ) {
        self.paths = paths
        self.patience = patience
    }

    /// The most selective index that a condition of the filter can use.
    static func selective(_ filter: SQLiteFilter) -> Self? {
        let found = filter.conditions.compactMap { condition -> (Int, Self)? in
            switch condition {
            case .pair(.uidHigh, _, let high, _):
                plan(0, "access_uid", .uidHigh, [high])
            case .pair(.traceHigh, _, let high, _):
                plan(1, "access_trace", .traceHigh, [high])
            case .member(.session, let values): plan(2, "access_session", .session, values)
            case .personal(.path, let values): plan(3, "access_path", .path, values)
            case .personal(.address, let values): plan(4, "access_address", .address, values)
            case .personal(.agent, let values): plan(6, "access_agent", .agent, values)
            case .member(.actor, let values): plan(5, "access_actor", .actor, values)
            default: nil
            }
        }
        return found.min { $0.0 < $1.0 }?.1
    }

    private static func plan(
        _ rank: Int, _ index: String, _ column: SQLiteColumn, _ values: Set<Int64>
    ) -> (Int, Self)? {
        guard values.count <= mostValues else { return nil }
        return (
            rank,
            Self(
                paths: values.sorted().map { (.accesses(index: index, column: column), $0) },
                patience: usualPatience)
        )
    }

    private static func rare(_ filter: SQLiteFilter, _ shapes: SQLiteShapeLists) -> Self? {
        for (number, deed) in shapes.deeds.enumerated()
        where !deed.isRare && filter.truth(of: .deed, number) != .no { return nil }
        return Self(paths: [(.accesses(index: "access_rare", column: nil), nil)])
    }

}
