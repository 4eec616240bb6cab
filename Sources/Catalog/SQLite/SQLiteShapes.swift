// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Synchronization

/// All shapes of the catalog in memory, in the order of their numbers, for every reader.
final class SQLiteShapes: Sendable {
    /// By aspect; number 1 is the first.
    private let known = Mutex<[[CatalogShape]]>(CatalogAspect.allCases.map { _ in [] })

    /// The shapes that the reader's moment has; perhaps more, of a later one.
    func all(
        _ aspect: CatalogAspect, _ connection: SQLiteConnection
    ) throws(CatalogFailure) -> [CatalogShape] {
        let place = Int(aspect.rawValue)
        let before = known.withLock { $0[place] }
        let statement = try connection.statement(
            "SELECT key FROM shape WHERE aspect = ? AND id > ? ORDER BY id")
        statement.bind([aspect.rawValue, Int64(before.count)])
        var found: [CatalogShape] = []
        while try statement.step() {
            let shape = CatalogShape(key: statement.bytes(0))
            found.append(aspect == .outline ? shape.outline : shape)
        }
        guard !found.isEmpty else { return before }
        return known.withLock { known in
            // Another reader may have read the same ones meanwhile.
            let missing = before.count + found.count - known[place].count
            if missing > 0 { known[place].append(contentsOf: found.suffix(missing)) }
            return known[place]
        }
    }
}

/// The shapes of all aspects, as one query sees them.
struct SQLiteShapeLists {
    let deeds: [CatalogShape]
    let callers: [CatalogShape]
    let outlines: [CatalogShape]

    /// Which outline each deed has; by numbers less one.
    var outlinesOfDeeds: [Int] {
        var numbers: [CatalogShape: Int] = [:]
        for (number, outline) in outlines.enumerated() { numbers[outline] = number }
        return deeds.map { numbers[$0.outline] ?? outlines.count }
    }

    subscript(_ aspect: CatalogAspect) -> [CatalogShape] {
        switch aspect {
        case .deed: deeds
        case .caller: callers
        case .outline: outlines
        }
    }
}
