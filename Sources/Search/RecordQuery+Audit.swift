// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Query

extension RecordQuery {
    /// The same without records of the category `audit`, which the proxy writes of itself and of those who read its log;
    /// nil if the query says by itself whether it wants these.
    package var withoutAudit: RecordQuery? {
        let isSpokenOf = expression.terms.contains { term in
            switch term.field {
            case .named(.category), .named(.action), .named(.index), .named(.uid): true
            case .named, .label, .anyWord: false
            }
        }
        guard !isSpokenOf else { return nil }
        let audit = QueryExpression.term(QueryTerm(.named(.category), .text("audit")))
        return RecordQuery(all: [self, RecordQuery(.negation(of: audit))])
    }
}
