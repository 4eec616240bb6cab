// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import ByteCoding
package import Disclosures

/// How somebody read the log: `query` of a record about the audit of the audit.
package struct QueryFacts: Hashable, Sendable {
    /// SHA-256 of the query's text, `sha256:` and hex. Nil where ``text`` is personal, until it is recorded: then with a salt.
    package var hash: String?
    /// What was asked for, where that names somebody; not in the leaf, but sealed under the key of whom it is about.
    package var text: String?
    /// Records that were given out; for a query, those whose personal values were shown. Nil if
    /// that is known only afterwards, because the record comes first.
    package var rows: UInt64?
    /// Indices that were read, such as `0..<4096`; `7..` for a reader who follows the log.
    package var range: String?
    /// Why it was read, as the reader stated: in the leaf if it is the number of a case, otherwise sealed.
    package var purpose: String?
    /// Whom the reader looked for, if that is one person; not in the leaf.
    package var about: SubjectID?
    /// The record of the beginning, where this is the end of a reading that took its time.
    package var began: UniqueID?
    /// Why such a reading ended.
    package var ended: End?
    /// What somebody vouches for who has read it.
    package var review: ReviewFacts?
    /// Whether the reader may open no values: then the hash of a personal question is one that nobody else has.
    package var isBlind = false

    /// Why somebody follows the log no longer, or does not get an export: `query.ended`, and what they are told if they
    /// are still there.
    package enum End: String, CaseIterable, Sendable {
        /// They went away, or took nothing for too long.
        case reader
        /// The proxy stops.
        case stopping
        /// The session ended; the token was revoked or ran out.
        case loginOver = "login_over"
        /// The account or the token has lost the right.
        case rightMissing = "right_missing"
        /// The log cannot be read.
        case logUnreadable = "log_unreadable"
        /// The account that ordered the export was removed.
        case accountRemoved = "account_removed"
    }

    package init(
        hash: String?, rows: UInt64?, range: String?, purpose: String?, about: SubjectID? = nil,
        text: String? = nil, began: UniqueID? = nil, ended: End? = nil
    ) {
        self.hash = hash
        self.text = text
        self.rows = rows
        self.range = range
        self.purpose = purpose
        self.about = about
        self.began = began
        self.ended = ended
    }
}

/// A reading that is in the log, as whoever reads is told of it.
package struct RecordedReading: Hashable, Sendable {
    /// Its record.
    package let uid: UniqueID
    /// What the record calls the question by: `query.hash`.
    package let hash: String?
    /// The salt of that, where the question is personal: it proves to others that this was the question.
    package let salt: [UInt8]?

    package init(uid: UniqueID, hash: String?, salt: [UInt8]?) {
        self.uid = uid
        self.hash = hash
        self.salt = salt
    }
}

extension SystemRecord {
    /// The ways to read the log that leave a record.
    package enum Reading: String, CaseIterable, Sendable {
        /// Personal values were shown.
        case query
        /// Records were given out in bulk, without personal values.
        case export
        /// Somebody followed the log over the admin address: one record when that begins, one when it ends.
        case tail
        /// Somebody vouches for having looked at what a query finds in a range: a record of the review.
        case review
    }

    /// `log.query`, `log.export` and `log.tail`, OCSF API Activity: Read; `review.signoff`, API Activity: Create.
    ///
    /// A purpose in free words often names a person: it is sealed, as erasing has to reach it. The number of a case stays
    /// readable for everybody.
    ///
    /// - Parameters:
    ///   - text: what was asked for, where it is personal: ``Disclosures/Disclosure/query(_:subject:salt:)``.
    ///   - subject: whose key seals the purpose: that of whom the reader looked for, or the reader's own.
    ///   - actor: who reads.
    package static func reading(
        _ reading: Reading, uid: UniqueID, time: UTCInstant, outcome: EventOutcome,
        query: QueryFacts, text: Disclosure? = nil, sealedBy subject: SubjectKey, salt: Salt,
        actor: Principal
    ) -> SystemRecord {
        let reference = query.purpose.flatMap { PrivacyReference($0) }
        var members: [JSONMember] = []
        members.add("about", query.began?.text)
        members.add("ended", query.ended?.rawValue)
        members.add("hash", query.hash)
        members.add("purpose", reference?.text)
        members.add("range", query.range)
        members.add("rows", query.rows)
        let action: EventAction =
            switch reading {
            case .query: .logQuery
            case .export: .logExport
            case .tail: .logTail
            case .review: .reviewSignoff
            }
        let activity: AccessActivity = reading == .review ? .create : .read
        var details =
            members.isEmpty ? [] : [JSONMember("query", .object(members))]
        if let review = query.review { details.append(JSONMember("review", review.json)) }
        var record = SystemRecord(
            uid: uid, time: time, category: .audit, eventClass: .apiActivity,
            activity: activity.rawValue, action: action,
            end: EventEnd(
                outcome: outcome, severity: outcome == .success ? .informational : .medium),
            actor: actor, details: details)
        let sealed = reference == nil ? query.purpose : nil
        record.commitments = Commitments(
            what: text,
            payload: sealed.flatMap { purpose in
                purpose.isEmpty
                    ? nil : .payload(purpose: purpose, subject: subject, salt: salt)
            })
        return record
    }
}
