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
package struct SyncPace {
    /// From here on two syncs are under way at once.
    package let overlapsFrom: Duration
    /// How long syncs take, as a moving average: each new one counts an eighth.
    package private(set) var syncTime: Duration = .zero
    /// The disk's own part of that: one fast sync shows it, and one that was slow for lack of a
    /// processor does not. Overlapping costs more processor time, so it is no cure for the lack of
    /// it.
    private var diskTime: Duration = .zero
    /// When the last group was written.
    private(set) var lastStart: ContinuousClock.Instant?
    private var lastLanding: ContinuousClock.Instant?
    /// How many records were acknowledged then.
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

    /// This many records were acknowledged.
    package mutating func told(_ count: Int, at now: ContinuousClock.Instant) {
        lastLanding = now
        lastTold = count
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
        if !isAlone, let lastStart, lastStart + syncTime / 2 > now {
            return Pause(end: lastStart + syncTime / 2, count: nil)
        }
        guard overlaps, let lastLanding, waiting < lastTold, lastLanding + syncTime / 4 > now else {
            return nil
        }
        return Pause(end: lastLanding + syncTime / 4, count: lastTold)
    }
}
