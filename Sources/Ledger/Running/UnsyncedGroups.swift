// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import LogFormat

/// Groups that were acknowledged once they were written (``LogDurability/written``), but are not
/// synced yet.
///
/// They go to one journal file until its sync begins, and then to the other: such a window is made
/// durable by one sync. There are at most two, synced one after the other, in order.
///
/// ## Invariants
/// - `ShownOnceDurable`: nothing of a window is marked, remembered, published or shown before ``landed()``.
struct UnsyncedGroups {
    /// What one sync makes durable.
    struct Window: Sendable {
        let file: Int
        /// When its first group was acknowledged.
        let since: ContinuousClock.Instant
        /// Oldest first; their records are already acknowledged.
        fileprivate(set) var groups: [PreparedGroup]
        /// Where the last of them is.
        fileprivate(set) var lastPlace: CommitJournal.Place
    }

    private var windows: [Window] = []
    private(set) var isSyncing = false
    /// How many records were acknowledged but are not synced.
    private(set) var recordCount: UInt64 = 0

    /// Since when the oldest of these groups waits for its sync; nil if there is none.
    var since: ContinuousClock.Instant? { windows.first?.since }

    /// When the oldest window that nobody is syncing was begun.
    var waitingSince: ContinuousClock.Instant? { windows.dropFirst(isSyncing ? 1 : 0).first?.since }

    /// A group was written and acknowledged.
    ///
    /// - Returns: whether it begins a window.
    mutating func add(
        _ group: consuming PreparedGroup, at place: CommitJournal.Place,
        now: ContinuousClock.Instant
    ) -> Bool {
        recordCount += UInt64(group.header.entryCount)
        let kept = group.withoutRecords()
        if let last = windows.indices.last, windows[last].file == place.file,
            !(isSyncing && last == 0)
        {
            windows[last].groups.append(kept)
            windows[last].lastPlace = place
            return false
        }
        precondition(
            windows.count < CommitFrame.mostUnderWay,
            "TwoGroupsAtMost: each window is in a journal file of its own")
        windows.append(Window(file: place.file, since: now, groups: [kept], lastPlace: place))
        return true
    }

    /// The sync of the oldest window begins.
    ///
    /// - Returns: nil if one is under way, or nothing waits for one.
    mutating func beginSync() -> Window? {
        guard !isSyncing, let window = windows.first else { return nil }
        isSyncing = true
        return window
    }

    /// The sync has returned.
    mutating func landed() {
        precondition(isSyncing, "ShownOnceDurable: a window lands whose sync has not begun")
        let window = windows.removeFirst()
        for group in window.groups { recordCount -= UInt64(group.header.entryCount) }
        isSyncing = false
    }
}
