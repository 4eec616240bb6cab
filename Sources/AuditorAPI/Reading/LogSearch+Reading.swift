// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import Disclosures
import Query
import Search

extension LogSearch {
    /// The record of what was found.
    ///
    /// - Parameters:
    ///   - rows: how many are given out; nil where that is known only afterwards.
    ///   - subjects: whom they are about.
    func reading(rows: Int?, about subjects: Set<SubjectID>) -> AuditorReading {
        AuditorReading(
            .query,
            QueryFacts(
                hash: asked.query.hash, rows: rows.map { UInt64($0) },
                range: "0..<\(search.completeTo)", purpose: asked.purpose),
            subject(of: subjects).map {
                AuditorReading.Personal(text: asked.query.text, subject: $0)
            })
    }

    /// Whose key the query's text is sealed under: the one person's whom it names, so that it is erased with them; where
    /// it names none or several, the text is not kept, and its hash tells the query from others.
    private func subject(of subjects: Set<SubjectID>) -> SubjectID? {
        let groups = asked.query.personalGroups
        if groups == [.what] { return .tenant }
        return groups.isEmpty || subjects.count != 1 ? nil : subjects.first
    }
}
