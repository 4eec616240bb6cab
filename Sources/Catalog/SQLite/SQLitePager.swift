// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// Collects one page.
///
/// Reads an index from where the page begins. If few rows fit, it goes on by blocks instead: of those, the summaries
/// say which cannot hold a hit.
struct SQLitePager {
    let query: SQLiteQuery
    private let order: CatalogOrder
    let limit: Int
    private let after: CatalogCursor?
    private let patience: Int
    var rows: [CatalogRow] = []
    var bytes: Int64 = 0
    var undecided = 0
    /// The last place that was looked at.
    var place: (time: Int64, index: Int64)?

    init(_ query: SQLiteQuery, _ request: CatalogPageRequest, patience: Int) {
        self.query = query
        self.patience = patience
        order = request.order
        limit = min(max(request.limit, 1), CatalogPageRequest.mostRows)
        after = request.after
    }

    /// How the search for rows ended.
    enum End {
        case atTheEnd
        case full
        case outOfTime
        /// So many rows were looked at that another way is better.
        case outOfPatience
    }

    mutating func page(areCandidates: Bool) throws(CatalogFailure) -> CatalogPage {
        var end = End.atTheEnd
        if let times = query.times {
            let plan = SQLitePlan(
                query.filter, unit: query.unit, isByTime: order.isByTime, shapes: query.shapes,
                patience: patience)
            do throws(CatalogFailure) {
                end =
                    query.unit == .record && plan.isByAccess
                    ? try walkRecords(plan, times) : try walk(plan, times)
                if end == .outOfPatience { end = try blocks(times) }
            } catch {
                // What was found until then is good, and the next page goes on from there.
                guard error.code == .interrupted, place != nil else { throw error }
                end = .outOfTime
            }
        }
        return CatalogPage(
            rows: rows, next: end == .atTheEnd ? nil : cursor, undecided: undecided,
            areCandidates: areCandidates, isCutShort: end == .outOfTime)
    }

    /// Behind the last place that was looked at.
    private var cursor: CatalogCursor? {
        place.map { place in
            CatalogCursor(
                order: order,
                time: order.isByTime ? StoredTime.microseconds(place.time) : 0,
                index: UInt64(place.index))
        }
    }

    /// From the cursor, or from the end of the range, to its other end.
    func bounds(_ times: ClosedRange<Int64>) -> SQLiteSource.Bounds {
        var bounds = SQLiteSource.Bounds(
            earliest: times.lowerBound, latest: times.upperBound,
            edge: order.isDescending ? Int64.max : -1, isDescending: order.isDescending)
        guard let start = place ?? startOfPage else { return bounds }
        guard order.isByTime else {
            bounds.edge = start.index
            return bounds
        }
        if order.isDescending {
            guard start.time <= bounds.latest else { return bounds }
            bounds.latest = start.time
        } else {
            guard start.time >= bounds.earliest else { return bounds }
            bounds.earliest = start.time
        }
        bounds.edge = start.index
        return bounds
    }

    private var startOfPage: (time: Int64, index: Int64)? {
        after.map { (StoredTime.stored($0.time), Int64(clamping: $0.index)) }
    }

    private mutating func walk(
        _ plan: SQLitePlan, _ times: ClosedRange<Int64>
    ) throws(CatalogFailure) -> End {
        var merge = try query.merge(plan, bounds(times))
        var seen = 0
        while let source = try merge.next() {
            guard let key = source.key else { break }
            seen += 1
            if order.isByTime || times.contains(source.row.time) {
                switch query.filter.truth(of: source.row) {
                case .yes:
                    let found = try row(source.row.id, isSuperseded: source.isSuperseded)
                    // A page has at least one row, whatever its size.
                    if !rows.isEmpty, bytes + found.byteCount > CatalogPageRequest.mostBytes {
                        return .full
                    }
                    bytes += found.byteCount
                    rows.append(found)
                case .undecided: undecided += 1
                case .no: break
                }
            }
            place = key
            try source.advance()
            if rows.count == limit { return try merge.next() == nil ? .atTheEnd : .full }
            if seen & 255 == 0, query.connection.isOver { return .outOfTime }
            if let patience = plan.patience, seen >= patience { return .outOfPatience }
        }
        return .atTheEnd
    }

    /// One row that may be on the page.
    private struct Candidate {
        /// Of the access, or of the superseded record.
        var id: Int64
        var isSuperseded: Bool
        /// Of the record.
        var index: Int64
        var truth: CatalogTruth
    }

    /// The same for all records of accesses that an index leads to. They have their access's time, and accesses of one time
    /// may have records in between each other's.
    private mutating func walkRecords(
        _ plan: SQLitePlan, _ times: ClosedRange<Int64>
    ) throws(CatalogFailure) -> End {
        var bounds = bounds(times)
        let start = place ?? startOfPage
        bounds.edge = order.isDescending ? Int64.max : -1
        var merge = try query.merge(plan, bounds)
        let (before, earlier) = try query.earlierRecords()
        var seen = 0
        while let time = try merge.next()?.key?.time {
            var records: [Candidate] = []
            func judge(_ row: SQLiteRow, _ index: Int64, isSuperseded: Bool) {
                if let start, start.time == time,
                    order.isDescending ? index >= start.index : index <= start.index
                {
                    return
                }
                let truth = query.filter.truth(of: row)
                guard truth != .no else { return }
                records.append(
                    Candidate(id: row.id, isSuperseded: isSuperseded, index: index, truth: truth))
            }
            while let source = try merge.next(), source.key?.time == time {
                judge(source.row, source.row[.index] ?? source.row.id, isSuperseded: false)
                before.bind([source.row.id])
                while try before.step() { judge(earlier, earlier.id, isSuperseded: true) }
                try source.advance()
                seen += 1
                if seen & 255 == 0, query.connection.isOver { return .outOfTime }
                if let patience = plan.patience, seen >= patience { return .outOfPatience }
            }
            records.sort { order.isDescending ? $0.index > $1.index : $0.index < $1.index }
            for (number, record) in records.enumerated() {
                guard try take(record, at: time) else { return .full }
                if rows.count == limit {
                    guard number == records.count - 1, try merge.next() == nil else { return .full }
                    return .atTheEnd
                }
            }
            place = (time, order.isDescending ? 0 : Int64.max)
        }
        return .atTheEnd
    }

    /// Puts one on the page if it fits; false if there is no more room for it.
    private mutating func take(
        _ record: Candidate, at time: Int64
    ) throws(CatalogFailure) -> Bool {
        if record.truth == .undecided {
            undecided += 1
        } else {
            let found = try row(record.id, isSuperseded: record.isSuperseded)
            // A page has at least one row, whatever its size.
            if !rows.isEmpty, bytes + found.byteCount > CatalogPageRequest.mostBytes {
                return false
            }
            bytes += found.byteCount
            rows.append(found)
        }
        place = (time, record.index)
        return true
    }

    /// What is told of a row that fits.
    func row(
        _ id: Int64, isSuperseded: Bool
    ) throws(CatalogFailure) -> CatalogRow {
        let statement = try query.connection.statement(
            isSuperseded
                ? """
                SELECT access, id, time, uid_high, uid_low, bytes, NULL FROM superseded
                WHERE id = ?
                """
                : """
                SELECT id, ifnull(last, id), time, uid_high, uid_low, bytes, open FROM access
                WHERE id = ?
                """)
        statement.bind([id])
        defer { statement.reset() }
        guard try statement.step() else { throw CatalogFailure(.damaged, "row \(id) is gone") }
        return CatalogRow(
            first: UInt64(statement.integer(0)), index: UInt64(statement.integer(1)),
            time: UTCInstant(microseconds: StoredTime.microseconds(statement.integer(2))),
            uid: UniqueID(
                high: UInt64(bitPattern: statement.integer(3)),
                low: UInt64(bitPattern: statement.integer(4))),
            byteCount: statement.integer(5), isOpen: statement.optional(6) != nil)
    }
}
