// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Access

/// How many messages of one kind a lane logs: a few a second, so that a flood fills no disk, and then how many were
/// left out.
struct TellingPace {
    /// The most in one second.
    private static let most = 5

    /// When the second ends in which ``told`` messages were logged.
    private var ends = Moment(nanoseconds: 0)
    private var told = 0
    private var untold = 0

    /// Another message is due.
    ///
    /// - Returns: how many were left out before it; nil: it is left out, too.
    mutating func next(at now: Moment) -> Int? {
        if now >= ends {
            ends = now + Moment.Interval(.seconds(1))
            told = 0
        }
        guard told < Self.most else {
            untold += 1
            return nil
        }
        told += 1
        defer { untold = 0 }
        return untold
    }
}
