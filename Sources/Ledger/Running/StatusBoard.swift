// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Merkle
internal import Synchronization

/// Where the writer shows how far the log has come, before anybody is answered about it.
final class StatusBoard: Sendable {
    private let status: Mutex<LedgerStatus>
    /// Since when the oldest unfinished group is under way; nil while there is none.
    private let busySince = Mutex<ContinuousClock.Instant?>(nil)
    /// Since when the oldest acknowledged record waits for its sync; nil while there is none.
    private let unsyncedSince = Mutex<ContinuousClock.Instant?>(nil)

    /// Notified of the same.
    let feed: LogFeed

    init(_ status: LedgerStatus) {
        feed = LogFeed(size: status.size)
        self.status = Mutex(status)
    }

    var current: LedgerStatus {
        var current = status.withLock { $0 }
        current.unsyncedFor = unsyncedSince.withLock { $0 }.map { $0.duration(to: .now) } ?? .zero
        return current
    }

    /// How long the oldest group has been under way; nil while there is none.
    var busyFor: Duration? { busySince.withLock { $0 }.map { $0.duration(to: .now) } }

    /// A group begins; an earlier one under way keeps its own time.
    func begin(at now: ContinuousClock.Instant) { busySince.withLock { $0 = $0 ?? now } }

    /// A group has finished.
    ///
    /// - Parameter next: when the next one under way began; nil if there is none.
    func rest(until next: ContinuousClock.Instant?) { busySince.withLock { $0 = next } }

    /// What was acknowledged but is not synced.
    func show(unsynced: UnsyncedGroups) {
        status.withLock { $0.unsyncedRecords = unsynced.recordCount }
        unsyncedSince.withLock { $0 = unsynced.since }
    }

    /// A group became durable.
    func show(_ group: PreparedGroup) {
        status.withLock { status in
            status.size = group.after.size
            status.checkpoint = group.checkpoint
        }
        feed.grew(to: group.after.size)
    }
}
