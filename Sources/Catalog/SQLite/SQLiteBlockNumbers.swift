// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Between which numbers those of a block's accesses are: who asks for a rare size looks at few blocks.
///
/// They only ever widen: where an access's newest record says another number, both are within.
struct SQLiteBlockNumbers {
    private static let columns: [(column: SQLiteColumn, name: String)] = [
        (.duration, "duration"), (.requestSize, "request"), (.responseSize, "response"),
    ]

    /// In the order of the columns; nil where no access has one.
    private var ranges: [ClosedRange<Int64>?]

    init() { ranges = Self.columns.map { _ in nil } }

    /// Reads what ``selection`` gives.
    ///
    /// - Parameter place: of the first of these columns.
    init(_ statement: SQLiteStatement, at place: Int32) {
        ranges = Self.columns.indices.map { column in
            let at = place + 2 * Int32(column)
            guard let low = statement.optional(at), let high = statement.optional(at + 1),
                low <= high
            else { return nil }
            return low...high
        }
    }

    /// The columns of a block, as statements name them.
    static let selection = names.joined(separator: ", ")

    /// How a stored block takes in another part of itself.
    static let widening = names.map { name in
        let (which, new) = (name.hasSuffix("low") ? "min" : "max", "excluded.\(name)")
        return "\(name) = \(which)(ifnull(\(name), \(new)), ifnull(\(new), \(name)))"
    }.joined(separator: ", ")

    private static var names: [String] {
        columns.flatMap { [$0.name + "_low", $0.name + "_high"] }
    }

    var stored: [Int64?] { ranges.flatMap { [$0?.lowerBound, $0?.upperBound] } }

    mutating func take(_ leaf: CatalogLeaf) {
        let numbers = [leaf.duration, leaf.requestSize, leaf.responseSize]
        for (place, number) in numbers.enumerated() {
            guard let number else { continue }
            guard let range = ranges[place] else {
                ranges[place] = number...number
                continue
            }
            ranges[place] = min(range.lowerBound, number)...max(range.upperBound, number)
        }
    }

    /// The range of a column; nil for one that blocks say nothing of.
    subscript(_ column: SQLiteColumn) -> ClosedRange<Int64>?? {
        Self.columns.firstIndex { $0.column == column }.map { ranges[$0] }
    }
}

extension SQLiteFilter {
    /// What the numbers of a block say of all its accesses: no, yes, or that each has to be looked at.
    func truth(of numbers: SQLiteBlockNumbers) -> CatalogTruth {
        switch self {
        case .range(let column, let range):
            guard let held = numbers[column] else { return .undecided }
            return held?.overlaps(range) == true ? .undecided : .no
        case .member(let column, let values):
            guard let held = numbers[column] else { return .undecided }
            return held.map { held in values.contains { held.contains($0) } } == true
                ? .undecided : .no
        case .exists(let column):
            guard let held = numbers[column] else { return .undecided }
            return held == nil ? .no : .undecided
        case .constant(let truth): return truth
        case .not(let filter): return !filter.truth(of: numbers)
        case .and(let filters):
            return filters.reduce(.yes) { $0.least($1.truth(of: numbers)) }
        case .or(let filters):
            return filters.reduce(.no) { $0.most($1.truth(of: numbers)) }
        // Blocks say nothing of it.
        default: return .undecided
        }
    }
}
