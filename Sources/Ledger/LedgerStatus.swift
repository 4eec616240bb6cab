// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import Merkle

/// How a log stands at one moment.
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
    /// What a record that was acknowledged survives.
    package var durability = LogDurability.synced
    /// Records that were acknowledged and are not durable yet.
    package var unsyncedRecords: UInt64 = 0
    /// For how long the oldest of them has waited for its sync; zero where there is none.
    package var unsyncedFor = Duration.zero
    /// What was queued since the boot.
    package var tallies = ProducerTallies()

    init(size: TreeSize, checkpoint: [UInt8]?) {
        self.size = size
        self.checkpoint = checkpoint
    }
}
