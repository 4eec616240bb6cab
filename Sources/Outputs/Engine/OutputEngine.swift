// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AuditRecords
package import ByteCoding
internal import Synchronization

/// Hands the records of a log to one receiver, from a durable position on, in turns of one batch.
///
/// It keeps none: what is not delivered is read from the log again, so that it takes the same memory after a day of silence as
/// after a second. It knows no threads and no clock; one thread at a time gives it turns, anybody may ask how it stands.
///
/// ## Invariants
/// - `DeliveredBeforeForgotten`: the position on the disk is never beyond what the receiver has taken, or a durable record
///   names as left out.
/// - `OutputNeverAhead`: only durable, signed leaves that lead to the signed root are handed over.
package final class OutputEngine: Sendable {
    /// What a turn is told of the world.
    package struct Moment: Sendable {
        /// Since some beginning; never goes back.
        package var uptime: Duration
        package var now: UTCInstant
        /// How many records are durable, as far as is known.
        package var logSize: UInt64
        /// The newest erasure, if there was any: keys that were read before it may be destroyed.
        package var erasure: PrivacyStanding.Erasure?
        /// From 0 up to 1.
        package var random: Double

        package init(
            uptime: Duration, now: UTCInstant, logSize: UInt64,
            erasure: PrivacyStanding.Erasure?, random: Double
        ) {
            self.uptime = uptime
            self.now = now
            self.logSize = logSize
            self.erasure = erasure
            self.random = random
        }
    }

    /// What came of a turn.
    package struct Turn: Sendable {
        package var news: [OutputNews] = []
        /// Whether another turn has something to do now.
        package var hasMore = false
    }

    /// Records durably what an output leaves out; false where the log does not take it.
    package typealias Recording = @Sendable (OutputFacts) -> Bool

    let plan: OutputPlan
    let record: Recording
    /// Of the thread that gives turns.
    private let work: Mutex<OutputWork>
    private let shown: Mutex<OutputStanding>
    private let asked = Mutex(Asked())

    /// What others want of the next turn.
    struct Asked {
        var replay: UInt64?
        var reopens = false
    }

    package init(
        _ plan: OutputPlan, _ sender: sending any OutputSender, _ standing: OutputStanding,
        record: @escaping Recording
    ) {
        self.plan = plan
        self.record = record
        shown = Mutex(standing)
        work = Mutex(OutputWork(plan, sender, standing, record))
    }

    package var name: String { plan.name }

    /// How it stands.
    package var standing: OutputStanding { shown.withLock { $0 } }

    /// Delivers from an earlier index on once more, from the next turn on.
    ///
    /// - Returns: false where the output is not that far.
    package func replay(from index: UInt64) -> Bool {
        let standing = standing
        let isLost = standing.state == .failing && standing.lastFailure?.code == .position
        guard index <= standing.next || isLost else { return false }
        asked.withLock { $0.replay = index }
        return true
    }

    /// Has the sender look at the outside again.
    package func reopen() { asked.withLock { $0.reopens = true } }

    /// Delivers the next batch, if there is one and its time has come.
    package func turn(_ moment: Moment) -> Turn {
        let asked = asked.withLock { asked in
            defer { asked = Asked() }
            return asked
        }
        return work.withLock { work in
            let turn = work.turn(moment, asked)
            shown.withLock { $0 = work.standing }
            return turn
        }
    }

    /// Ends: the position is on the disk as far as is known.
    package func close() -> OutputFailure? { work.withLock { $0.close() } }
}
