// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// Counts what a query finds: whole quarters of an hour and days from the roll-ups, their edges from the rows.
struct SQLiteCounter {
    /// So many accesses or records of one shape, somewhere in a time.
    struct Part {
        /// Microseconds since 1970; where the quarter or day begins, if they are from a roll-up.
        var time: Int64
        /// Number less one, of the aspect that was asked for.
        var shape: Int
        var accesses: Int64
        var records: Int64
    }

    let query: SQLiteQuery

    /// The aspect whose counts answer a query about a field, or about none; nil if rows have to be looked at.
    func aspect(for field: CatalogField?) -> CatalogAspect? {
        [.outline, .deed, .caller].first { aspect in
            guard query.filter.isOnly(of: aspect) else { return false }
            guard let field else { return true }
            return aspect == .outline
                ? CatalogAspect.outlined.contains(field) : field.aspect == aspect
        }
    }

    /// Calls `body` with all parts of the query's range that fit. Nothing but shapes of the aspect decides.
    ///
    /// - Parameter longest: the longest time that may come as one part; nil: no part is more than a row.
    /// - Returns: whether everything was counted.
    func forEachPart(
        _ aspect: CatalogAspect, longest: TallySpan?, _ body: (Part) -> Void
    ) throws(CatalogFailure) -> Bool {
        guard let times = query.times else { return true }
        let truths = query.shapes[aspect].indices.map {
            query.filter.truth(of: aspect, $0) == .yes
        }
        // Half-open, in microseconds since 1970; open ends are put where a day begins.
        let (day, far) = (TallySpan.day.length, Int64.max / 8)
        let start =
            times.lowerBound == SQLiteQuery.always.lowerBound
            ? -far / day * day : StoredTime.microseconds(times.lowerBound)
        let end =
            times.upperBound == SQLiteQuery.always.upperBound
            ? far / day * day : StoredTime.microseconds(times.upperBound) + 1
        let spans = aspect.spans.filter { $0.length <= longest?.length ?? 0 }
        return try cover(start..<max(start, end), aspect, spans[...]) { part in
            if part.shape < truths.count, truths[part.shape] { body(part) }
        }
    }

    /// A range as whole spans, the longest first, and what is left at its ends by shorter ones or row by row.
    private func cover(
        _ range: Range<Int64>, _ aspect: CatalogAspect, _ spans: ArraySlice<TallySpan>,
        _ body: (Part) -> Void
    ) throws(CatalogFailure) -> Bool {
        guard !range.isEmpty else { return true }
        guard let span = spans.first else { return try rows(aspect, range, body) }
        let first = span.bucket(notBefore: range.lowerBound)
        let last = span.bucket(range.upperBound)
        let shorter = spans.dropFirst()
        guard first < last else { return try cover(range, aspect, shorter, body) }
        let (start, end) = (first * span.length, last * span.length)
        guard try tallies(span, aspect, first..<last, body),
            try cover(range.lowerBound..<start, aspect, shorter, body)
        else { return false }
        return try cover(end..<range.upperBound, aspect, shorter, body)
    }

    private func tallies(
        _ span: TallySpan, _ aspect: CatalogAspect, _ buckets: Range<Int64>,
        _ body: (Part) -> Void
    ) throws(CatalogFailure) -> Bool {
        let statement = try query.connection.statement(Self.tallies)
        statement.bind([
            span.rawValue, aspect.rawValue, buckets.lowerBound, buckets.upperBound,
        ])
        var seen = 0
        while try statement.step() {
            body(
                Part(
                    time: statement.integer(0) * span.length, shape: Int(statement.integer(1)) - 1,
                    accesses: statement.integer(2), records: statement.integer(3)))
            seen += 1
            if seen & 4095 == 0, query.connection.isOver { return false }
        }
        return true
    }

    static let tallies = """
        SELECT bucket, shape, accesses, records FROM tally
        WHERE span = ? AND aspect = ? AND bucket >= ? AND bucket < ?
        """

    /// Each row as a part of its own.
    private func rows(
        _ aspect: CatalogAspect, _ times: Range<Int64>, _ body: (Part) -> Void
    ) throws(CatalogFailure) -> Bool {
        guard !times.isEmpty else { return true }
        let outlines = aspect == .outline ? query.shapes.outlinesOfDeeds : []
        func shape(_ number: Int) -> Int {
            aspect == .outline && number < outlines.count ? outlines[number] : number
        }
        for (sql, accesses) in [(Self.accessRows, Int64(1)), (Self.supersededRows, 0)] {
            let statement = try query.connection.statement(sql)
            statement.bind([
                StoredTime.stored(times.lowerBound), StoredTime.stored(times.upperBound),
            ])
            var seen = 0
            while try statement.step() {
                body(
                    Part(
                        time: StoredTime.microseconds(statement.integer(0)),
                        shape: shape(Int(statement.integer(aspect == .caller ? 2 : 1)) - 1),
                        accesses: accesses, records: 1))
                seen += 1
                if seen & 1023 == 0, query.connection.isOver { return false }
            }
        }
        return true
    }

    static let accessRows = """
        SELECT time, deed, caller FROM access INDEXED BY access_time WHERE time >= ? AND time < ?
        """
    static let supersededRows = """
        SELECT time, deed, caller FROM superseded INDEXED BY superseded_time
        WHERE time >= ? AND time < ?
        """

    /// Calls `body` with each row that fits, whatever the filter asks.
    ///
    /// - Returns: how many are undecided, and whether all rows were looked at.
    func forEachRow(
        unit: CatalogUnit, _ body: (SQLiteRow) -> Void
    ) throws(CatalogFailure) -> (undecided: Int64, isComplete: Bool) {
        guard let times = query.times else { return (0, true) }
        if unit == .record, let plan = SQLitePlan.selective(query.filter) {
            return try forEachRecord(of: plan, times, body)
        }
        let bounds = SQLiteSource.Bounds(
            earliest: times.lowerBound, latest: times.upperBound, edge: Int64.max,
            isDescending: true)
        let plan = SQLitePlan(
            query.filter, unit: unit, isByTime: true, shapes: query.shapes,
            patience: SQLitePlan.usualPatience)
        var merge = try query.merge(plan, bounds)
        var (undecided, seen) = (Int64(0), 0)
        while let source = try merge.next() {
            switch query.filter.truth(of: source.row) {
            case .yes: body(source.row)
            case .undecided: undecided += 1
            case .no: break
            }
            try source.advance()
            seen += 1
            if seen & 255 == 0, query.connection.isOver { return (undecided, false) }
        }
        return (undecided, true)
    }
}

extension SQLiteCounter {
    /// The records of accesses that an index leads to: what their rows say, and what was there before.
    private func forEachRecord(
        of plan: SQLitePlan, _ times: ClosedRange<Int64>, _ body: (SQLiteRow) -> Void
    ) throws(CatalogFailure) -> (undecided: Int64, isComplete: Bool) {
        let bounds = SQLiteSource.Bounds(
            earliest: times.lowerBound, latest: times.upperBound, edge: Int64.max,
            isDescending: true)
        let (before, earlier) = try query.earlierRecords()
        var (undecided, seen) = (Int64(0), 0)
        func judge(_ row: SQLiteRow) {
            switch query.filter.truth(of: row) {
            case .yes: body(row)
            case .undecided: undecided += 1
            case .no: break
            }
        }
        var merge = try query.merge(plan, bounds)
        while let source = try merge.next() {
            judge(source.row)
            before.bind([source.row.id])
            while try before.step() { judge(earlier) }
            try source.advance()
            seen += 1
            if seen & 255 == 0, query.connection.isOver { return (undecided, false) }
        }
        return (undecided, true)
    }

    /// How many there are of both units.
    func count() throws(CatalogFailure) -> CatalogCount {
        var count = CatalogCount(accesses: 0, records: 0, undecided: 0, relation: .exact)
        do throws(CatalogFailure) {
            if let aspect = aspect(for: nil) {
                let isComplete = try forEachPart(aspect, longest: .day) { part in
                    count.accesses += part.accesses
                    count.records += part.records
                }
                if !isComplete { count.relation = .atLeast }
                return count
            }
            let accesses = try forEachRow(unit: .access) { _ in count.accesses += 1 }
            count.undecided = accesses.undecided
            let records = try forEachRow(unit: .record) { _ in count.records += 1 }
            if !accesses.isComplete || !records.isComplete { count.relation = .atLeast }
        } catch {
            guard error.code == .interrupted else { throw error }
            count.relation =
                count.accesses == 0 && count.records == 0 ? .timedOut : .atLeast
        }
        return count
    }

    /// Bars by the values of a field of the shape.
    func histogram(
        every interval: CatalogInterval, by field: CatalogField
    ) throws(CatalogFailure) -> CatalogHistogram {
        let counted = aspect(for: field)
        let aspect = counted ?? field.aspect ?? .deed
        // Each shape's value by number, so that counting is adding.
        var names: [String] = []
        var numbers: [String: Int] = [:]
        let values = query.shapes[aspect].map { shape in
            let name = shape[field].first ?? ""
            if let number = numbers[name] { return number }
            numbers[name] = names.count
            names.append(name)
            return names.count - 1
        }
        var bars: [Int64: [Int64]] = [:]
        func add(_ time: Int64, _ shape: Int, _ number: Int64) {
            guard number != 0, shape < values.count else { return }
            let (quotient, remainder) = time.quotientAndRemainder(dividingBy: interval.rawValue)
            bars[
                remainder < 0 ? quotient - 1 : quotient,
                default: [Int64](repeating: 0, count: names.count)
            ][values[shape]] += number
        }
        var relation = CatalogRelation.exact
        do throws(CatalogFailure) {
            let isComplete: Bool
            if counted != nil {
                let longest = TallySpan.allCases.first { $0.length == interval.rawValue }
                isComplete = try forEachPart(aspect, longest: longest) { part in
                    add(part.time, part.shape, query.unit == .access ? part.accesses : part.records)
                }
            } else {
                isComplete = try forEachRow(unit: query.unit) { row in
                    add(StoredTime.microseconds(row.time), row.shape(aspect), 1)
                }.isComplete
            }
            if !isComplete { relation = .atLeast }
        } catch {
            guard error.code == .interrupted else { throw error }
            relation = bars.isEmpty ? .timedOut : .atLeast
        }
        let list = bars.sorted { $0.key < $1.key }.map { bar, byValue in
            var counts: [String: Int64] = [:]
            for (value, number) in byValue.enumerated() where number != 0 {
                counts[names[value]] = number
            }
            return CatalogHistogram.Bar(
                start: UTCInstant(microseconds: bar * interval.rawValue), counts: counts)
        }
        return CatalogHistogram(bars: list.filter { !$0.counts.isEmpty }, relation: relation)
    }
}
