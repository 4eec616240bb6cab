// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

extension SQLiteCounter {
    /// An actor and a value by their numbers; zero for none.
    private struct Key: Hashable {
        var actor: Int64
        /// Of a field of the shape, the shape's number.
        var value: Int64
    }

    private struct Seen {
        var count: Int64
        /// As stored.
        var time: Int64
        var first: Int64

        mutating func add(_ other: Seen) {
            count += other.count
            if (other.time, other.first) < (time, first) {
                (time, first) = (other.time, other.first)
            }
        }
    }

    /// Which actors occur with which values of a field, row by row.
    func pairs(with field: CatalogField) throws(CatalogFailure) -> CatalogPairs {
        let column: SQLiteColumn? =
            switch field {
            case .address: .address
            case .path: .path
            default: nil
            }
        let aspect = field.aspect ?? .deed
        var wider = query
        wider.add(.actor)
        if let column { wider.add(column) }
        var seen: [Key: Seen] = [:]
        var isFull = false
        let isComplete = try SQLiteCounter(query: wider).forEachRow(unit: .access) { row in
            let value = column.map { row[$0] ?? 0 } ?? Int64(row.shape(aspect) + 1)
            let key = Key(actor: row[.actor] ?? 0, value: value)
            let new = Seen(count: 1, time: row.time, first: row.id)
            if seen.count < CatalogPairs.most || seen[key] != nil {
                if seen[key]?.add(new) == nil { seen[key] = new }
            } else {
                isFull = true
            }
        }.isComplete
        var found: [Key: Seen] = [:]
        var texts: [String] = []
        if column == nil {
            // Several shapes have the same value; some have several values.
            var numbers: [String: Int64] = [:]
            for (key, one) in seen {
                let shape = Int(key.value) - 1
                let shapes = query.shapes[aspect]
                let values = shape < shapes.count ? Set(shapes[shape][field]) : []
                let places = values.map { text in
                    if let number = numbers[text] { return number }
                    texts.append(text)
                    numbers[text] = Int64(texts.count)
                    return Int64(texts.count)
                }
                for value in places.isEmpty ? [0] : places {
                    let key = Key(actor: key.actor, value: value)
                    if found[key]?.add(one) == nil { found[key] = one }
                }
            }
        } else {
            found = seen
        }
        return CatalogPairs(
            try pairs(found, column == nil ? texts : nil),
            isComplete && !isFull ? .exact : .atLeast)
    }

    /// - Parameter texts: what values' numbers stand for, less one; nil if they are of tokens.
    private func pairs(
        _ found: [Key: Seen], _ texts: [String]?
    ) throws(CatalogFailure) -> [CatalogPair] {
        let find = try query.connection.statement("SELECT text FROM word WHERE id = ?")
        var actors: [Int64: String] = [:]
        var pairs: [CatalogPair] = []
        for (key, seen) in found {
            if key.actor != 0, actors[key.actor] == nil {
                find.bind([key.actor])
                guard try find.step() else {
                    throw CatalogFailure(.damaged, "word \(key.actor) is gone")
                }
                actors[key.actor] = find.text(0)
            }
            let value: CatalogPair.Value =
                if key.value == 0 {
                    .none
                } else if let texts {
                    .text(texts[Int(key.value) - 1])
                } else {
                    key.value == SQLitePersonal.withheld ? .withheld : .token(key.value)
                }
            pairs.append(
                CatalogPair(
                    actor: actors[key.actor], value: value, count: seen.count,
                    time: UTCInstant(microseconds: StoredTime.microseconds(seen.time)),
                    first: UInt64(seen.first)))
        }
        return pairs
    }
}
