// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// When the next group begins, if syncs take long.
///
/// On a fast disk a group begins once the previous one has been acknowledged: what queues up
/// meanwhile makes a larger group, in which each record costs less processor time. On a slow one a
/// record would wait for the sync under way and then for its own, so the next group begins half a
/// sync after the last one. And those who were just notified come back at once with their next
/// records: a group that begins without them makes them wait nearly half a sync longer, so it waits
/// for them, a quarter of a sync at most.
///
/// If so many records wait that hashing them takes long beside a sync, they become several groups,
/// and one is made while the last one is synced, on a fast disk, too.
package struct SyncPace {
    /// From here on two syncs are under way at once.
    package let overlapsFrom: Duration
    /// How long syncs take, as a moving average: each new one counts an eighth.
    package var syncTime: Duration { .nanoseconds(Int64(syncNanoseconds)) }
    private var syncNanoseconds: UInt64 = 0
    /// The disk's own part of that: one fast sync shows it, and one that was slow for lack of a
    /// processor does not. Overlapping costs more processor time, so it is no cure for the lack of
    /// it.
    private var diskNanoseconds: UInt64 = 0
    private let overlapNanoseconds: UInt64
    /// What it takes to make a record of a large group, which is mostly hashing; a moving average.
    private var recordNanoseconds: UInt64 = 0
    /// When the last group was written.
    private(set) var lastStart: ContinuousClock.Instant?
    private var lastLanding: ContinuousClock.Instant?
    /// How many records were acknowledged then.
    private var lastTold = 0

    package init(overlapsFrom: Duration) {
        self.overlapsFrom = overlapsFrom
        overlapNanoseconds = overlapsFrom.nanoseconds
    }

    package var overlaps: Bool { diskNanoseconds >= overlapNanoseconds }

    /// A frame was written.
    package mutating func departed(at now: ContinuousClock.Instant) { lastStart = now }

    /// So many records were made a group in this time.
    package mutating func made(_ count: Int, in time: Duration) {
        // What a group costs whatever its length must not count as its records' time.
        guard count >= Self.largeGroup else { return }
        let each = time.nanoseconds / UInt64(count)
        recordNanoseconds = recordNanoseconds == 0 ? each : (recordNanoseconds * 7 + each) / 8
    }

    /// A sync has returned.
    package mutating func synced(after time: Duration) {
        let nanoseconds = time.nanoseconds
        syncNanoseconds = (syncNanoseconds * 7 + nanoseconds) / 8
        diskNanoseconds = min(nanoseconds, (diskNanoseconds * 15 + nanoseconds) / 16)
    }

    /// This many records were acknowledged.
    package mutating func told(_ count: Int, at now: ContinuousClock.Instant) {
        lastLanding = now
        lastTold = count
    }

    // MARK: Many records

    /// From this many records on, a group's own costs (a signature, blocks, a sync) are small beside
    /// its records'.
    private static let largeGroup = 256

    /// Whether making a group of what waits takes long beside a sync, an eighth of it at least: it is
    /// made while the last one is synced, or the disk has nothing to do meanwhile.
    package func isBusy(with waiting: Int) -> Bool {
        waiting >= Self.largeGroup && recordNanoseconds > 0
            && 8 * UInt64(waiting) * recordNanoseconds >= syncNanoseconds
    }

    /// How many of the records that wait make the next group: all, or a part of them whose sync
    /// takes place while the next part is made.
    package func share(of waiting: Int) -> Int {
        let parts = (waiting + Self.largeGroup) / (2 * Self.largeGroup)
        guard parts > 1 else { return waiting }
        let share = (waiting + parts - 1) / parts
        return isBusy(with: share) ? share : waiting
    }

    /// What the next group waits for.
    package struct Pause: Hashable {
        /// Until then, at most.
        package var end: ContinuousClock.Instant
        /// It begins as soon as this many records wait; nil: not for any number.
        package var count: Int?
    }

    /// Nil if the next group may begin.
    ///
    /// - Parameters:
    ///   - isAlone: whether no other is under way.
    ///   - waiting: how many records wait.
    package func pause(isAlone: Bool, waiting: Int, now: ContinuousClock.Instant) -> Pause? {
        guard !isBusy(with: waiting) else { return nil }
        if !isAlone, let lastStart, lastStart + syncTime / 2 > now {
            return Pause(end: lastStart + syncTime / 2, count: nil)
        }
        guard overlaps, let lastLanding, waiting < lastTold, lastLanding + syncTime / 4 > now else {
            return nil
        }
        return Pause(end: lastLanding + syncTime / 4, count: lastTold)
    }
}
