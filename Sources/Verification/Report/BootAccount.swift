// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import Merkle

/// What one boot of a producer wrote to a log, and what of it is missing.
package struct BootAccount: Hashable, Sendable {
    /// Numbers without a record.
    package struct Gap: Hashable, Sendable {
        package let sequences: ClosedRange<UInt64>
        /// How many of these are missing.
        package let count: UInt64
        /// Why, as the log admits it; nil where it admits nothing.
        package let reason: String?
        /// The record that admits it; where none does, the one behind it.
        package let index: LeafIndex
    }

    package let producer: String
    package let boot: UniqueID
    /// Of the software, as its first record says; nil where that is missing.
    package let version: String?
    /// Of its first and its newest record.
    package let sequences: ClosedRange<UInt64>
    package let indexes: ClosedRange<LeafIndex>
    package let records: UInt64
    package let gaps: [Gap]
    /// Accesses that went through without a record, because their route says so.
    package let unrecorded: UInt64
    /// Whether its producer has no later one.
    package let isNewest: Bool
    /// Whether it ended in order.
    package let isStopped: Bool
    /// Whether it acknowledges records before they are on the disk.
    package let isUnsynced: Bool

    /// Whether it is over and did not end in order.
    package var wasCutOff: Bool { !isStopped && !isNewest }

    package var missing: UInt64 { gaps.reduce(0) { $0 + $1.count } }

    package init(
        producer: String, boot: UniqueID, version: String?, sequences: ClosedRange<UInt64>,
        indexes: ClosedRange<LeafIndex>, records: UInt64, gaps: [Gap], unrecorded: UInt64,
        isNewest: Bool, isStopped: Bool, isUnsynced: Bool
    ) {
        self.producer = producer
        self.boot = boot
        self.version = version
        self.sequences = sequences
        self.indexes = indexes
        self.records = records
        self.gaps = gaps
        self.unrecorded = unrecorded
        self.isNewest = isNewest
        self.isStopped = isStopped
        self.isUnsynced = isUnsynced
    }
}
