// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Why a text is no query, and where.
package struct QueryFault: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// More bytes than ``QueryLimits`` allow.
        case tooLong
        case tooManyTerms
        case tooDeep
        case controlCharacter
        /// Ends in a backslash, which has nothing to escape.
        case danglingEscape
        case openQuote
        case openParenthesis
        case strayParenthesis
        case emptyParentheses
        /// `AND`, `OR`, `NOT` or `-` with nothing to apply to.
        case missingTerm
        case doubleNegation
        /// No field has this name; the nearest one that there is.
        case unknownField(String, nearest: String?)
        /// A colon with nothing behind it.
        case missingValue(field: String)
        /// Values in parentheses that are not joined by `OR`.
        case badList(field: String)
        /// A star elsewhere than at the end of a value.
        case misplacedStar
        /// A lone star without a field.
        case loneStar
        /// A field whose values have no order was compared.
        case noOrder(field: String)
        /// A value of another form than the field's.
        case badValue(field: String, nearest: String?)
        /// `M` in a time: minutes to some, months to most.
        case noMonths(field: String)
        /// A day that its month does not have.
        case noDay(last: String)
        /// A sign that ends a path, and what follows is no part of it.
        case endOfPath(field: String, sign: Character)
        /// An address whose bits behind the prefix are set.
        case hostBits(meant: String)
        /// A range that ends before it begins.
        case endsBeforeStart(from: String, to: String)
    }

    package let kind: Kind
    /// Where, in bytes of UTF-8.
    package let range: Range<Int>

    package init(_ kind: Kind, at range: Range<Int>) {
        self.kind = kind
        self.range = range
    }

    /// What is wrong and what to do, in one line. May hold words of the query, which are hostile text.
    package var message: String {
        switch kind {
        case .tooLong:
            "the query is longer than \(QueryLimits.standard.bytes) bytes; ask for less at a time"
        case .tooManyTerms:
            "the query has more than \(QueryLimits.standard.terms) terms; ask for less at a time"
        case .tooDeep:
            "parentheses are nested deeper than \(QueryLimits.standard.depth); write it flatter"
        case .controlCharacter: "a control character; leave it out"
        case .danglingEscape: "nothing follows the backslash; write two for one"
        case .openQuote:
            "the quotation mark is not closed; add another, or put a backslash before it"
        case .openParenthesis:
            "the parenthesis is not closed; add `)`, or put a backslash before it"
        case .strayParenthesis:
            "no parenthesis is open here; leave `)` out, or put a backslash before it"
        case .emptyParentheses: "there is nothing in the parentheses; leave them out"
        case .missingTerm:
            "a term is missing here; add one, or write the word or sign in quotation marks"
        case .doubleNegation: "one negation is enough; leave the other out"
        case .unknownField(let name, let nearest):
            name.isEmpty
                ? "a field's name is missing before the colon; put a backslash before it for a colon"
                : "there is no field `\(name)`; "
                    + (nearest.map { "did you mean `\($0)`? " } ?? "")
                    + (nearest == nil
                        ? "to look for the text, put it in quotation marks"
                        : "Or put the text in quotation marks")
        case .missingValue(let field):
            "`\(field):` has no value; write one directly behind the colon, or `*` for any"
        case .badList(let field):
            "values of `\(field):(…)` are joined by OR, and nothing else stands there; write `\(field):(one OR other)`"
        case .misplacedStar:
            "`*` stands only at the end of a value; put a backslash before it for a star"
        case .loneStar: "`*` needs a field, as in `service:*`; leave it out, or all else"
        case .noOrder(let field):
            "values of `\(field)` have no order; put a backslash before `>` or `<` for the character"
        case .badValue(let field, let nearest):
            "`\(field):` has no such value; " + (nearest.map { "did you mean `\($0)`? " } ?? "")
                + (QueryField(field)?.row.form.remedy ?? QueryShorthand(rawValue: field)?.remedy
                    ?? "")
        case .noMonths(let field):
            "`\(field):` knows no `M`; minutes are `m`, and months are written in days, such as 30d, or as dates"
        case .noDay(let last): "there is no such day; the last one of this month is \(last)"
        case .endOfPath(let field, let sign):
            "values of `\(field):` end before `\(sign)`, and what follows is not searched; leave it out, or write "
                + (sign == "?" ? "%3F" : "%23") + " in `rawpath:` for the character"
        case .hostBits(let meant): "bits behind the prefix are set; write `\(meant)`"
        case .endsBeforeStart(let from, let to) where from == to:
            "nothing is between \(from) and \(to); name a later end"
        case .endsBeforeStart(let from, let to):
            "the range ends before it begins: from \(from) to \(to); exchange its ends"
        }
    }
}

extension QueryFieldRow.Form {
    /// How values are written.
    fileprivate var remedy: String {
        switch self {
        case .name, .exact: "write a word, or a text in quotation marks"
        case .choice(let words): "write one of \(words.joined(separator: ", "))"
        case .number(let range):
            "write a whole number from \(range.lowerBound) to \(range.upperBound), such as 10, >=10 or 10..20"
        case .status: "write a status such as 404, 4xx, >=500 or 400..499"
        case .size: "write a size such as 500, 64kib or >1mb"
        case .duration: "write a time with its unit, such as 500ms, >2s or 1m..5m"
        case .moment:
            "write a time such as 2026-11-29, 2026-11-29T13:00:00Z, yesterday, 24h or 30m"
        case .address: "write an address or a network, such as 192.0.2.7 or 10.0.0.0/8"
        }
    }
}

extension QueryShorthand {
    /// How values are written.
    fileprivate var remedy: String {
        switch self {
        case .is:
            "write one of \(QueryShorthand.Word.allCases.map(\.rawValue).joined(separator: ", "))"
        case .since, .until: QueryFieldRow.Form.moment.remedy
        }
    }
}
