// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// When a second group begins beside one that is being synced.
///
/// On a fast disk it does not: what queues up meanwhile makes a larger group, and a record in a large group costs less of
/// the processor. On a slow one a record would wait for the sync under way and then for its own, so the next group begins
/// half a sync after the last one: a record waits a quarter of a sync on average, whatever the load.
struct SyncPace {
    /// From here on two syncs are under way at once.
    let overlapsFrom: Duration
    /// How long syncs take, as an average that forgets: each counts an eighth.
    private(set) var syncTime: Duration = .zero
    /// When the last group was written.
    private(set) var lastStart: ContinuousClock.Instant?

    init(overlapsFrom: Duration) { self.overlapsFrom = overlapsFrom }

    var overlaps: Bool { syncTime >= overlapsFrom }

    /// When the next group may begin, where one is under way.
    var nextStart: ContinuousClock.Instant? { lastStart.map { $0 + syncTime / 2 } }

    mutating func departed(at now: ContinuousClock.Instant) { lastStart = now }

    /// A sync has returned.
    mutating func landed(after time: Duration) { syncTime = (syncTime * 7 + time) / 8 }
}
