// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// The canonical text of a query: read again, it is the same query.
///
/// Parentheses stand only where the grammar needs them, so that no text is deeper than the one that was read.
package enum QueryText {
    /// The text of an expression; a star for everything, so that none is empty.
    package static func of(_ expression: QueryExpression) -> String {
        switch expression {
        case .everything: return "*"
        case .term(let term): return text(of: term)
        case .not(let inner): return "-" + inParentheses(inner)
        case .all(let parts):
            return parts.map { part in
                if case .any = part { inParentheses(part) } else { of(part) }
            }.joined(separator: " ")
        case .any(let parts):
            if let list = list(parts) { return list }
            return parts.map { of($0) }.joined(separator: " OR ")
        }
    }

    /// The text of one term.
    package static func text(of term: QueryTerm) -> String {
        guard term.field != .anyWord else { return value(of: term) }
        return term.field.text + ":" + value(of: term)
    }

    /// A text that is read as itself, whatever stands in it.
    package static func quoted(_ text: String) -> String { "\"" + escaped(text) + "\"" }

    /// The same without quotation marks where a value needs none.
    static func plainOrQuoted(_ text: String) -> String {
        isPlain(text, for: .named(.service)) ? text : quoted(text)
    }

    private static func inParentheses(_ expression: QueryExpression) -> String {
        switch expression {
        case .any(let parts): list(parts) ?? "(" + of(expression) + ")"
        case .all: "(" + of(expression) + ")"
        case .everything, .term, .not: of(expression)
        }
    }

    /// `field:(one OR other)`, where all are terms of one field.
    private static func list(_ parts: [QueryExpression]) -> String? {
        var terms: [QueryTerm] = []
        for part in parts {
            guard case .term(let term) = part, term.field == terms.first?.field ?? term.field,
                term.field != .anyWord
            else { return nil }
            terms.append(term)
        }
        guard let field = terms.first?.field else { return nil }
        return "\(field.text):(" + terms.map { value(of: $0) }.joined(separator: " OR ") + ")"
    }

    private static func value(of term: QueryTerm) -> String {
        switch term.value {
        case .any: "*"
        case .text(let text), .part(let text):
            isPlain(text, for: term.field) ? text : quoted(text)
        case .prefix(let text):
            isPlain(text, for: term.field) ? text + "*" : "\"" + escaped(text) + "*\""
        case .network(let block):
            block.prefixLength == block.first.family.bitCount ? block.first.text : block.text
        case .range(let range): self.range(range, of: term.field)
        }
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for (place, character) in text.unicodeScalars.enumerated() {
            let isOperator = place == 0 && (character == ">" || character == "<")
            if isOperator || character == "\"" || character == "\\" || character == "*" {
                result.unicodeScalars.append("\\")
            }
            result.unicodeScalars.append(character)
        }
        return result
    }

    /// Whether a text means itself without quotes wherever it stands.
    private static func isPlain(_ text: String, for field: QueryField) -> Bool {
        guard let first = text.utf8.first, first != UInt8(ascii: "-"),
            !["AND", "OR", "NOT"].contains(text)
        else { return false }
        return text.utf8.allSatisfy { byte in
            isPlainByte(byte) || byte == UInt8(ascii: ":") && field != .anyWord
        }
    }

    /// Letters, digits and `-./@_`.
    private static func isPlainByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x2F, 0x40, 0x5F: true
        default: false
        }
    }

    private static func range(_ range: QueryRange, of field: QueryField) -> String {
        let form = field.row.form
        switch (range.lower, range.upper) {
        case (let lower?, let upper?):
            let ends = [lower, upper].map { QueryMeasure.text(of: $0, form) }
            return lower == upper ? ends[0] : ends.joined(separator: "..")
        case (let lower?, nil):
            return shorter(">=", lower, ">", lower - 1, form)
        case (nil, let upper?):
            return shorter("<=", upper, "<", upper + 1, form)
        case (nil, nil): return "*"
        }
    }

    /// The shorter of two ways to say one bound of a measure, such as `>500ms` for `>=500001us`.
    private static func shorter(
        _ included: String, _ bound: Int64, _ excluded: String, _ other: Int64,
        _ form: QueryFieldRow.Form
    ) -> String {
        let one = QueryMeasure.text(of: bound, form)
        guard other >= 0, form.hasUnits else { return included + one }
        let two = QueryMeasure.text(of: other, form)
        return two.count < one.count ? excluded + two : included + one
    }
}
