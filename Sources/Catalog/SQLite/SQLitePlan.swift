// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Which sources a query reads, and whether they have to be judged row by row for long.
struct SQLitePlan {
    var paths: [(path: SQLiteSource.Path, value: Int64?)]
    /// Rows after which blocks are looked through instead; nil where they cannot be.
    var patience: Int?

    /// Whether it leads to accesses by an index, whatever is listed.
    var isByAccess: Bool {
        paths.allSatisfy { if case .accesses = $0.path { true } else { false } }
    }

    /// More than so many values of an index are not merged.
    static let mostValues = 32
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
            // An access leads to all of its records.
            let plan =
                Self.selective(filter)
                ?? Self(paths: [
                    (.singleRecords, nil), (.lastRecords, nil), (.supersededRecords, nil),
                ])
            self.init(paths: plan.paths, patience: plan.patience == nil ? patience : 2 * patience)
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

    /// The most selective indexes that a condition of the filter can use.
    static func selective(_ filter: SQLiteFilter) -> Self? {
        guard let best = ranked(filter), best.1.paths.count <= mostValues else { return nil }
        return Self(paths: best.1.paths, patience: usualPatience)
    }

    /// The paths that lead to whatever may fit, and how selective they are.
    private static func ranked(_ filter: SQLiteFilter) -> (Int, Self)? {
        switch filter {
        case .constant(.no): return (0, Self(paths: []))
        case .pair(.uidHigh, _, let high, _): return plan(0, "access_uid", .uidHigh, [high])
        case .pair(.traceHigh, _, let high, _): return plan(1, "access_trace", .traceHigh, [high])
        case .member(.session, let values): return plan(2, "access_session", .session, values)
        case .personal(.path, let values, _), .marked(.path, let values, _):
            return plan(3, "access_path", .path, values)
        case .personal(.address, let values, _), .marked(.address, let values, _):
            return plan(4, "access_address", .address, values)
        case .member(.otherIDs, let values):
            return plan(5, "access_other_ids", .otherIDs, values)
        case .member(.actor, let values): return plan(6, "access_actor", .actor, values)
        case .personal(.name, _, let bearers?), .marked(.name, _, let bearers?):
            return plan(7, "access_actor", .actor, bearers)
        case .personal(.agent, let values, _), .marked(.agent, let values, _):
            return plan(8, "access_agent", .agent, values)
        case .member(_, let values) where values.isEmpty: return (0, Self(paths: []))
        case .and(let filters): return filters.compactMap(ranked).min { $0.0 < $1.0 }
        case .or(let filters):
            // Each way may lead to a row; the merge gives it once.
            var (rank, all) = (0, Self(paths: []))
            for filter in filters {
                guard let (next, plan) = ranked(filter) else { return nil }
                rank = max(rank, next)
                for path in plan.paths where !all.paths.contains(where: { $0 == path }) {
                    all.paths.append(path)
                }
            }
            return (rank, all)
        default: return nil
        }
    }

    private static func plan(
        _ rank: Int, _ index: String, _ column: SQLiteColumn, _ values: Set<Int64>
    ) -> (Int, Self)? {
        guard values.count <= mostValues else { return nil }
        return (
            rank,
            Self(paths: values.sorted().map { (.accesses(index: index, column: column), $0) })
        )
    }

    private static func rare(_ filter: SQLiteFilter, _ shapes: SQLiteShapeLists) -> Self? {
        for (number, deed) in shapes.deeds.enumerated()
        where !deed.isRare && filter.truth(of: .deed, number) != .no { return nil }
        return Self(paths: [(.accesses(index: "access_rare", column: nil), nil)])
    }
}
