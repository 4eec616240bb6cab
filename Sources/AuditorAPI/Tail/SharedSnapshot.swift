// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import LogReading
import Merkle
import Synchronization

/// The log as those who follow it read it, one reading for all of them.
///
/// What a reading costs grows with the log's journals: it is not repeated sooner than ten times that later.
final class SharedSnapshot: Sendable {
    private struct Reading {
        var snapshot: LogSnapshot
        var at: ContinuousClock.Instant
        var pause: Duration
    }

    static let shortestPause = Duration.milliseconds(50)

    private let read: @Sendable () throws -> LogSnapshot
    private let latest = Mutex<Reading?>(nil)

    init(_ read: @escaping @Sendable () throws -> LogSnapshot) { self.read = read }

    /// The log with more than so many records if it has been read so, or anew if that is due. Blocks.
    func snapshot(beyond size: UInt64) throws -> LogSnapshot {
        try latest.withLock { latest in
            let began = ContinuousClock.now
            if let latest, latest.snapshot.size.count > size || began < latest.at + latest.pause {
                return latest.snapshot
            }
            let snapshot = try read()
            let end = ContinuousClock.now
            latest = Reading(
                snapshot: snapshot, at: end, pause: max(Self.shortestPause, (end - began) * 10))
            return snapshot
        }
    }

    /// The log as it stands now. Blocks.
    func fresh() throws -> LogSnapshot { try read() }
}
