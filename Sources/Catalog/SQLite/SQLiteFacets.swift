// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

extension SQLiteCounter {
    /// How many accesses have which value of a field that is counted in advance.
    func facet(of field: CatalogField, most: Int) throws(CatalogFailure) -> CatalogFacet {
        var tally = Tally()
        let isComplete =
            field == .actor ? try actors(&tally) : try shapes(of: field, &tally)
        return try facet(field, tally, most, isComplete ? .exact : .atLeast)
    }

    /// Whether a field's values have to be counted row by row.
    func needsRows(_ field: CatalogField) -> Bool {
        field == .actor
            ? !query.filter.isEverything || query.unit != .access : aspect(for: field) == nil
    }

    /// The same of fields whose values are counted row by row, all of them at once.
    func facetsByRows(
        of fields: [CatalogField], most: Int
    ) throws(CatalogFailure) -> [CatalogFacet] {
        var wider = query
        for column in fields.compactMap(Self.column) { wider.add(column) }
        var shapes = CatalogAspect.ofRows.map {
            [Int64](repeating: 0, count: query.shapes[$0].count)
        }
        var tallies = fields.map { _ in Tally() }
        let columns = fields.map(Self.column)
        let isComplete = try SQLiteCounter(query: wider).forEachRow(unit: query.unit) { row in
            for (place, aspect) in CatalogAspect.ofRows.enumerated() {
                let shape = row.shape(aspect)
                if shape < shapes[place].count { shapes[place][shape] += 1 }
            }
            for (place, column) in columns.enumerated() {
                guard let column else { continue }
                if let value = row[column] {
                    tallies[place].numbers[value, default: 0] += 1
                } else {
                    tallies[place].none += 1
                }
            }
        }.isComplete
        var facets: [CatalogFacet] = []
        for (place, field) in fields.enumerated() {
            if let aspect = field.aspect {
                tallies[place].add(
                    shapes[Int(aspect.rawValue)], of: query.shapes[aspect].map { $0[field] })
            }
            facets.append(
                try facet(field, tallies[place], most, isComplete ? .exact : .atLeast))
        }
        return facets
    }

    private static func column(_ field: CatalogField) -> SQLiteColumn? {
        switch field {
        case .actor: .actor
        case .session: .session
        default: nil
        }
    }

    /// Counts by value; of the shape by text, else by number.
    private struct Tally {
        var texts: [String: Int64] = [:]
        var numbers: [Int64: Int64] = [:]
        var none: Int64 = 0

        /// Takes counts by shape.
        mutating func add(_ counts: [Int64], of texts: [[String]]) {
            for (count, texts) in zip(counts, texts) where count != 0 {
                if texts.isEmpty { none += count }
                for text in Set(texts) { self.texts[text, default: 0] += count }
            }
        }
    }

    private func shapes(
        of field: CatalogField, _ tally: inout Tally
    ) throws(CatalogFailure) -> Bool {
        guard let aspect = aspect(for: field) else { return true }
        let shapes = query.shapes[aspect]
        var counts = [Int64](repeating: 0, count: shapes.count)
        let isComplete = try forEachPart(aspect, longest: .day) { part in
            counts[part.shape] += query.unit == .access ? part.accesses : part.records
        }
        tally.add(counts, of: shapes.map { $0[field] })
        return isComplete
    }

    private func rows(
        of column: SQLiteColumn, _ tally: inout Tally
    ) throws(CatalogFailure) -> Bool {
        var wider = query
        wider.add(column)
        return try SQLiteCounter(query: wider).forEachRow(unit: query.unit) { row in
            if let value = row[column] {
                tally.numbers[value, default: 0] += 1
            } else {
                tally.none += 1
            }
        }.isComplete
    }

    /// Whole days of actors from their roll-up, the rest from the rows.
    private func actors(_ tally: inout Tally) throws(CatalogFailure) -> Bool {
        guard let times = query.times else { return true }
        let start = StoredTime.microseconds(times.lowerBound)
        let end = StoredTime.microseconds(times.upperBound) + 1
        let isOpenBefore = times.lowerBound == SQLiteQuery.always.lowerBound
        let isOpenAfter = times.upperBound == SQLiteQuery.always.upperBound
        let first = isOpenBefore ? Int64.min / 2 : TallySpan.day.bucket(notBefore: start)
        let last = isOpenAfter ? Int64.max / 2 : TallySpan.day.bucket(end)
        guard first < last else { return try rows(of: .actor, &tally) }
        var known: Int64 = 0
        let statement = try query.connection.statement(
            "SELECT actor, accesses FROM actor_tally WHERE day >= ? AND day < ?")
        statement.bind([first, last])
        while try statement.step() {
            tally.numbers[statement.integer(0), default: 0] += statement.integer(1)
            known += statement.integer(1)
        }
        // Accesses without an actor are the rest of all.
        var all: Int64 = 0
        let days = try query.connection.statement(Self.tallies)
        days.bind([TallySpan.day.rawValue, CatalogAspect.outline.rawValue, first, last])
        while try days.step() { all += days.integer(2) }
        tally.none += all - known
        for edge in [
            isOpenBefore ? nil : start..<first * TallySpan.day.length,
            isOpenAfter ? nil : last * TallySpan.day.length..<end,
        ] {
            guard let edge, !edge.isEmpty else { continue }
            var part = query
            part.narrow(to: edge)
            guard try SQLiteCounter(query: part).rows(of: .actor, &tally) else { return false }
        }
        return true
    }

    /// The most frequent values, by name.
    private func facet(
        _ field: CatalogField, _ tally: Tally, _ most: Int, _ relation: CatalogRelation
    ) throws(CatalogFailure) -> CatalogFacet {
        var values = tally.texts.map { CatalogFacet.Value(text: $0.key, count: $0.value) }
        let find = try query.connection.statement("SELECT text FROM word WHERE id = ?")
        let numbers = tally.numbers.filter { $0.value != 0 }.sorted { $0.value > $1.value }
        // Ties at the end of the list are put in order by text, so some more are looked up.
        for (number, count) in numbers.prefix(most + 64) {
            find.bind([number])
            guard try find.step() else { throw CatalogFailure(.damaged, "word \(number) is gone") }
            values.append(CatalogFacet.Value(text: find.text(0), count: count))
        }
        values.sort { ($1.count, $0.text) < ($0.count, $1.text) }
        let all =
            tally.texts.values.reduce(0, +) + numbers.reduce(0) { $0 + $1.value }
        let shown = Array(values.filter { $0.count != 0 }.prefix(most))
        return CatalogFacet(
            field: field, values: shown,
            others: all - shown.reduce(0) { $0 + $1.count }, none: tally.none,
            relation: relation)
    }
}

extension SQLiteFilter {
    /// Whether nothing is asked.
    fileprivate var isEverything: Bool {
        switch self {
        case .constant(let truth): truth == .yes
        case .and(let filters): filters.allSatisfy(\.isEverything)
        default: false
        }
    }
}
