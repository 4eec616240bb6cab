// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Messages

/// A word that a field may have, but that this version does not know: mistyped, or of a later version. Or a path that does
/// not begin as paths do.
package struct QueryDoubt: Hashable, Sendable {
    package let field: String
    package let word: String
    /// The known word that was probably meant.
    package let nearest: String?
    /// The words that are known; none where it is not by its word that it is doubted.
    package let known: [String]
}

extension RecordQuery {
    /// Words that may be mistyped: worth saying where nothing is found.
    package var doubts: [QueryDoubt] {
        expression.terms.compactMap { term in
            if let path = term.doubtfulPath { return path }
            let known = term.field.row.knownWords
            guard !known.isEmpty, case .text(let word) = term.value,
                !known.contains(where: { $0.lowercased() == word })
            else { return nil }
            return QueryDoubt(
                field: term.field.text, word: word, nearest: NearestName.of(word, among: known),
                known: known)
        }
    }
}

extension QueryTerm {
    /// A path without the slash that nearly all have.
    fileprivate var doubtfulPath: QueryDoubt? {
        guard field == .named(.path) || field == .named(.rawpath) else { return nil }
        switch value {
        case .text(let text), .prefix(let text):
            guard !text.hasPrefix("/"), text != "*" else { return nil }
            return QueryDoubt(field: field.text, word: text, nearest: "/" + text, known: [])
        default: return nil
        }
    }
}
