// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Messages

/// A word that a field may have, but that this version does not know: mistyped, or of a later version.
package struct QueryDoubt: Hashable, Sendable {
    package let field: String
    package let word: String
    /// The known word that was probably meant.
    package let nearest: String?
    /// The words that are known.
    package let known: [String]
}

extension RecordQuery {
    /// Words that may be mistyped: worth saying where nothing is found.
    package var doubts: [QueryDoubt] {
        expression.terms.compactMap { term in
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
