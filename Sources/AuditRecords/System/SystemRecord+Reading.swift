// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import ByteCoding
import Disclosures

/// How somebody read the log: `query` of a record about the audit of the audit.
package struct QueryFacts: Hashable, Sendable {
    /// SHA-256 of the query's text, `sha256:` and hex; the text itself may be personal.
    package var hash: String?
    /// Records that were given out; for a query, those whose personal values were shown. Nil if
    /// that is known only afterwards, because the record comes first.
    package var rows: UInt64?
    /// Indices that were read, such as `0..<4096`; `7..` for a reader who follows the log.
    package var range: String?
    /// Why it was read, as the reader stated.
    package var purpose: String?

    package init(hash: String?, rows: UInt64?, range: String?, purpose: String?) {
        self.hash = hash
        self.rows = rows
        self.range = range
        self.purpose = purpose
    }
}

extension SystemRecord {
    /// The ways to read the log that leave a record.
    package enum Reading: String, CaseIterable, Sendable {
        /// Personal values were shown.
        case query
        /// Records were given out in bulk, without personal values.
        case export
    }

    /// `log.query` and `log.export`, OCSF API Activity: Read.
    ///
    /// - Parameter actor: who reads.
    package static func reading(
        _ reading: Reading, uid: UniqueID, time: UTCInstant, outcome: EventOutcome,
        query: QueryFacts, actor: Principal
    ) -> SystemRecord {
        var members: [JSONMember] = []
        members.add("hash", query.hash)
        members.add("purpose", query.purpose)
        members.add("range", query.range)
        members.add("rows", query.rows)
        let action: EventAction =
            switch reading {
            case .query: .logQuery
            case .export: .logExport
            }
        return SystemRecord(
            uid: uid, time: time, category: .audit, eventClass: .apiActivity,
            activity: AccessActivity.read.rawValue, action: action,
            end: EventEnd(
                outcome: outcome, severity: outcome == .success ? .informational : .medium),
            actor: actor,
            details: members.isEmpty ? [] : [JSONMember("query", .object(members))])
    }
}
