// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
package import ByteCoding

extension SystemRecord {
    /// Members of the `started` record that its `unknown` outcome repeats. Not its commitments:
    /// their disclosures are found through the started record of the same uid.
    private static let repeated = [
        "actor", "data_tags", "db", "decision", "dst", "grpc", "http", "inspect", "k8s", "labels",
        "limit", "mcp", "session", "src", "trace",
    ]

    /// The outcome, written at the next start, of a `started` record that a crash left without one.
    ///
    /// Its uid and description are those of the started record, even in a later version's words: an
    /// access must not stay open because an older program starts next. Nil if `started` is not of
    /// stage `started`.
    ///
    /// - Parameter time: now; the started record says when the access was accepted.
    package static func unknownOutcome(of started: Record, time: UTCInstant) -> SystemRecord? {
        guard started.stage == .started, let uid = started.uid else { return nil }
        var record = SystemRecord(
            uid: uid, time: time, category: .access, eventClass: .apiActivity,
            activity: AccessActivity.other.rawValue, action: .httpRequest,
            end: EventEnd(.interrupted, status: nil), actor: .system,
            details: repeated.compactMap { name in
                started.value[name].map { JSONMember(name, $0) }
            })
        record.stage = .unknown
        record.repeatedEvent = ["action", "activity", "answer", "category", "class"].compactMap {
            name in
            started.event(name).map { JSONMember(name, $0) }
        }
        record.reason = Reason.interrupted.code
        record.message = Reason.interrupted.message
        return record
    }
}
