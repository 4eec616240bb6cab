// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// How an output does, for status and metrics.
package struct OutputStanding: Hashable, Sendable {
    package enum State: String, CaseIterable, Sendable {
        /// Nothing has been delivered since the start.
        case starting
        /// What can be is delivered.
        case delivering
        /// The last attempt failed; another one follows.
        case failing
    }

    package var name: String
    /// Which records are wanted; nil: all.
    package var query: String?
    /// `file`, `syslog` and so on.
    package var kind: String
    /// Where records go, without what is secret.
    package var target: String
    /// What is not checked or is opened, for operators to see.
    package var cautions: [String]
    package var state = State.starting
    /// The first record that is not delivered.
    package var next: UInt64 = 0
    package var logSize: UInt64 = 0
    /// How long the oldest record waits that is not delivered.
    package var lag = Duration.zero
    /// When the receiver last took something.
    package var lastSuccess: UTCInstant?
    /// In a row, until now.
    package var failuresInRow: UInt64 = 0
    package var lastFailure: OutputFailure?
    package var lastFailureTime: UTCInstant?
    /// When it is tried again, counted from now.
    package var retry: Duration?
    package var failures: UInt64 = 0
    package var records: UInt64 = 0
    package var bytes: UInt64 = 0
    package var batches: UInt64 = 0
    package var rejected: UInt64 = 0
    /// Of these, those that were too old for the receiver.
    package var tooOld: UInt64 = 0
    /// Records that were left out for `max_lag`.
    package var leftOut: UInt64 = 0
    /// Until where records are delivered once more.
    package var again: UInt64?

    package init(name: String, kind: String, target: String, cautions: [String]) {
        self.name = name
        self.kind = kind
        self.target = target
        self.cautions = cautions
    }

    package var lagRecords: UInt64 { logSize - min(logSize, next) }

    /// Beyond these, an operator has to know.
    package static let lagToWarnOf = Duration.seconds(15 * 60)
    package static let failuresToWarnOf: UInt64 = 3

    /// Whether somebody should look at it.
    package var isInTrouble: Bool {
        lag > Self.lagToWarnOf || isWorthTelling
    }

    /// Whether it has failed as often in a row as is worth a warning, or for a reason that no waiting mends.
    var isWorthTelling: Bool {
        guard failuresInRow > 0 else { return false }
        return failuresInRow >= Self.failuresToWarnOf || lastFailure?.code.passes == false
    }
}

/// What the server's log says of an output.
package enum OutputNews: Hashable, Sendable {
    /// It has failed as often in a row as is worth a warning, or once for a reason that no waiting mends.
    case failing(OutputFailure, failures: UInt64)
    case recovered(after: Duration)
    case lagging(Duration, records: UInt64)
    case caughtUp
    /// Records that the receiver does not take, since the last such news.
    case rejected(UInt64, last: OutputRefusal)
    case leftOut(ClosedRange<UInt64>)
    case began(at: UInt64)
}
