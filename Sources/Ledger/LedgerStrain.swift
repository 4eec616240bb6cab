// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Observability

/// What of the log goes slowly or fails, counted since it was opened: of two of these, the later one tells what has
/// happened since the earlier.
package struct LedgerStrain: Sendable {
    /// From here on a sync counts as slow: longer than any disk takes that is well and not overworked.
    package static let slowSync = Duration.milliseconds(100)

    /// Something that fails and is tried again.
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

    /// What stands in the way of recording now.
    package var obstacle: LogObstacle?
    /// Groups whose records found no room.
    package var rejectedGroups: Failures
    /// Publications that were put off.
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
    /// What goes slowly or fails; never waits for the disk.
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
