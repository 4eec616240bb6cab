// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Merkle

/// Proof within this process that a record is on stable storage and covered by a durable signed checkpoint.
///
/// `DurableBeforeAcknowledged`: only the ledger makes one, and only after the sync.
package struct RecordReceipt: Hashable, Sendable {
    package let index: LeafIndex

    init(index: LeafIndex) { self.index = index }
}

/// The ledger's word that it is alive and takes records, for accesses that are recorded when complete.
///
/// Only the ledger makes one, so that nothing is forwarded while the log is down.
package struct RecordingPermit: Hashable, Sendable {
    init() {}
}

/// What became of one queued record.
package enum Outcome: Sendable {
    case recorded(RecordReceipt)
    case rejected(GroupRejected)
    case poisoned(LogPoisoned)
}

/// The outcome of the record that was queued with this ticket.
package struct Settlement: Sendable {
    package let ticket: UInt64
    package let outcome: Outcome
}

/// Where the outcomes of queued records go: one for each event loop.
package protocol ReplyPort: AnyObject, Sendable {
    /// Called on the writer's thread, once a group at most, with that group's outcomes in order.
    ///
    /// It must return at once: hand the outcomes over and wake whoever waits.
    func settle(_ outcomes: [Settlement])
}

/// The ledger's name for a registered port.
package struct PortID: Hashable, Sendable {
    let number: Int
}
