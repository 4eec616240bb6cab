// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// When the next group begins, where syncs take long.
///
/// On a fast disk a group begins once the one before is told: what queues up meanwhile makes a larger group, and a record in
/// a large group costs less of the processor. On a slow one a record would wait for the sync under way and then for its
/// own, so the next group begins half a sync after the last one. And those who were just told come back at once with
/// their next records: a group that begins without them has them wait for nearly half a sync more, so they are waited
/// for, a quarter of a sync at most.
package struct SyncPace {
    /// From here on two syncs are under way at once.
    package let overlapsFrom: Duration
    /// How long syncs take, as an average that forgets: each counts an eighth.
    package private(set) var syncTime: Duration = .zero
    /// What the disk itself takes of that: one fast sync tells, and one that was slow for want of a processor does not.
    /// Overlapping costs the processor more, so it is no cure for the want of it.
    private var diskTime: Duration = .zero
    /// When the last group was written.
    private(set) var lastStart: ContinuousClock.Instant?
    private var lastLanding: ContinuousClock.Instant?
    /// How many records were told then.
    private var lastTold = 0

    package init(overlapsFrom: Duration) { self.overlapsFrom = overlapsFrom }

    package var overlaps: Bool { diskTime >= overlapsFrom }

    /// A frame was written.
    package mutating func departed(at now: ContinuousClock.Instant) { lastStart = now }

    /// A sync has returned.
    package mutating func synced(after time: Duration) {
        syncTime = (syncTime * 7 + time) / 8
        diskTime = min(time, (diskTime * 15 + time) / 16)
    }

    /// So many records were told.
    package mutating func told(_ count: Int, at now: ContinuousClock.Instant) {
        lastLanding = now
        lastTold = count
    }

    /// What the next group waits for.
    package struct Pause: Hashable {
        /// Until then, at most.
        package var end: ContinuousClock.Instant
        /// It begins as soon as so many records wait; nil: not for any number.
        package var count: Int?
    }

    /// Nil where the next group may begin.
    ///
    /// - Parameters:
    ///   - isAlone: whether no other is under way.
    ///   - waiting: how many records wait.
    package func pause(isAlone: Bool, waiting: Int, now: ContinuousClock.Instant) -> Pause? {
        if !isAlone, let lastStart, lastStart + syncTime / 2 > now {
            return Pause(end: lastStart + syncTime / 2, count: nil)
        }
        guard overlaps, let lastLanding, waiting < lastTold, lastLanding + syncTime / 4 > now else {
            return nil
        }
        return Pause(end: lastLanding + syncTime / 4, count: lastTold)
    }
}
