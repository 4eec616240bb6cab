// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Where a scan reads rows, in the order of the page.
final class SQLiteSource {
    /// Which table, over which of its indexes, and how its rows are ordered.
    enum Path: Hashable {
        /// Accesses by time; `values` are what the columns of the index before `time` have to be.
        case accesses(index: String, column: SQLiteColumn?)
        /// The newest records of accesses by time, and by their own index where accesses have several.
        case singleRecords
        case lastRecords
        case supersededRecords
        /// The same by index.
        case singleByIndex
        case lastByIndex
        case supersededByIndex
    }

    /// Between which rows a scan goes. Times are as stored.
    struct Bounds: Hashable {
        var earliest: Int64
        var latest: Int64
        /// Rows at the time where the scan begins are taken beyond this index only.
        var edge: Int64
        var isDescending: Bool
    }

    let isSuperseded: Bool
    private let statement: SQLiteStatement
    private let columns: [SQLiteColumn]
    private let isByTime: Bool
    private let keysByLast: Bool
    /// The next row's place in the order; nil at the end.
    private(set) var key: (time: Int64, index: Int64)?
    private(set) var row: SQLiteRow

    init(
        _ path: Path, value: Int64? = nil, _ bounds: Bounds, columns: [SQLiteColumn],
        on connection: SQLiteConnection
    ) throws(CatalogFailure) {
        self.columns = columns
        switch path {
        case .accesses: (isSuperseded, isByTime, keysByLast) = (false, true, false)
        case .singleRecords: (isSuperseded, isByTime, keysByLast) = (false, true, false)
        case .lastRecords: (isSuperseded, isByTime, keysByLast) = (false, true, true)
        case .supersededRecords: (isSuperseded, isByTime, keysByLast) = (true, true, false)
        case .singleByIndex: (isSuperseded, isByTime, keysByLast) = (false, false, false)
        case .lastByIndex: (isSuperseded, isByTime, keysByLast) = (false, false, true)
        case .supersededByIndex: (isSuperseded, isByTime, keysByLast) = (true, false, false)
        }
        let sql = Self.sql(path, columns: columns, isDescending: bounds.isDescending)
        statement = try connection.ownStatement(sql)
        row = SQLiteRow(statement, columns: columns)
        statement.bind([bounds.earliest, bounds.latest, bounds.edge, value])
        try advance()
    }

    /// The statement of a path; `PlanTests` hold how SQLite runs each.
    ///
    /// The values are: earliest and latest time, edge, and the value of the index's first column.
    static func sql(_ path: Path, columns: [SQLiteColumn], isDescending: Bool) -> String {
        let wanted = columns.map(\.rawValue)
        let isBefore = isDescending ? "<" : ">"
        let direction = isDescending ? "DESC" : "ASC"
        let begins = isDescending ? "?2" : "?1"
        func byTime(_ table: String, _ index: String, _ tie: String, _ condition: String) -> String
        {
            """
            SELECT \(([SQLiteRow.common] + wanted).joined(separator: ", ")) FROM \(table)
            INDEXED BY \(index) WHERE \(condition) time >= ?1 AND time <= ?2
            AND (time \(isBefore) \(begins) OR \(tie) \(isBefore) ?3)
            ORDER BY time \(direction), \(tie) \(direction)
            """
        }
        func byIndex(_ table: String, _ tie: String, _ condition: String) -> String {
            """
            SELECT \(([SQLiteRow.common] + wanted).joined(separator: ", ")) FROM \(table)
            WHERE \(condition) \(tie) \(isBefore) ?3 ORDER BY \(tie) \(direction)
            """
        }
        switch path {
        case .accesses(let index, let column):
            let condition =
                switch (index, column) {
                case (_, .some(let column)): "\(column.rawValue) = ?4 AND"
                case ("access_rare", nil): "rare IS NOT NULL AND"
                default: ""
                }
            return byTime("access", index, "id", condition)
        case .singleRecords: return byTime("access", "access_time", "id", "last IS NULL AND")
        case .lastRecords:
            return byTime("access", "access_last_time", "last", "last IS NOT NULL AND")
        case .supersededRecords: return byTime("superseded", "superseded_time", "id", "")
        case .singleByIndex: return byIndex("access", "id", "last IS NULL AND")
        case .lastByIndex:
            return byIndex("access INDEXED BY access_last", "last", "last IS NOT NULL AND")
        case .supersededByIndex: return byIndex("superseded", "id", "")
        }
    }

    /// Goes to the next row.
    func advance() throws(CatalogFailure) {
        guard try statement.step() else {
            key = nil
            return
        }
        let index = keysByLast ? row[.index] ?? row.id : row.id
        key = (isByTime ? row.time : 0, index)
    }
}

/// Several sources as one, in order.
struct SQLiteMerge {
    private var sources: [SQLiteSource]
    private let isDescending: Bool

    init(_ sources: [SQLiteSource], isDescending: Bool) {
        self.sources = sources.filter { $0.key != nil }
        self.isDescending = isDescending
    }

    /// The source whose row comes next; nil at the end. The caller advances it.
    ///
    /// A row that several sources have comes once: those behind the first one are advanced here.
    mutating func next() throws(CatalogFailure) -> SQLiteSource? {
        if sources.count == 1 { return sources[0].key == nil ? nil : sources[0] }
        var best: SQLiteSource?
        for source in sources {
            guard let key = source.key else { continue }
            guard let other = best?.key else {
                best = source
                continue
            }
            if key == other {
                try source.advance()
            } else if isDescending ? key > other : key < other {
                best = source
            }
        }
        return best
    }
}
