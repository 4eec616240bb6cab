// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AuditRecords
package import Disclosures

extension RecordQuery {
    /// Everything of whoever has a name.
    package init(ofPerson name: String) {
        self.init(.term(QueryTerm(.named(.actor), QueryLikeness.letters.form(.text(name)))))
    }

    /// Whom it is about, as far as its words say so: the one id that it names; or, where it asks for paths and for nothing
    /// else that is personal, whoever the services belong to.
    package var statedSubject: SubjectID? {
        soleSubject ?? (personalGroups == [.what] ? .tenant : nil)
    }

    /// Whether it asks for something personal, or for a bare word, which may be somebody's name.
    package var mayNameSomebody: Bool {
        !personalTerms.isEmpty || expression.terms.contains { $0.field == .anyWord }
    }

    /// Those of its conditions that name persons, by themselves; nil if there are none, or it is nothing else.
    package var namesAlone: RecordQuery? {
        let names = conditions.filter { condition in
            switch condition {
            case .term(let term): term.namesSomebody
            case .any(let parts):
                parts.allSatisfy {
                    if case .term(let term) = $0 { term.namesSomebody } else { false }
                }
            case .everything, .not, .all: false
            }
        }
        guard !names.isEmpty else { return nil }
        return RecordQuery(.all(of: names))
    }
}

extension QueryTerm {
    fileprivate var namesSomebody: Bool { field == .named(.actor) && personalGroup != nil }
}

extension QueryFacts {
    /// What is recorded of a query.
    ///
    /// - Parameter person: whom it is about, if that is one person, as whoever looked it up found.
    package init(
        _ query: RecordQuery, about person: SubjectID?, rows: UInt64?, range: String?,
        purpose: String?
    ) {
        let isPersonal = !query.personalGroups.isEmpty
        self.init(
            hash: isPersonal ? nil : query.hash, rows: rows, range: range, purpose: purpose,
            about: person, text: isPersonal || person != nil ? query.text : nil)
    }
}
