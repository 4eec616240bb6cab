// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Observability

/// What is slow or failing in the log, counted since it was opened: the difference of two of these
/// is what happened in between.
package struct LedgerStrain: Sendable {
    /// From here on a sync counts as slow: longer than any healthy disk takes that is not
    /// overloaded.
    package static let slowSync = Duration.milliseconds(100)

    /// Something that fails and is retried.
    package struct Failures: Hashable, Sendable {
        package var count: UInt64
        /// Why the last one failed.
        package var last: StorageFault?

        package init(count: UInt64 = 0, last: StorageFault? = nil) {
            self.count = count
            self.last = last
        }

        /// One more.
        mutating func add(_ fault: StorageFault) {
            count += 1
            last = fault
        }
    }

    /// What prevents recording now.
    package var obstacle: LogObstacle?
    /// Groups whose records found no room.
    package var rejectedGroups: Failures
    /// Publications that were postponed.
    package var publications: Failures
    package var syncs: UInt64
    package var slowSyncs: UInt64
    /// Accesses that went through without a record.
    package var unrecorded: UInt64

    package init(
        obstacle: LogObstacle? = nil, rejectedGroups: Failures = Failures(),
        publications: Failures = Failures(), syncs: UInt64 = 0, slowSyncs: UInt64 = 0,
        unrecorded: UInt64 = 0
    ) {
        self.obstacle = obstacle
        self.rejectedGroups = rejectedGroups
        self.publications = publications
        self.syncs = syncs
        self.slowSyncs = slowSyncs
        self.unrecorded = unrecorded
    }
}

extension Ledger {
    /// What is slow or failing; never waits for the disk.
    ///
    /// - Parameter patience: as for ``obstacle(patience:)``.
    package func strain(patience: Duration) -> LedgerStrain {
        let (rejected, publications, syncs) = meters.failures
        return LedgerStrain(
            obstacle: obstacle(patience: patience), rejectedGroups: rejected,
            publications: publications, syncs: syncs.count,
            slowSyncs: syncs.count(above: 100_000_000), unrecorded: counters.dropped)
    }
}
