// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import LogReading
import Merkle
import Synchronization

/// The log at one moment, with what its leaves are checked by against the signed root.
struct ReadLog: Sendable {
    let snapshot: LogSnapshot
    /// Knows the right edge of the tree, and of the rest what a copy of it has looked at.
    let authentic: AuthenticLeaves

    /// Computes what the tree's files do not have yet. Blocks.
    init(_ snapshot: LogSnapshot) throws(LogReadFailure) {
        self.snapshot = snapshot
        var authentic = AuthenticLeaves(snapshot)
        if snapshot.size.count > 0 {
            let newest = LeafIndex(snapshot.size.count - 1)
            _ = try authentic.contain(try snapshot.leaf(at: newest), at: newest)
        }
        self.authentic = authentic
    }

    var size: UInt64 { snapshot.size.count }
}

/// The log as those who follow it read it, one reading for all of them.
///
/// What a reading costs grows with the log's journals: it is not repeated sooner than ten times that later.
final class SharedSnapshot: Sendable {
    private struct Reading {
        var log: ReadLog
        var at: ContinuousClock.Instant
        var pause: Duration
    }

    static let shortestPause = Duration.milliseconds(50)

    private let read: @Sendable () throws -> LogSnapshot
    private let latest = Mutex<Reading?>(nil)

    init(_ read: @escaping @Sendable () throws -> LogSnapshot) { self.read = read }

    /// The log with more than so many records if it has been read so, or anew if that is due. Blocks.
    func log(beyond size: UInt64) throws -> ReadLog {
        try latest.withLock { latest in
            let began = ContinuousClock.now
            if let latest, latest.log.size > size || began < latest.at + latest.pause {
                return latest.log
            }
            let log = try ReadLog(try read())
            let end = ContinuousClock.now
            latest = Reading(
                log: log, at: end, pause: max(Self.shortestPause, (end - began) * 10))
            return log
        }
    }

    /// The log as it stands now. Blocks.
    func fresh() throws -> ReadLog { try ReadLog(try read()) }
}
