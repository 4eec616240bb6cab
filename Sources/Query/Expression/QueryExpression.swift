// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What a query asks, in one form whatever the order, grouping and doubling of its conditions.
///
/// Made by ``all(of:)``, ``any(of:)`` and ``negation(of:)`` only, so that two of one meaning are mostly equal, and so are
/// their texts and hashes.
package indirect enum QueryExpression: Hashable, Sendable {
    /// Holds for everything.
    case everything
    case term(QueryTerm)
    case not(QueryExpression)
    /// Two or more, sorted, none of them `all`.
    case all([QueryExpression])
    /// Two or more, sorted, none of them `any`.
    case any([QueryExpression])

    /// All of these together.
    package static func all(of parts: [QueryExpression]) -> QueryExpression {
        let flat = parts.flatMap { part -> [QueryExpression] in
            switch part {
            case .everything: []
            case .all(let inner): inner
            case .term, .not, .any: [part]
            }
        }
        let sorted = ordered(joiningTimes(of: flat))
        return switch sorted.count {
        case 0: .everything
        case 1: sorted[0]
        default: .all(sorted)
        }
    }

    /// At least one of these.
    package static func any(of parts: [QueryExpression]) -> QueryExpression {
        let flat = parts.flatMap { part -> [QueryExpression] in
            switch part {
            case .any(let inner): inner
            case .everything, .term, .not, .all: [part]
            }
        }
        guard !flat.contains(.everything) else { return .everything }
        let sorted = ordered(flat)
        return sorted.count == 1 ? sorted[0] : .any(sorted)
    }

    /// The opposite.
    package static func negation(of part: QueryExpression) -> QueryExpression {
        if case .not(let inner) = part { inner } else { .not(part) }
    }

    /// Every term, from left to right.
    package var terms: [QueryTerm] {
        switch self {
        case .everything: []
        case .term(let term): [term]
        case .not(let inner): inner.terms
        case .all(let parts), .any(let parts): parts.flatMap(\.terms)
        }
    }

    /// The times between which everything lies that is asked for, as far as the outermost conditions say so.
    package var times: QueryRange {
        let parts: [QueryExpression] = if case .all(let parts) = self { parts } else { [self] }
        return parts.reduce(QueryRange(lower: nil, upper: nil)) { times, part in
            part.createdRange.map { times.intersection($0) } ?? times
        }
    }

    private var createdRange: QueryRange? {
        guard case .term(let term) = self, term.field == .named(.created),
            case .range(let range) = term.value
        else { return nil }
        return range
    }

    /// An access is accepted once, so two ranges of that time are one; those without a moment in common stay two.
    private static func joiningTimes(of parts: [QueryExpression]) -> [QueryExpression] {
        var joined: QueryRange?
        for range in parts.compactMap(\.createdRange) {
            joined = joined?.intersection(range) ?? range
        }
        guard let joined, !joined.isEmpty else { return parts }
        return parts.filter { $0.createdRange == nil }
            + [.term(QueryTerm(.named(.created), .range(joined)))]
    }

    private static func ordered(_ parts: [QueryExpression]) -> [QueryExpression] {
        // By bytes: for Swift two spellings of one letter are equal, for evaluation they are not.
        var seen: Set<[UInt8]> = []
        return parts.map { (text: Array(QueryText.of($0).utf8), part: $0) }
            .filter { seen.insert($0.text).inserted }
            .sorted { $0.text.lexicographicallyPrecedes($1.text) }.map(\.part)
    }
}
