// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// How the checks stand that a server makes of its own log: when the next is due, how far the present one is, and what
/// came of the last.
///
/// Pure: it is told the time and what happened. A check that is cut short begins anew; what came of the last whole one
/// stays, also over restarts.
package struct LogCheckStanding: Sendable {
    /// The last whole check, of this process or an earlier one.
    package private(set) var last: LogCheck?
    /// What each boot wrote and lost, as the last whole check of this process found; nil before.
    package private(set) var boots: [BootAccount]?
    /// Why the last attempt came to nothing; nil if it did not.
    package private(set) var failure: String?
    /// Whole checks of this process.
    package private(set) var count: UInt64 = 0
    /// When the present one began, and of how many records; nil if none is under way.
    package private(set) var running: (began: Duration, at: UTCInstant, size: UInt64)?
    /// Records that the present one has read.
    package var position: UInt64 = 0
    private var due = Duration.zero

    /// How long it pauses at least, however small the log; how long it pauses at most, however large; and how much
    /// longer than the check took, so that the disk has others to serve.
    private static let shortestPause = Duration.seconds(3600)
    private static let longestPause = Duration.seconds(24 * 3600)
    private static let pausePerCheck = 20
    /// After a check that came to nothing.
    private static let retry = Duration.seconds(60)

    /// - Parameter last: what an earlier process remembered.
    package init(last: LogCheck?) { self.last = last }

    /// Whether a check is to begin.
    package func isDue(at uptime: Duration) -> Bool { running == nil && uptime >= due }

    /// When the next one begins; nil while one is under way.
    package func next(at uptime: Duration) -> Duration? {
        running == nil ? max(.zero, due - uptime) : nil
    }

    /// Has the next one begin at once.
    package mutating func hurry() { due = .zero }

    package mutating func begin(at uptime: Duration, now: UTCInstant, logSize: UInt64) {
        precondition(running == nil, "OneCheckAtATime: the one before has ended")
        running = (uptime, now, logSize)
        position = 0
    }

    /// A whole check came to this.
    ///
    /// - Returns: what is remembered, and whether it says something other than the one before.
    package mutating func end(
        _ report: VerificationReport, at uptime: Duration
    ) -> (check: LogCheck, isNews: Bool) {
        guard let running else { preconditionFailure("EndedChecksBegan: one is under way") }
        let duration = uptime - running.began
        let check = LogCheck(report, began: running.at, duration: duration)
        let isNews = check.verdict != last?.verdict || check.missing != last?.missing
        last = check
        boots = report.boots
        failure = nil
        count += 1
        pause(
            min(Self.longestPause, max(Self.shortestPause, duration * Self.pausePerCheck)), uptime)
        return (check, isNews)
    }

    /// It came to nothing.
    ///
    /// - Returns: whether it is another failure than the last one.
    package mutating func end(failing message: String, at uptime: Duration) -> Bool {
        defer { failure = message }
        pause(Self.retry, uptime)
        return failure != message
    }

    private mutating func pause(_ time: Duration, _ uptime: Duration) {
        running = nil
        due = uptime + time
    }
}
