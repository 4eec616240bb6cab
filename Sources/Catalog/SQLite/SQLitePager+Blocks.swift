// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension SQLitePager {
    private struct Block {
        var number: Int64
        var earliest: Int64
        var latest: Int64
        var numbers: SQLiteBlockNumbers
    }

    private struct Hit {
        var time: Int64
        /// Of the access; of the record, where records are listed.
        var index: Int64
        /// Of the access, or of the superseded record.
        var id: Int64
        var isSuperseded = false

        func follows(_ other: Self, _ isDescending: Bool) -> Bool {
            isDescending
                ? (time, index) < (other.time, other.index)
                : (time, index) > (other.time, other.index)
        }
    }

    /// What a search through blocks has found.
    private struct Finds {
        var hits: [Hit] = []
        var doubtful: [Hit] = []

        mutating func note(_ hit: Hit, _ truth: CatalogTruth) {
            switch truth {
            case .yes: hits.append(hit)
            case .undecided: doubtful.append(hit)
            case .no: break
            }
        }
    }

    /// Looks through blocks, those with the next times first, until none that is left can come before what was found.
    ///
    /// Records that are not the newest of their access are in no summary: they are walked beside the blocks, by time.
    mutating func blocks(_ times: ClosedRange<Int64>) throws(CatalogFailure) -> End {
        let bounds = bounds(times)
        let possible = CatalogAspect.ofRows.map { aspect in
            query.shapes[aspect].indices.map { query.filter.truth(of: aspect, $0) != .no }
        }
        var finds = Finds()
        let wanted = limit - rows.count
        // How the search ended, and the time up to which everything was seen; later ones have greater numbers here.
        var end = End.atTheEnd
        var seenTo = Int64.min
        var superseded: SQLiteSource?
        if query.unit == .record {
            let path = SQLiteSource.Path.supersededRecords
            superseded = try SQLiteSource(
                path, bounds, columns: query.columns(of: path), on: query.connection)
        }
        for block in try overlapping(bounds) {
            let next = bounds.isDescending ? block.latest : -block.earliest
            if let late = try walk(superseded, to: next, wanted, bounds, &finds) {
                (end, seenTo) = (.outOfTime, late)
                break
            }
            if finds.hits.count >= wanted {
                finds.hits = sorted(finds.hits, bounds.isDescending)
                let last = finds.hits[wanted - 1].time
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
                try scan(block.number, bounds, possible, &finds)
            }
        }
        if end == .atTheEnd, let late = try walk(superseded, to: .min, wanted, bounds, &finds) {
            (end, seenTo) = (.outOfTime, late)
        }
        let stop = try take(sorted(finds.hits, bounds.isDescending), seenTo, bounds.isDescending)
        if stop { end = .full }
        if end == .outOfTime {
            place = (
                bounds.isDescending ? seenTo : -seenTo, bounds.isDescending ? Int64.max : -1
            )
        }
        undecided += finds.doubtful.count { hit in
            guard end != .atTheEnd, let place else { return true }
            return bounds.isDescending
                ? (hit.time, hit.index) >= place : (hit.time, hit.index) <= place
        }
        return end
    }

    /// Takes hits in order as far as everything before them was seen; whether the page is full.
    private mutating func take(
        _ hits: [Hit], _ seenTo: Int64, _ isDescending: Bool
    ) throws(CatalogFailure) -> Bool {
        for hit in hits where (isDescending ? hit.time : -hit.time) > seenTo {
            let found = try row(hit.id, isSuperseded: hit.isSuperseded)
            if !rows.isEmpty, bytes + found.byteCount > CatalogPageRequest.mostBytes {
                return true
            }
            bytes += found.byteCount
            rows.append(found)
            place = (hit.time, hit.index)
            if rows.count == limit { return true }
        }
        return false
    }

    private func sorted(_ hits: [Hit], _ isDescending: Bool) -> [Hit] {
        hits.sorted { $1.follows($0, isDescending) }
    }

    /// Looks at superseded records whose times come before one, until as many hits are known as are wanted.
    ///
    /// - Returns: where it ran out of time; nil if it did not.
    private func walk(
        _ superseded: SQLiteSource?, to next: Int64, _ wanted: Int, _ bounds: SQLiteSource.Bounds,
        _ finds: inout Finds
    ) throws(CatalogFailure) -> Int64? {
        guard let superseded else { return nil }
        var (seen, sortedCount) = (0, 0)
        while let key = superseded.key {
            let time = bounds.isDescending ? key.time : -key.time
            guard time > next else { return nil }
            let hit = Hit(
                time: key.time, index: key.index, id: superseded.row.id, isSuperseded: true)
            if next == .min, finds.hits.count >= wanted {
                if finds.hits.count != sortedCount {
                    finds.hits = sorted(finds.hits, bounds.isDescending)
                    sortedCount = finds.hits.count
                }
                // The page can be filled by what comes before.
                if hit.follows(finds.hits[wanted - 1], bounds.isDescending) { return nil }
            }
            finds.note(hit, query.filter.truth(of: superseded.row))
            try superseded.advance()
            seen += 1
            if seen & 255 == 0, query.connection.isOver { return time }
        }
        return nil
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
        _ block: Int64, _ bounds: SQLiteSource.Bounds, _ possible: [[Bool]],
        _ finds: inout Finds
    ) throws(CatalogFailure) {
        let columns = query.columns(of: .accesses(index: "", column: nil))
        let names = [SQLiteRow.common] + columns.map(\.rawValue)
        let statement = try query.connection.statement(
            """
            SELECT \(names.joined(separator: ", ")) FROM access WHERE id >= ? AND id < ?
            """)
        statement.bind([
            block * SQLiteSchema.blockRecords, (block + 1) * SQLiteSchema.blockRecords,
        ])
        let row = SQLiteRow(statement, columns: columns)
        let (deeds, callers) = (possible[0], possible[1])
        while try statement.step() {
            let (deed, caller) = (row.shape(.deed), row.shape(.caller))
            guard deed >= deeds.count || deeds[deed], caller >= callers.count || callers[caller]
            else { continue }
            let time = row.time
            guard time >= bounds.earliest, time <= bounds.latest else { continue }
            let id = row.id
            let index = query.unit == .record ? row[.index] ?? id : id
            if bounds.isDescending
                ? time == bounds.latest && index >= bounds.edge
                : time == bounds.earliest && index <= bounds.edge
            {
                continue
            }
            finds.note(Hit(time: time, index: index, id: id), query.filter.truth(of: row))
        }
    }
}
