// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import Disclosures

/// A query, read and put into one form: for the command line, programs, alerts and exports alike.
///
/// It knows no storage. Whoever has records asks ``QueryExpression/verdict(on:)``, or compiles the expression into what
/// its storage understands; that evaluation is then the model to agree with.
package struct RecordQuery: Hashable, Sendable {
    package let expression: QueryExpression

    package init(_ expression: QueryExpression) { self.expression = expression }

    /// Reads what somebody wrote; an empty text and `*` ask for everything.
    ///
    /// - Parameter clock: what relative times and days without a zone are measured by; the query has none of these left.
    package init(
        _ text: String, at clock: QueryClock, within limits: QueryLimits = .standard
    ) throws(QueryFault) {
        expression = try QueryParser.expression(of: text, clock, limits)
    }

    /// Reads a canonical text, which depends on no clock.
    package init(canonical text: String) throws(QueryFault) {
        let clock = QueryClock(now: UTCInstant(microseconds: 0))
        try self.init(text, at: clock, within: .canonical)
    }

    /// Everything that all of these ask for.
    package init(all queries: [RecordQuery]) {
        expression = QueryExpression.all(of: queries.map(\.expression))
    }

    /// The text that stands for the query and all others of the same form.
    package var text: String { QueryText.of(expression) }

    /// `sha256:` and the digest of the canonical text, which two people can compare without showing it. Records have
    /// another one of a query with personal terms, with a salt.
    package var hash: String { QuestionHash(of: text).text }

    /// The terms that need personal values, with the group of these.
    package var personalTerms: [(term: QueryTerm, group: CommitGroup)] {
        expression.terms.compactMap { term in term.personalGroup.map { (term, $0) } }
    }

    /// The groups of personal values that have to be opened. Whether something was erased is seen by opening it.
    package var personalGroups: Set<CommitGroup> {
        expression.terms.contains { $0.field == .named(.erased) }
            ? Set(CommitGroup.allCases) : Set(personalTerms.map(\.group))
    }

    /// Whose records are asked for, if they are those of one id only.
    package var soleSubject: SubjectID? {
        let asked = conditions.compactMap { condition -> SubjectID? in
            guard case .term(let term) = condition, term.field == .named(.actor),
                case .text(let text) = term.value
            else { return nil }
            return SubjectID(text)
        }
        guard let id = asked.first, asked.count == 1, id != .anonymous, id != .tenant else {
            return nil
        }
        return id
    }

    /// What has to hold, each by itself; the query as a whole is all of these.
    package var conditions: [QueryExpression] {
        switch expression {
        case .everything: []
        case .all(let parts): parts
        case .term, .not, .any: [expression]
        }
    }

    /// The moments between which everything was accepted that is asked for, both included, as far as the query says so.
    package var times: (from: UTCInstant?, to: UTCInstant?) {
        let range = expression.times
        return (
            range.lower.map { UTCInstant(microseconds: $0) },
            range.upper.map { UTCInstant(microseconds: $0) }
        )
    }
}
