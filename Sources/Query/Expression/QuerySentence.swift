// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// A query in words, for people who want to know what they are about to ask.
package enum QuerySentence {
    /// What is asked for: a sentence without its full stop. May hold words of the query, which are hostile text.
    package static func of(_ query: RecordQuery) -> String {
        query.expression == .everything ? "every record" : "records where " + text(query.expression)
    }

    private static func text(_ expression: QueryExpression) -> String {
        switch expression {
        case .everything: "anything is said"
        case .term(let term): text(term)
        case .not(let inner): "it is not so that " + enclosed(inner)
        case .all(let parts): parts.map { enclosed($0) }.joined(separator: ", and ")
        case .any(let parts): parts.map { enclosed($0) }.joined(separator: ", or ")
        }
    }

    /// In parentheses, if it is made of several.
    private static func enclosed(_ expression: QueryExpression) -> String {
        switch expression {
        case .all, .any: "(" + text(expression) + ")"
        case .everything, .term, .not: text(expression)
        }
    }

    private static func text(_ term: QueryTerm) -> String {
        let form = term.field.row.form
        let subject =
            term.field == .anyWord ? "action, service, route, reason or opaque id" : term.field.text
        switch term.value {
        case .any: return "there is a value of \(subject)"
        case .text(let text): return "\(subject) is `\(text)`"
        case .prefix(let text): return "\(subject) begins with `\(text)`"
        case .part(let text): return "\(subject) holds `\(text)`"
        case .network(let block):
            return block.prefixLength == block.first.family.bitCount
                ? "\(subject) is \(block.first.text)" : "\(subject) is in the network \(block.text)"
        case .range(let range):
            let ends = [range.lower, range.upper].map { $0.map { QueryMeasure.text(of: $0, form) } }
            switch (ends[0], ends[1]) {
            case (let lower?, let upper?):
                return lower == upper
                    ? "\(subject) is \(lower)" : "\(subject) is from \(lower) to \(upper)"
            case (_?, nil), (nil, _?):
                let bound = QueryText.text(of: term).drop { $0 != ">" && $0 != "<" }
                let number = bound.drop { $0 == ">" || $0 == "<" || $0 == "=" }
                let isMore = bound.first == ">"
                return bound.dropFirst().first == "="
                    ? "\(subject) is \(number) or \(isMore ? "more" : "less")"
                    : "\(subject) is \(isMore ? "more" : "less") than \(number)"
            case (nil, nil): return "there is a value of \(subject)"
            }
        }
    }
}
