// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Bugs that the simulation plants on demand, to show that it finds them. None is in the product: they are planted at its
/// seams, by a disk that lies and by a driver that does what no data plane may.
package enum PlantedBug: String, CaseIterable, Sendable {
    /// Records are acknowledged although the sync of the commit journal has done nothing.
    case acknowledgesBeforeSync
    /// A request is forwarded on the receipt of another record, before its own is durable.
    case forwardsOnAnothersReceipt
    /// Readers are shown a group while its sync is still under way.
    case showsBeforeSync
    /// Checkpoints are published although the entries that they cover are not on stable storage.
    case publishesBeforeSync
    /// Lost sequence numbers are forgotten before a record names them.
    case forgetsGaps
    /// A restart finds the disk as it was at an earlier start: a copy was restored, including the state file.
    case restoresOlderCopy
}
