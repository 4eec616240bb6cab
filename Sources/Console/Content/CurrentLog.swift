// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import LogReading
import Synchronization

/// The log as last read, read again once that is long enough ago.
///
/// The cost of reading grows with the commit journal; clients must not be able to trigger it as often as they like.
final class CurrentLog: Sendable {
    private struct Reading {
        var log: StaticLog
        var at: ContinuousClock.Instant
    }

    /// How old a reading may get.
    private static let lifetime = Duration.seconds(1)

    private let read: @Sendable () throws -> StaticLog
    private let latest = Mutex<Reading?>(nil)

    init(_ read: @escaping @Sendable () throws -> StaticLog) { self.read = read }

    /// A reading that is at most a second old. Blocks others that want one while it reads.
    func fresh() throws -> StaticLog {
        try latest.withLock { latest in
            let now = ContinuousClock.now
            if let latest, now - latest.at < Self.lifetime { return latest.log }
            let log = try read()
            latest = Reading(log: log, at: now)
            return log
        }
    }

    /// A resource, or nil where the log has none of that name. Blocks while files are read.
    ///
    /// Tiles never change, so an old reading will do where it has them.
    func content(of resource: LogResource) throws -> StaticContent? {
        if resource != .checkpoint, let known = latest.withLock({ $0?.log }),
            let content = try known.content(of: resource)
        {
            return content
        }
        return try fresh().content(of: resource)
    }
}
