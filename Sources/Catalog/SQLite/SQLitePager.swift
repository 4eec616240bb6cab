// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// Collects one page.
///
/// Reads an index from where the page begins. If few rows fit, it goes on by blocks instead: of those, the summaries
/// say which cannot hold a hit.
struct SQLitePager {
    private let query: SQLiteQuery
    private let order: CatalogOrder
    private let limit: Int
    private let after: CatalogCursor?
    private let patience: Int
    private var rows: [CatalogRow] = []
    private var bytes: Int64 = 0
    private var undecided = 0
    /// The last place that was looked at.
    private var place: (time: Int64, index: Int64)?

    init(_ query: SQLiteQuery, _ request: CatalogPageRequest, patience: Int) {
        self.query = query
        self.patience = patience
        order = request.order
        limit = min(max(request.limit, 1), CatalogPageRequest.mostRows)
        after = request.after
    }

    /// How the search for rows ended.
    private enum End {
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
                end = try walk(plan, times)
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
    private func bounds(_ times: ClosedRange<Int64>) -> SQLiteSource.Bounds {
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

    /// What is told of a row that fits.
    private func row(
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

    // MARK: Blocks

    private struct Block {
        var number: Int64
        var earliest: Int64
        var latest: Int64
        var numbers: SQLiteBlockNumbers
    }

    private struct Hit {
        var time: Int64
        var id: Int64
    }

    /// Looks through blocks, those with the next times first, until none that is left can come before what was found.
    private mutating func blocks(_ times: ClosedRange<Int64>) throws(CatalogFailure) -> End {
        let bounds = bounds(times)
        let possible = CatalogAspect.ofRows.map { aspect in
            query.shapes[aspect].indices.map { query.filter.truth(of: aspect, $0) != .no }
        }
        var hits: [Hit] = []
        var doubtful: [Hit] = []
        let wanted = limit - rows.count
        // How the search ended, and the time up to which everything was seen; later ones have greater numbers here.
        var end = End.atTheEnd
        var seenTo = Int64.min
        for block in try overlapping(bounds) {
            let next = bounds.isDescending ? block.latest : -block.earliest
            if hits.count >= wanted {
                hits = sorted(hits, bounds.isDescending)
                let last = hits[wanted - 1].time
                if (bounds.isDescending ? last : -last) > next {
                    end = .full
                    break
                }
            }
            if query.connection.isOver {
                (end, seenTo) = (.outOfTime, next)
                break
            }
            if query.filter.truth(of: block.numbers) != .no,
                try mayHold(block.number, possible)
            {
                try scan(block.number, bounds, possible, &hits, &doubtful)
            }
        }
        let stop = try take(sorted(hits, bounds.isDescending), seenTo, bounds.isDescending)
        if stop { end = .full }
        if end == .outOfTime {
            place = (
                bounds.isDescending ? seenTo : -seenTo, bounds.isDescending ? Int64.max : -1
            )
        }
        undecided += doubtful.count { hit in
            guard end != .atTheEnd, let place else { return true }
            return bounds.isDescending
                ? (hit.time, hit.id) >= place : (hit.time, hit.id) <= place
        }
        return end
    }

    /// Takes hits in order as far as everything before them was seen; whether the page is full.
    private mutating func take(
        _ hits: [Hit], _ seenTo: Int64, _ isDescending: Bool
    ) throws(CatalogFailure) -> Bool {
        for hit in hits where (isDescending ? hit.time : -hit.time) > seenTo {
            let found = try row(hit.id, isSuperseded: false)
            if !rows.isEmpty, bytes + found.byteCount > CatalogPageRequest.mostBytes {
                return true
            }
            bytes += found.byteCount
            rows.append(found)
            place = (hit.time, hit.id)
            if rows.count == limit { return true }
        }
        return false
    }

    private func sorted(_ hits: [Hit], _ isDescending: Bool) -> [Hit] {
        hits.sorted {
            isDescending
                ? ($0.time, $0.id) > ($1.time, $1.id) : ($0.time, $0.id) < ($1.time, $1.id)
        }
    }

    private func overlapping(
        _ bounds: SQLiteSource.Bounds
    ) throws(CatalogFailure) -> [Block] {
        let statement = try query.connection.statement(
            """
            SELECT id, earliest, latest, \(SQLiteBlockNumbers.selection) FROM block
            WHERE earliest <= ? AND latest >= ?
            """)
        statement.bind([bounds.latest, bounds.earliest])
        var blocks: [Block] = []
        while try statement.step() {
            blocks.append(
                Block(
                    number: statement.integer(0), earliest: statement.integer(1),
                    latest: statement.integer(2), numbers: SQLiteBlockNumbers(statement, at: 3)))
        }
        return blocks.sorted {
            bounds.isDescending ? $0.latest > $1.latest : $0.earliest < $1.earliest
        }
    }

    /// Whether a block's summary has shapes of each aspect that may fit.
    private func mayHold(_ block: Int64, _ possible: [[Bool]]) throws(CatalogFailure) -> Bool {
        let statement = try query.connection.statement(
            "SELECT shape FROM posting WHERE block = ? AND aspect = ? AND count > 0")
        for aspect in CatalogAspect.ofRows {
            let shapes = possible[Int(aspect.rawValue)]
            var isFound = false
            statement.bind([block, aspect.rawValue])
            while !isFound, try statement.step() {
                let shape = Int(statement.integer(0)) - 1
                isFound = shape >= shapes.count || shapes[shape]
            }
            statement.reset()
            if !isFound { return false }
        }
        return true
    }

    private func scan(
        _ block: Int64, _ bounds: SQLiteSource.Bounds, _ possible: [[Bool]], _ hits: inout [Hit],
        _ doubtful: inout [Hit]
    ) throws(CatalogFailure) {
        let names = [SQLiteRow.common] + query.columns.map(\.rawValue)
        let statement = try query.connection.statement(
            """
            SELECT \(names.joined(separator: ", ")) FROM access WHERE id >= ? AND id < ?
            """)
        statement.bind([
            block * SQLiteSchema.blockRecords, (block + 1) * SQLiteSchema.blockRecords,
        ])
        let row = SQLiteRow(statement, columns: query.columns)
        let (deeds, callers) = (possible[0], possible[1])
        while try statement.step() {
            let (deed, caller) = (row.shape(.deed), row.shape(.caller))
            guard deed >= deeds.count || deeds[deed], caller >= callers.count || callers[caller]
            else { continue }
            let time = row.time
            guard time >= bounds.earliest, time <= bounds.latest else { continue }
            let id = row.id
            if bounds.isDescending
                ? time == bounds.latest && id >= bounds.edge
                : time == bounds.earliest && id <= bounds.edge
            {
                continue
            }
            switch query.filter.truth(of: row) {
            case .yes: hits.append(Hit(time: time, id: id))
            case .undecided: doubtful.append(Hit(time: time, id: id))
            case .no: break
            }
        }
    }
}
