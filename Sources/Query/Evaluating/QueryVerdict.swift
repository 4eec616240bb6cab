// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Whether an access is one that a query asks for.
package enum QueryVerdict: Hashable, Sendable {
    case hit
    case miss
    /// It depends on values that are withheld or erased: neither a hit nor a miss, and counted apart.
    case undecided

    init(_ isHit: Bool) { self = isHit ? .hit : .miss }

    package var negated: QueryVerdict {
        switch self {
        case .hit: .miss
        case .miss: .hit
        case .undecided: .undecided
        }
    }
}

extension QueryExpression {
    /// What the query says of an access: three-valued logic as of Kleene.
    package func verdict(on access: QueriedAccess) -> QueryVerdict {
        switch self {
        case .everything: return .hit
        case .term(let term): return access.verdict(on: term)
        case .not(let inner): return inner.verdict(on: access).negated
        case .all(let parts):
            var verdict = QueryVerdict.hit
            for part in parts {
                switch part.verdict(on: access) {
                case .miss: return .miss
                case .undecided: verdict = .undecided
                case .hit: continue
                }
            }
            return verdict
        case .any(let parts):
            var verdict = QueryVerdict.miss
            for part in parts {
                switch part.verdict(on: access) {
                case .hit: return .hit
                case .undecided: verdict = .undecided
                case .miss: continue
                }
            }
            return verdict
        }
    }
}
