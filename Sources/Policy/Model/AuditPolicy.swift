// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// When an access is recorded, and what happens to it if it cannot be.
package struct AuditPolicy: Hashable, Sendable {
    /// Which requests wait for a durable `started` record before they are forwarded.
    package enum Ahead: String, CaseIterable, Sendable {
        /// Those that may change something.
        case auto
        case always
        /// None; the outcome is still recorded before the response ends.
        case never
    }

    /// What happens to an access that the log cannot record.
    package enum OnFailure: String, CaseIterable, Sendable {
        /// It is refused with 503.
        case deny
        /// It goes through unrecorded and is counted; the loss is recorded as soon as the log works
        /// again.
        case allow
    }

    /// Whether an answer waits for the record of the outcome, where there is a durable `started` record.
    package enum Outcome: String, CaseIterable, Sendable {
        /// Its end leaves once the outcome is durable.
        case awaited
        /// It leaves, and the outcome is recorded behind it; after a crash it may read `unknown`.
        case follows
    }

    package var ahead: Ahead
    package var onFailure: OnFailure
    package var outcome: Outcome

    package init(ahead: Ahead, onFailure: OnFailure, outcome: Outcome = .awaited) {
        self.ahead = ahead
        self.onFailure = onFailure
        self.outcome = outcome
    }

    /// Whether a request waits for its `started` record.
    ///
    /// - Parameter mayChange: whether it may change something.
    package func recordsAhead(mayChange: Bool) -> Bool {
        switch ahead {
        case .auto: mayChange
        case .always: true
        case .never: false
        }
    }
}
