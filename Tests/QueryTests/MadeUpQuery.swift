// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Query

/// A query as a tree that is put into no form: what is asked for, naively.
indirect enum MadeUpQuery: CustomStringConvertible {
    /// One term as it is written.
    case term(String)
    case not(MadeUpQuery)
    case all([MadeUpQuery])
    case any([MadeUpQuery])

    /// The tree as a text, each part in parentheses where `isBare` says no otherwise.
    var description: String {
        switch self {
        case .term(let text): text
        case .not(let inner): "-" + inner.enclosed
        case .all(let parts): parts.map(\.enclosed).joined(separator: " ")
        case .any(let parts): parts.map(\.enclosed).joined(separator: " OR ")
        }
    }

    private var enclosed: String {
        if case .term = self { description } else { "(\(self))" }
    }

    /// Kleene's logic, in which each term is asked for by a query of its own.
    func verdict(on access: QueriedAccess) throws -> QueryVerdict {
        switch self {
        case .term(let text): return try QueryFixture.query(text).expression.verdict(on: access)
        case .not(let inner): return Self.opposite(try inner.verdict(on: access))
        case .all(let parts):
            let verdicts = try parts.map { try $0.verdict(on: access) }
            return verdicts.contains(.miss)
                ? .miss : verdicts.contains(.undecided) ? .undecided : .hit
        case .any(let parts):
            let verdicts = try parts.map { try $0.verdict(on: access) }
            return verdicts.contains(.hit)
                ? .hit : verdicts.contains(.undecided) ? .undecided : .miss
        }
    }

    static func opposite(_ verdict: QueryVerdict) -> QueryVerdict {
        switch verdict {
        case .hit: .miss
        case .miss: .hit
        case .undecided: .undecided
        }
    }
}

extension MadeUpQuery {
    private static let terms = [
        "service:billing", "service:SHOP", "service:b*", "service:*", "bill", "\"shop\"", "sub_*",
        "actor:alice", "actor:a*", "actor:sub_1", "actor:*", "path:/a", "path:/a/*", "path:*",
        "ip:10.0.0.0/8", "ip:192.0.2.7", "status:404", "status:4xx", "status:>=400",
        "status:(200 OR 404)", "is:denied", "is:open", "is:erased", "erased:who", "has:what",
        "has:path", "created:2026-11-20", "since:2026-11-20", "until:2026-11-20",
        "created:2026-11-20..2026-11-21", "role:reader", "role:*", "tag:pii", "label.team:blue",
        "dur:>10ms", "size:<1kb", "index:3..5", "reason:role_match", "decision:(allow OR deny)",
    ]

    /// One of few terms, so that they meet often, or several of them joined.
    static func made(depth: Int, _ random: inout some RandomNumberGenerator) -> MadeUpQuery {
        let choice = depth == 0 ? 0 : Int.random(in: 0..<4, using: &random)
        if choice == 0 { return .term(terms[Int.random(in: 0..<terms.count, using: &random)]) }
        if choice == 1 { return .not(made(depth: depth - 1, &random)) }
        let parts = (0..<Int.random(in: 2...3, using: &random)).map { _ in
            made(depth: depth - 1, &random)
        }
        return choice == 2 ? .all(parts) : .any(parts)
    }
}
