// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Messages

/// Reads one value, as its field wants it.
struct QueryValueReader {
    private let word: QueryWord
    private let range: Range<Int>
    private let clock: QueryClock

    init(_ word: QueryWord, _ range: Range<Int>, _ clock: QueryClock) {
        self.word = word
        self.range = range
        self.clock = clock
    }

    /// The terms that a value of a field or shorthand stands for, of which one has to hold.
    func terms(of subject: QuerySubject) throws(QueryFault) -> [QueryTerm] {
        switch subject {
        case .field(.named(.has)): return [try has()]
        case .field(let field):
            let likeness = field.row.personal?.likeness ?? .bytes
            return [QueryTerm(field, likeness.form(try value(of: field)))]
        case .shorthand(.is):
            guard let found = QueryShorthand.Word(rawValue: word.text.lowercased()) else {
                throw QueryFault(
                    .badValue(
                        field: subject.text,
                        nearest: NearestName.of(
                            word.text, among: QueryShorthand.Word.allCases.map(\.rawValue))),
                    at: range)
            }
            return found.terms
        case .shorthand(.since): return [try bound(.since)]
        case .shorthand(.until): return [try bound(.until)]
        }
    }

    /// What a word without a field stands for: a part of a text, or its beginning.
    func part() throws(QueryFault) -> QueryValue {
        if isStar { throw QueryFault(.loneStar, at: range) }
        let (text, isPrefix) = try literal()
        guard !text.isEmpty else { throw QueryFault(.missingTerm, at: range) }
        return isPrefix ? .prefix(text.likeLetters) : .part(text.likeLetters)
    }

    private var isStar: Bool { word.isStar }

    /// `has:who`, or `has:` and a field.
    private func has() throws(QueryFault) -> QueryTerm {
        if isStar { return QueryTerm(.named(.has), .any) }
        let text = word.text.lowercased()
        if QueryField.Name.has.words.contains(text) {
            return QueryTerm(.named(.has), .text(text))
        }
        guard let field = QueryField(text), field != .named(.has) else {
            throw QueryFault(
                .badValue(
                    field: "has",
                    nearest: NearestName.of(
                        text, among: QueryField.Name.has.words + QueryField.allNames)), at: range)
        }
        return QueryTerm(field, .any)
    }

    private func bound(_ shorthand: QueryShorthand) throws(QueryFault) -> QueryTerm {
        let span = try span(of: word.text, .moment, named: shorthand.rawValue)
        let bound =
            switch shorthand {
            case .until:
                QueryRange(lower: nil, upper: span.isDay ? span.last : span.before)
            case .since, .is: QueryRange(lower: span.first, upper: nil)
            }
        let field = QueryField.named(.created)
        return QueryTerm(field, .range(try possible(bound, of: field)))
    }

    private func value(of field: QueryField) throws(QueryFault) -> QueryValue {
        let form = field.row.form
        if isStar { return .any }
        if form.isOrdered { return .range(try ordered(field)) }
        if case .address = form { return .network(try network(field)) }
        if word.holds(">", at: 0) || word.holds("<", at: 0) {
            throw QueryFault(.noOrder(field: field.text), at: range)
        }
        let (text, isPrefix) = try literal()
        guard !text.isEmpty else { throw QueryFault(.missingValue(field: field.text), at: range) }
        switch form {
        case .name: return isPrefix ? .prefix(text.likeLetters) : .text(text.likeLetters)
        case .choice(let words):
            guard !isPrefix, words.contains(text.lowercased()) else {
                throw QueryFault(
                    .badValue(field: field.text, nearest: NearestName.of(text, among: words)),
                    at: range)
            }
            return .text(text.lowercased())
        case .exact, .number, .status, .size, .duration, .moment, .address:
            try refuseEnds(of: field)
            return isPrefix ? .prefix(text) : .text(text)
        }
    }

    /// Refuses what is no part of a path, before the form of paths leaves it out. No record has any of it in a path.
    private func refuseEnds(of field: QueryField) throws(QueryFault) {
        guard field == .named(.path) || field == .named(.rawpath) else { return }
        for (byte, place) in zip(word.bytes, word.places) {
            guard byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#") else { continue }
            throw QueryFault(
                .endOfPath(field: field.text, sign: Character(Unicode.Scalar(byte))),
                at: place..<place + 1)
        }
    }

    /// The text without a star at its end, and whether there was one.
    private func literal() throws(QueryFault) -> (text: String, isPrefix: Bool) {
        let last = word.bytes.count - 1
        for place in word.bytes.indices.dropLast() where word.holds("*", at: place) {
            throw QueryFault(.misplacedStar, at: word.places[place]..<word.places[place] + 1)
        }
        guard word.holds("*", at: last) else { return (word.text, false) }
        return (word[0..<last], true)
    }

    private func network(_ field: QueryField) throws(QueryFault) -> AddressBlock {
        do throws(AddressBlock.Fault) {
            return try AddressBlock(word.text)
        } catch {
            switch error {
            case .malformed: throw QueryFault(.badValue(field: field.text, nearest: nil), at: range)
            case .hostBits(let meant): throw QueryFault(.hostBits(meant: meant.text), at: range)
            }
        }
    }

    /// `n`, `>n`, `>=n`, `<n`, `<=n` or `a..b`.
    private func ordered(_ field: QueryField) throws(QueryFault) -> QueryRange {
        let isMore = word.holds(">", at: 0)
        if isMore || word.holds("<", at: 0) {
            let isIncluded = word.holds("=", at: 1)
            let span = try span(in: (isIncluded ? 2 : 1)..<word.bytes.count, field)
            return try possible(
                isMore
                    ? QueryRange(lower: isIncluded ? span.first : span.after, upper: nil)
                    : QueryRange(lower: nil, upper: isIncluded ? span.last : span.before),
                of: field)
        }
        let dots = word.bytes.indices.first {
            word.holds(".", at: $0) && word.holds(".", at: $0 + 1)
        }
        guard let dots else {
            let span = try span(in: 0..<word.bytes.count, field)
            return QueryRange(lower: span.first, upper: span.last)
        }
        let (from, to) = (
            try span(in: 0..<dots, field), try span(in: dots + 2..<word.bytes.count, field)
        )
        guard from.first <= to.last else {
            throw QueryFault(
                .endsBeforeStart(
                    from: QueryMeasure.text(of: from.first, field.row.form),
                    to: QueryMeasure.text(of: to.last, field.row.form)), at: range)
        }
        return QueryRange(lower: from.first, upper: to.last)
    }

    private func span(
        in part: Range<Int>, _ field: QueryField
    ) throws(QueryFault) -> QueryMeasure.Span {
        try span(of: word[part], field.row.form, named: field.text)
    }

    private func span(
        of text: String, _ form: QueryFieldRow.Form, named name: String
    ) throws(QueryFault) -> QueryMeasure.Span {
        if let span = QueryMeasure.span(of: text, form, clock) { return span }
        guard case .moment = form else {
            throw QueryFault(.badValue(field: name, nearest: nil), at: range)
        }
        if QueryClock.isMonths(text) { throw QueryFault(.noMonths(field: name), at: range) }
        if let last = QueryClock.lastDay(meantBy: text) {
            throw QueryFault(.noDay(last: last), at: range)
        }
        throw QueryFault(.badValue(field: name, nearest: nil), at: range)
    }

    /// The range, if values of the field can be in it.
    private func possible(
        _ wanted: QueryRange, of field: QueryField
    ) throws(QueryFault) -> QueryRange {
        let domain = field.row.form.domain
        guard domain.contains(wanted.lower ?? domain.lowerBound),
            domain.contains(wanted.upper ?? domain.upperBound)
        else { throw QueryFault(.badValue(field: field.text, nearest: nil), at: range) }
        return wanted
    }
}

extension QueryField.Name {
    /// The words that a field of few has.
    fileprivate var words: [String] { QueryFieldRow.of(self).knownWords }
}
