// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// An operation's place in its session: `session` of the record.
package struct SessionFacts: Sendable {
    /// Shared by all records of the session.
    package var uid: UniqueID
    /// 0 for what opened it, then counting up; nil for its end.
    package var operation: UInt64?
    /// Why it is over, a code such as `expired`, `idle` or `closed`; nil while it goes on.
    package var reason: String?

    package init(uid: UniqueID, operation: UInt64?, reason: String? = nil) {
        self.uid = uid
        self.operation = operation
        self.reason = reason
    }

    /// Writes the member `session` and a comma.
    func write(to text: inout RecordText) {
        text.putObject(#""session":{"#) { text in
            text.put(#""op":"#, operation)
            text.put(#""reason":"#, reason, path: "session.reason")
            text.put(#""uid":""#)
            text.put(uid)
            text.put(#"","#)
        }
    }

    /// What readers know of them.
    static let members: [(String, RecordSchema.Form)] = [
        ("session.op", .integer(RecordSchema.whole)), ("session.reason", .text),
        ("session.uid", .text),
    ]
}
