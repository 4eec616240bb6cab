// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What can be written where the cursor stands.
package struct QueryCompletion: Hashable, Sendable {
    /// The bytes that a candidate replaces: what is written of the word so far.
    package let range: Range<Int>
    /// Texts to put there, sorted; a name of a field ends in its colon.
    package let candidates: [String]

    /// Most candidates that are proposed at once.
    private static let most = 50

    /// - Parameters:
    ///   - text: the query so far.
    ///   - cursor: in bytes of UTF-8.
    ///   - known: values of a field that occur in the log, the most frequent first; personal values only for those who
    ///     may see them.
    package init(
        of text: String, at cursor: Int, known: (QueryField) -> [String]
    ) {
        let bytes = Array(text.utf8)
        var cursor = min(max(cursor, 0), bytes.count)
        // Not into the middle of a letter.
        while cursor > 0, cursor < bytes.count, bytes[cursor] & 0xC0 == 0x80 { cursor -= 1 }
        var scanner = QueryScanner(String(decoding: bytes[..<cursor], as: UTF8.self), .standard)
        // What is faulty only because it has not been written to its end does not matter here.
        let fault = Result { () throws(QueryFault) in try scanner.scan() }
        let tokens = scanner.tokens
        if case .failure(let fault) = fault, fault.isFinal {
            range = cursor..<cursor
            candidates = []
            return
        }
        let last = tokens.last
        if case .failure(let fault) = fault, fault.kind == .openQuote {
            let start = fault.range.lowerBound
            let isValue = last.map { $0.range.upperBound == start } ?? false
            range = start..<cursor
            candidates = Self.values(
                of: Self.subject(tokens, isTouching: isValue),
                beginning: String(decoding: bytes[(start + 1)..<cursor], as: UTF8.self), known)
            return
        }
        let isTouching = last?.range.upperBound == cursor
        let subject = Self.subject(tokens, isTouching: isTouching)
        switch last?.kind {
        case .word(let word) where isTouching:
            range = cursor - (last?.range.count ?? 0)..<cursor
            candidates = Self.fields(beginning: word.text)
        case .value(let word) where isTouching:
            range = cursor - (last?.range.count ?? 0)..<cursor
            candidates = Self.values(of: subject, beginning: word.text, known)
        case .field where isTouching, .openList where isTouching:
            range = cursor..<cursor
            candidates = Self.values(of: subject, beginning: "", known)
        default:
            range = cursor..<cursor
            candidates =
                subject == nil
                ? Self.fields(beginning: "") : Self.values(of: subject, beginning: "", known)
        }
    }

    /// The field whose value stands at the end of the tokens.
    private static func subject(_ tokens: [QueryToken], isTouching: Bool) -> QuerySubject? {
        var subject: QuerySubject?
        var isInList = false
        for token in tokens {
            switch token.kind {
            case .field(let word): subject = QuerySubject(word.text)
            case .openList: isInList = true
            case .close: (subject, isInList) = (nil, false)
            case .value, .or: if !isInList, token != tokens.last { subject = nil }
            case .word, .open, .minus, .and, .not: if !isInList { subject = nil }
            }
        }
        return isInList || isTouching ? subject : nil
    }

    private static func fields(beginning start: String) -> [String] {
        let start = start.lowercased()
        let names = QueryField.allNames.filter { $0.hasPrefix(start) }
        return Array(names.map { $0 + ":" }.sorted().prefix(most))
    }

    /// A sentence on what a candidate means; nil for values of a field.
    ///
    /// - Parameter field: whose value is written, if any.
    package static func meaning(of candidate: String, as field: QueryField?) -> String? {
        guard candidate.hasSuffix(":") else {
            return field == nil ? QueryShorthand.Word(rawValue: candidate)?.meaning : nil
        }
        let name = String(candidate.dropLast())
        return QueryShorthand(rawValue: name)?.meaning ?? QueryField(name)?.row.meaning
    }

    private static func values(
        of subject: QuerySubject?, beginning start: String, _ known: (QueryField) -> [String]
    ) -> [String] {
        let words: [String]
        switch subject {
        case nil: return []
        case .shorthand(.is): words = QueryShorthand.Word.allCases.map(\.rawValue)
        case .shorthand(.since), .shorthand(.until), .field(.named(.created)):
            words = ["today", "yesterday", "1h", "24h", "7d", "30d"]
        case .field(.named(.has)):
            words =
                QueryFieldRow.of(.has).knownWords
                + QueryField.Name.allCases.map(\.rawValue).filter { $0 != "has" }
        case .field(let field):
            let found = known(field)
            words = found + field.row.knownWords.filter { !found.contains($0) }
        }
        let start = start.lowercased()
        return words.filter { $0.lowercased().hasPrefix(start) }.prefix(most)
            .map { QueryText.plainOrQuoted($0) }
    }
}

extension QueryFault {
    /// Whether more text behind it would not mend it.
    fileprivate var isFinal: Bool {
        switch kind {
        case .openQuote, .openParenthesis, .missingTerm, .danglingEscape, .missingValue: false
        case .tooLong, .tooManyTerms, .tooDeep, .controlCharacter, .strayParenthesis,
            .emptyParentheses, .doubleNegation, .unknownField, .badList, .misplacedStar, .loneStar,
            .noOrder, .badValue, .noMonths, .noDay, .endOfPath, .hostBits, .endsBeforeStart:
            true
        }
    }
}
