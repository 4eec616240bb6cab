// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Reads tokens by the grammar, with as many calls of itself as the scanner allows parentheses.
///
/// ```text
/// query = [or] ; or = and { "OR" and } ; and = not { ["AND"] not } ; not = ["-" | "NOT"] term
/// term  = "(" or ")" | field ":" value | field ":(" value { "OR" value } ")" | word
/// ```
struct QueryParser {
    private let tokens: [QueryToken]
    private let clock: QueryClock
    private let limits: QueryLimits
    private var next = 0
    private var terms = 0

    /// The expression of a text; everything for one without terms, and for a star alone.
    static func expression(
        of text: String, _ clock: QueryClock, _ limits: QueryLimits
    ) throws(QueryFault) -> QueryExpression {
        let tokens = try QueryScanner.tokens(of: text, limits)
        guard !tokens.isEmpty, !isStar(tokens) else { return .everything }
        var parser = QueryParser(tokens: tokens, clock: clock, limits: limits)
        let expression = try parser.or()
        if let left = parser.token { throw QueryFault(.strayParenthesis, at: left.range) }
        let times = expression.times
        if times.isEmpty, let lower = times.lower, let upper = times.upper {
            throw QueryFault(
                .endsBeforeStart(
                    from: QueryMeasure.text(of: lower, .moment),
                    to: QueryMeasure.text(of: upper, .moment)), at: 0..<text.utf8.count)
        }
        return expression
    }

    private static func isStar(_ tokens: [QueryToken]) -> Bool {
        guard tokens.count == 1, case .word(let word) = tokens[0].kind else { return false }
        return word.isStar
    }

    private init(tokens: [QueryToken], clock: QueryClock, limits: QueryLimits) {
        self.tokens = tokens
        self.clock = clock
        self.limits = limits
    }

    private var token: QueryToken? { tokens.indices.contains(next) ? tokens[next] : nil }

    private mutating func accept(_ kind: QueryToken.Kind) -> Bool {
        guard token?.kind == kind else { return false }
        next += 1
        return true
    }

    /// The end of what is read: where something is missing.
    private var gap: Range<Int> {
        if let token { return token.range }
        let end = tokens.last?.range.upperBound ?? 0
        return max(0, end - 1)..<end
    }

    private mutating func or() throws(QueryFault) -> QueryExpression {
        var parts = [try and()]
        while accept(.or) { parts.append(try and()) }
        return QueryExpression.any(of: parts)
    }

    private mutating func and() throws(QueryFault) -> QueryExpression {
        var parts = [try not()]
        while let token {
            switch token.kind {
            case .and: next += 1
            case .word, .field, .value, .open, .openList, .minus, .not: break
            case .or, .close: return QueryExpression.all(of: parts)
            }
            parts.append(try not())
        }
        return QueryExpression.all(of: parts)
    }

    private mutating func not() throws(QueryFault) -> QueryExpression {
        guard accept(.minus) || accept(.not) else { return try term() }
        if let token, token.kind == .minus || token.kind == .not {
            throw QueryFault(.doubleNegation, at: token.range)
        }
        return QueryExpression.negation(of: try term())
    }

    private mutating func term() throws(QueryFault) -> QueryExpression {
        guard let token else { throw QueryFault(.missingTerm, at: gap) }
        switch token.kind {
        case .open: return try parentheses(token)
        case .field(let name): return try field(name, token)
        case .word(let word):
            next += 1
            try count(1, at: token.range)
            return .term(
                QueryTerm(.anyWord, try QueryValueReader(word, token.range, clock).part()))
        case .value, .openList, .close, .minus, .and, .or, .not:
            throw QueryFault(
                next > 0 && tokens[next - 1].kind == .open ? .emptyParentheses : .missingTerm,
                at: token.range)
        }
    }

    private mutating func parentheses(_ open: QueryToken) throws(QueryFault) -> QueryExpression {
        next += 1
        let inner = try or()
        guard accept(.close) else { throw QueryFault(.openParenthesis, at: open.range) }
        return inner
    }

    /// A field with its value or values.
    private mutating func field(
        _ word: QueryWord, _ token: QueryToken
    ) throws(QueryFault) -> QueryExpression {
        next += 1
        let name = word.text
        guard let subject = QuerySubject(name) else {
            throw QueryFault(
                .unknownField(name, nearest: QuerySubject.nearest(to: name)), at: token.range)
        }
        guard let value = self.token, value.range.lowerBound == token.range.upperBound else {
            throw QueryFault(.missingValue(field: subject.text), at: token.range)
        }
        switch value.kind {
        case .value(let word):
            next += 1
            return try alternatives(of: subject, word, value.range)
        case .openList: return try list(of: subject, token)
        case .word, .field, .open, .close, .minus, .and, .or, .not:
            throw QueryFault(.missingValue(field: subject.text), at: token.range)
        }
    }

    private mutating func list(
        of subject: QuerySubject, _ token: QueryToken
    ) throws(QueryFault) -> QueryExpression {
        next += 1
        var parts: [QueryExpression] = []
        while let found = self.token {
            guard case .value(let word) = found.kind else {
                throw QueryFault(.badList(field: subject.text), at: found.range)
            }
            next += 1
            parts.append(try alternatives(of: subject, word, found.range))
            if accept(.close) { break }
            guard accept(.or) else {
                throw QueryFault(.badList(field: subject.text), at: gap)
            }
        }
        return QueryExpression.any(of: parts)
    }

    /// What one value of a field or shorthand stands for.
    private mutating func alternatives(
        of subject: QuerySubject, _ word: QueryWord, _ range: Range<Int>
    ) throws(QueryFault) -> QueryExpression {
        let found = try QueryValueReader(word, range, clock).terms(of: subject)
        try count(found.count, at: range)
        return QueryExpression.any(of: found.map { .term($0) })
    }

    /// Counts terms as they are in the end: a shorthand may be several.
    private mutating func count(_ more: Int, at range: Range<Int>) throws(QueryFault) {
        terms += more
        guard terms <= limits.terms else { throw QueryFault(.tooManyTerms, at: range) }
    }
}
