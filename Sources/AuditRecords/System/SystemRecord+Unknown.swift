// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
package import ByteCoding

extension SystemRecord {
    /// Members of the `started` record that its `unknown` outcome repeats. Commitments are not among them:
    /// their disclosures are found through the started record of the same uid.
    private static let repeated = [
        "actor", "data_tags", "decision", "dst", "http", "inspect", "labels", "limit", "src",
        "trace",
    ]

    /// The outcome, written at the next start, of a `started` record that a crash left without one.
    ///
    /// Its uid, class and activity are those of the started record. Nil where `started` is not a record of stage
    /// `started` with an event that this version knows.
    ///
    /// - Parameter time: now; when the access was accepted is told by the started record.
    package static func unknownOutcome(of started: Record, time: UTCInstant) -> SystemRecord? {
        guard started.stage == .started, let uid = started.uid,
            let eventClass = started.event("class")?.integer.flatMap({
                EventClass(rawValue: Int($0))
            }),
            let action = started.event("action")?.string.flatMap({ EventAction(rawValue: $0) }),
            let category = started.event("category")?.string.flatMap({
                EventCategory(rawValue: $0)
            }),
            let activity = started.event("activity")?.integer
        else { return nil }
        var record = SystemRecord(
            uid: uid, time: time, category: category, eventClass: eventClass,
            activity: Int(activity), action: action,
            end: EventEnd(.interrupted, status: nil), actor: .system,
            details: repeated.compactMap { name in
                started.value[name].map { JSONMember(name, $0) }
            })
        record.stage = .unknown
        record.reason = Reason.interrupted.code
        record.message = Reason.interrupted.message
        return record
    }
}
