// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// A query as one reader answers it: resolved, and within one moment of the catalog.
struct SQLiteQuery {
    let connection: SQLiteConnection
    let shapes: SQLiteShapeLists
    let filter: SQLiteFilter
    let unit: CatalogUnit
    /// As stored, both included; empty if the range has nothing.
    private(set) var times: ClosedRange<Int64>?
    /// What a scan reads besides ``SQLiteRow/common``.
    private(set) var columns: [SQLiteColumn]

    init(
        _ query: CatalogQuery, origin: String, tokens: PersonalTokenizer?,
        shapes: SQLiteShapes, on connection: SQLiteConnection
    ) throws(CatalogFailure) {
        self.connection = connection
        self.shapes = SQLiteShapeLists(
            deeds: try shapes.all(.deed, connection), callers: try shapes.all(.caller, connection),
            outlines: try shapes.all(.outline, connection))
        unit = query.unit
        filter = try SQLiteResolver(
            connection: connection, shapes: self.shapes, origin: origin, tokens: tokens
        ).resolve(query.filter)
        let earliest =
            query.from.map { StoredTime.stored($0.microseconds) } ?? Self.always.lowerBound
        let latest =
            query.until.map { StoredTime.stored($0.microseconds) - 1 } ?? Self.always.upperBound
        times = earliest <= latest ? earliest...latest : nil
        var columns = filter.columns
        columns.subtract([.time, .first])
        if columns.remove(.index) != nil { columns.insert(.last) }
        self.columns = columns.sorted { $0.place < $1.place }
    }

    /// Far from the ends of the numbers, so that nothing overflows.
    static let always = Int64.min / 4...Int64.max / 4

    /// Columns for rows of a source; superseded records have no later ones.
    func columns(of path: SQLiteSource.Path) -> [SQLiteColumn] {
        switch path {
        case .supersededRecords, .supersededByIndex: columns.filter { $0 != .last }
        case .lastRecords, .lastByIndex: columnsWithLast
        case .accesses: unit == .record ? columnsWithLast : columns
        case .singleRecords, .singleByIndex: columns
        }
    }

    private var columnsWithLast: [SQLiteColumn] {
        columns.contains(.last) ? columns : [.last] + columns
    }

    /// The records of an access, bound as the only value, that are not its newest.
    func earlierRecords() throws(CatalogFailure) -> (SQLiteStatement, SQLiteRow) {
        let columns = columns(of: .supersededByIndex)
        let statement = try connection.statement(
            """
            SELECT \(([SQLiteRow.common] + columns.map(\.rawValue)).joined(separator: ", "))
            FROM superseded INDEXED BY superseded_access WHERE access = ?
            """)
        return (statement, SQLiteRow(statement, columns: columns))
    }

    /// Has scans read one more column.
    mutating func add(_ column: SQLiteColumn) {
        guard !columns.contains(column) else { return }
        columns = (columns + [column]).sorted { $0.place < $1.place }
    }

    /// Looks only at these times, in microseconds since 1970.
    mutating func narrow(to range: Range<Int64>) {
        times = StoredTime.stored(range.lowerBound)...StoredTime.stored(range.upperBound) - 1
    }

    /// Opens what a plan names.
    func merge(
        _ plan: SQLitePlan, _ bounds: SQLiteSource.Bounds
    ) throws(CatalogFailure) -> SQLiteMerge {
        var sources: [SQLiteSource] = []
        for (path, value) in plan.paths {
            sources.append(
                try SQLiteSource(
                    path, value: value, bounds, columns: columns(of: path), on: connection))
        }
        return SQLiteMerge(sources, isDescending: bounds.isDescending)
    }
}
