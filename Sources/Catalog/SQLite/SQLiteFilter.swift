// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// A filter whose values have become the numbers of this catalog.
///
/// Rows are judged here and not by SQLite: so the statements are few and fixed, nothing of a query ever becomes part
/// of one, and a value that is withheld makes an access neither hit nor miss.
indirect enum SQLiteFilter {
    /// By one of the row's shapes, number less one; where the outline decides, also by that.
    case shape(CatalogAspect, [CatalogTruth], outline: [CatalogTruth]?)
    case constant(CatalogTruth)
    case member(SQLiteColumn, Set<Int64>)
    case range(SQLiteColumn, ClosedRange<Int64>)
    case exists(SQLiteColumn)
    case pair(SQLiteColumn, SQLiteColumn, high: Int64, low: Int64)
    /// - bearers: the actors whose values these are, if those are known.
    case personal(SQLiteColumn, Set<Int64>, bearers: Set<Int64>?)
    /// Like `member`, of values with bearers.
    case marked(SQLiteColumn, Set<Int64>, bearers: Set<Int64>?)
    case not(SQLiteFilter)
    case and([SQLiteFilter])
    case or([SQLiteFilter])
    case doubt(SQLiteFilter)

    /// What one of the row's shapes says by itself: no, yes, or that it takes more.
    ///
    /// - Parameter shape: number less one.
    func truth(of aspect: CatalogAspect, _ shape: Int) -> CatalogTruth {
        switch self {
        case .shape(let other, let truths, let outline):
            Self.truth(in: aspect == .outline ? outline : other == aspect ? truths : nil, shape)
        case .constant(let truth): truth
        case .member, .range, .exists, .pair, .personal, .marked: .undecided
        case .not(let filter): !filter.truth(of: aspect, shape)
        case .doubt(let filter): filter.truth(of: aspect, shape).doubted
        case .and(let filters):
            filters.reduce(.yes) { $0.least($1.truth(of: aspect, shape)) }
        case .or(let filters):
            filters.reduce(.no) { $0.most($1.truth(of: aspect, shape)) }
        }
    }

    private static func truth(in truths: [CatalogTruth]?, _ shape: Int) -> CatalogTruth {
        guard let truths, shape < truths.count else { return .undecided }
        return truths[shape]
    }

    /// What a row says.
    func truth(of row: SQLiteRow) -> CatalogTruth {
        switch self {
        case .shape(let aspect, let truths, _):
            let shape = row.shape(aspect)
            return shape < truths.count ? truths[shape] : .no
        case .constant(let truth): return truth
        case .member(let column, let values), .marked(let column, let values, _):
            return CatalogTruth(row[column].map(values.contains) ?? false)
        case .range(let column, let range):
            return CatalogTruth(row[column].map(range.contains) ?? false)
        case .exists(let column): return CatalogTruth(row[column] != nil)
        case .pair(let one, let other, let high, let low):
            return CatalogTruth(row[one] == high && row[other] == low)
        case .personal(let column, let values, _):
            guard let value = row[column] else { return .no }
            return value == SQLitePersonal.withheld
                ? .undecided : CatalogTruth(values.contains(value))
        case .not(let filter): return !filter.truth(of: row)
        case .doubt(let filter): return filter.truth(of: row).doubted
        case .and(let filters):
            var truth = CatalogTruth.yes
            for filter in filters {
                truth = truth.least(filter.truth(of: row))
                if truth == .no { break }
            }
            return truth
        case .or(let filters):
            var truth = CatalogTruth.no
            for filter in filters {
                truth = truth.most(filter.truth(of: row))
                if truth == .yes { break }
            }
            return truth
        }
    }

    /// The columns that ``truth(of:)`` looks at, besides the shapes.
    var columns: Set<SQLiteColumn> {
        switch self {
        case .shape, .constant: []
        case .member(let column, _), .range(let column, _), .exists(let column),
            .personal(let column, _, _), .marked(let column, _, _):
            [column]
        case .pair(let one, let other, _, _): [one, other]
        case .not(let filter), .doubt(let filter): filter.columns
        case .and(let filters), .or(let filters):
            filters.reduce(into: []) { $0.formUnion($1.columns) }
        }
    }

    /// Whether nothing but shapes of one aspect decides.
    func isOnly(of aspect: CatalogAspect) -> Bool {
        switch self {
        case .shape(let other, _, let outline):
            aspect == .outline ? outline != nil : other == aspect
        // What is undecided has to be counted, row by row.
        case .constant(let truth): truth != .undecided
        case .member, .range, .exists, .pair, .personal, .marked, .doubt: false
        case .not(let filter): filter.isOnly(of: aspect)
        case .and(let filters), .or(let filters): filters.allSatisfy { $0.isOnly(of: aspect) }
        }
    }

    /// Conditions that all hits fulfil.
    var conditions: [SQLiteFilter] {
        if case .and(let filters) = self { filters.flatMap(\.conditions) } else { [self] }
    }
}

extension CatalogTruth {
    func least(_ other: Self) -> Self { rawValue < other.rawValue ? self : other }
    func most(_ other: Self) -> Self { rawValue > other.rawValue ? self : other }
    /// What nobody can say where it would hold.
    var doubted: Self { self == .no ? .no : .undecided }
}

/// Columns of a row that filters look at.
enum SQLiteColumn: String, CaseIterable {
    case last
    case actor
    case session
    case duration
    case requestSize = "request_size"
    case responseSize = "response_size"
    case uidHigh = "uid_high"
    case uidLow = "uid_low"
    case traceHigh = "trace_high"
    case traceLow = "trace_low"
    case labels
    case otherIDs = "other_ids"
    case groups
    case name
    case address
    case path
    case agent
    // Not in the row as they are, but known of each.
    case index
    case first
    case time
}

/// One row of a scan: the columns that are common to all scans, and those that its filter needs.
struct SQLiteRow {
    let statement: SQLiteStatement
    /// Where each column is; nil if it was not asked for.
    let places: [Int32?]

    /// What every scan begins with.
    static let common = "id, time, deed, caller"

    init(_ statement: SQLiteStatement, columns: [SQLiteColumn]) {
        self.statement = statement
        var places = [Int32?](repeating: nil, count: SQLiteColumn.allCases.count)
        for (place, column) in columns.enumerated() { places[column.place] = Int32(place + 4) }
        self.places = places
    }

    var id: Int64 { statement.integer(0) }
    /// As stored.
    var time: Int64 { statement.integer(1) }

    /// Number less one.
    func shape(_ aspect: CatalogAspect) -> Int {
        Int(statement.integer(aspect == .deed ? 2 : 3)) - 1
    }

    subscript(_ column: SQLiteColumn) -> Int64? {
        switch column {
        case .index: places[SQLiteColumn.last.place].flatMap { statement.optional($0) } ?? id
        case .first: id
        case .time: StoredTime.microseconds(time)
        default: places[column.place].flatMap { statement.optional($0) }
        }
    }
}

extension SQLiteColumn {
    /// Its place among all columns.
    var place: Int {
        switch self {
        case .last: 0
        case .actor: 1
        case .session: 2
        case .duration: 3
        case .requestSize: 4
        case .responseSize: 5
        case .uidHigh: 6
        case .uidLow: 7
        case .traceHigh: 8
        case .traceLow: 9
        case .labels: 10
        case .otherIDs: 11
        case .groups: 12
        case .name: 13
        case .address: 14
        case .path: 15
        case .agent: 16
        case .index: 17
        case .first: 18
        case .time: 19
        }
    }
}
