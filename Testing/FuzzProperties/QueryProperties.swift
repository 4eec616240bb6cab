// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import Disclosures
internal import Query

/// A query that is read has a canonical text of the same meaning; one that is refused says where and why.
///
/// The first byte places the cursor whose completion is asked for.
enum QueryProperties {
    private static let clock = QueryClock(now: UTCInstant(microseconds: 1_796_040_000_000_000))

    static func check(_ input: [UInt8]) throws(BrokenProperty) -> Bool {
        var steering = Steering(input)
        let place = steering.choice(of: 64)
        let text = String(decoding: steering.rest, as: UTF8.self)
        try completed(text, at: place)
        switch Result(catching: { () throws(QueryFault) in try RecordQuery(text, at: clock) }) {
        case .success(let query):
            try accepted(query)
            return true
        case .failure(let fault):
            try told(fault, text)
            return false
        }
    }

    private static func accepted(_ query: RecordQuery) throws(BrokenProperty) {
        let limits = QueryLimits.standard
        let terms = query.expression.terms
        try require(terms.count <= limits.terms, "a query has few terms")
        try require(depth(of: query.expression) <= 2 * limits.depth + 2, "a query is flat")
        let again = Result { () throws(QueryFault) in try RecordQuery(canonical: query.text) }
        guard case .success(let again) = again else {
            throw BrokenProperty("a canonical text is a query")
        }
        try require(
            again.text.utf8.elementsEqual(query.text.utf8) && again.hash == query.hash,
            "a canonical text is its own canonical text")
        for access in accesses {
            let verdict = query.expression.verdict(on: access)
            try require(
                again.expression.verdict(on: access) == verdict,
                "a canonical text means what was read")
            try require(
                QueryExpression.negation(of: query.expression).verdict(on: access)
                    == verdict.negated, "a negation turns the verdict around")
        }
        try require(
            query.expression.verdict(on: accesses[0]) == .undecided
                || query.expression.verdict(on: accesses[0])
                    == query.expression.verdict(on: accesses[1]),
            "opening values turns no verdict around")
        try require(
            query.times.from.map { from in query.times.to.map { from <= $0 } ?? true } ?? true,
            "a query's times begin before they end")
    }

    private static func depth(of expression: QueryExpression) -> Int {
        switch expression {
        case .everything, .term: 1
        case .not(let inner): 1 + depth(of: inner)
        case .all(let parts), .any(let parts): 1 + (parts.map { depth(of: $0) }.max() ?? 0)
        }
    }

    private static func told(_ fault: QueryFault, _ text: String) throws(BrokenProperty) {
        try require(
            fault.range.upperBound <= text.utf8.count && !fault.range.isEmpty,
            "a fault lies in its text")
        try require(
            !fault.message.isEmpty && !fault.message.contains { $0.isNewline },
            "a fault is one line")
    }

    private static func completed(_ text: String, at place: Int) throws(BrokenProperty) {
        let cursor = place == 63 ? text.utf8.count : place
        let found = QueryCompletion(of: text, at: cursor) { _ in ["a b", "OR", "-x", ">y", "z*"] }
        try require(
            found.range.lowerBound >= 0 && found.range.upperBound <= min(cursor, text.utf8.count),
            "what a completion replaces is before the cursor")
        try require(
            found.candidates.allSatisfy { !$0.isEmpty }, "a candidate is something to write")
    }

    /// One access, sealed and opened.
    private static let accesses: [QueriedAccess] = {
        let leaf = Array(
            #"""
            {"actor":{"uid":"sub_1"},"commit":{"what":"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=","who":"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="},"decision":{"effect":"deny"},"dst":{"service":"billing"},"http":{"status":404},"time":"2026-11-21T08:47:12.345678Z"}
            """#.utf8)
        let record = Result { () throws(RecordFault) in try Record(leaf: leaf) }
        guard case .success(let record) = record else { return [] }
        let values: [CommitGroup: QueriedGroup] = [
            .who: .opened(.object([JSONMember("actor.name", .string("a"))])),
            .what: .opened(.object([JSONMember("http.path", .string("/a"))])),
        ]
        return [QueriedAccess(record), QueriedAccess(record, values)]
    }()
}
