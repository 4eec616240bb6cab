// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import Merkle

/// The status of a log at one moment.
package struct LedgerStatus: Sendable {
    /// Records that are durable.
    package var size: TreeSize
    /// The newest signed checkpoint; nil for a log without records.
    package var checkpoint: [UInt8]?
    package var poisoned: LogPoisoned?
    /// Leaf bytes that wait for the disk.
    package var waitingBytes = 0
    /// Records that wait for the writer to take them.
    package var waitingRecords = 0
    /// What an acknowledged record survives.
    package var durability = LogDurability.synced
    /// Records that were acknowledged but are not durable yet.
    package var unsyncedRecords: UInt64 = 0
    /// How long the oldest of them has waited for its sync; zero if there is none.
    package var unsyncedFor = Duration.zero
    /// What was queued since the boot.
    package var tallies = ProducerTallies()

    init(size: TreeSize, checkpoint: [UInt8]?) {
        self.size = size
        self.checkpoint = checkpoint
    }
}
