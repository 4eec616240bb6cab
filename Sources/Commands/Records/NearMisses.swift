// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Messages
import Query

/// Why nothing was found: which condition stood in the way alone, and which values its field has instead.
struct NearMisses {
    private let conditions: [QueryExpression]
    /// How many records are missed for this condition only.
    private var alone: [Int]
    /// How often each value of the field of a condition occurs, where that is one term that names a value.
    private var values: [[String: Int]]
    private static let mostValues = 10_000

    init(of query: RecordQuery) {
        conditions = query.conditions
        alone = Array(repeating: 0, count: conditions.count)
        values = Array(repeating: [:], count: conditions.count)
    }

    /// Notes a record that is not asked for.
    mutating func take(_ access: QueriedAccess) {
        var missed: Int?
        var count = 0
        for (place, condition) in conditions.enumerated() {
            if case .term(let term) = condition, case .text = term.value,
                values[place].count < Self.mostValues
            {
                for text in access.texts(of: term.field) { values[place][text, default: 0] += 1 }
            }
            if condition.verdict(on: access) == .miss {
                missed = place
                count += 1
            }
        }
        if let missed, count == 1 { alone[missed] += 1 }
    }

    /// What might have been meant, and what would be found without one condition: sentences for people.
    var hints: [SafeText] {
        var hints: [SafeText] = []
        for (place, condition) in conditions.enumerated() {
            guard case .term(let term) = condition, case .text(let word) = term.value,
                !values[place].keys.contains(where: { $0.lowercased() == word.lowercased() }),
                let nearest = NearestName.of(word, among: values[place].keys.sorted()),
                let count = values[place][nearest]
            else { continue }
            hints.append(
                "No record has the \(term.field.text) `\(word)`; \(count) have `\(nearest)`.")
        }
        if conditions.count > 1 {
            for (place, count) in alone.enumerated() where count > 0 {
                let text = QueryText.of(conditions[place])
                hints.append("Without `\(text)` there would be \(count).")
            }
        }
        return hints
    }
}
