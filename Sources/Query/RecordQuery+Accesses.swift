// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension RecordQuery {
    /// What to look for where accesses are listed, counted or handed over, each once: the one rule of what does not come
    /// though nobody spoke of it.
    ///
    /// Records of the category `audit`, which the proxy writes of itself and of those who read its log, are no accesses
    /// of anybody's, unless the query says by itself whether it wants them. The question stays what was asked, and with
    /// it its text and hash, whoever asks, by whatever way, and whatever they may see.
    package var ofAccesses: RecordQuery {
        guard !speaksOfAudit else { return self }
        let audit = QueryExpression.term(QueryTerm(.named(.category), .text("audit")))
        return RecordQuery(all: [self, RecordQuery(.negation(of: audit))])
    }

    /// Terms of what does not come where accesses are listed, for those who are told.
    package var leftOutOfAccesses: [String] { speaksOfAudit ? [] : ["category:audit"] }

    private var speaksOfAudit: Bool {
        expression.terms.contains { term in
            switch term.field {
            case .named(.category), .named(.action), .named(.index), .named(.uid): true
            case .named, .label, .anyWord: false
            }
        }
    }
}
