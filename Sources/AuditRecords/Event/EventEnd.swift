// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel

/// How an access ended, in terms of `event.outcome` and `event.severity`.
///
/// | end | outcome | severity |
/// |---|---|---|
/// | granted, answer 500 and above | failure | 3 |
/// | any other | as the reason's row says | as the reason's row says |
/// | any, stage `started` | unknown | 1 |
package struct EventEnd: Hashable, Sendable {
    package var outcome: EventOutcome
    package var severity: Severity

    package init(outcome: EventOutcome, severity: Severity) {
        self.outcome = outcome
        self.severity = severity
    }

    /// The end of an access that is still under way.
    package static let open = EventEnd(outcome: .unknown, severity: .informational)

    /// - Parameters:
    ///   - reason: of the end, or of the decision if nothing came after it.
    ///   - status: of the answer that the client got.
    package init(_ reason: Reason, status: UInt16?) {
        let row = reason.row
        if row.kind == .granted, let status, status >= 500 {
            self.init(outcome: .failure, severity: .medium)
        } else {
            self.init(outcome: row.outcome, severity: row.severity)
        }
    }
}
