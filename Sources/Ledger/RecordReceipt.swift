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
/// Only the ledger makes one, so that nothing is forwarded while the log is down or its disk full.
package struct RecordingPermit: Hashable, Sendable {
    init() {}
}

/// What became of one queued record.
package enum RecordFate: Sendable, CustomStringConvertible {
    case recorded(RecordReceipt)
    case rejected(GroupRejected)
    case poisoned(LogPoisoned)
    /// It was not even queued: it has no sequence number and leaves no gap.
    case refused(AppendRefusal)

    package var description: String {
        switch self {
        case .recorded: "The record is in the log."
        case .rejected(let fault): "\(fault)"
        case .poisoned(let fault): "\(fault)"
        case .refused(let fault): "\(fault)"
        }
    }
}

/// What became of the records queued with these consecutive tickets.
package struct Settlement: Sendable {
    private enum Fates {
        /// The first of them has this index, and the others follow it.
        case recorded(LeafIndex)
        case other(RecordFate)
    }

    package let tickets: Range<UInt64>
    private let common: Fates

    /// - Parameter first: the index of the first of them.
    init(_ tickets: Range<UInt64>, recordedAt first: LeafIndex) {
        self.tickets = tickets
        common = .recorded(first)
    }

    /// - Parameter fate: not ``RecordFate/recorded(_:)``: every record has its own place.
    init(_ tickets: Range<UInt64>, _ fate: RecordFate) {
        self.tickets = tickets
        common = .other(fate)
    }

    /// Calls `body` with each ticket in order.
    package func forEach(_ body: (_ ticket: UInt64, _ fate: RecordFate) -> Void) {
        switch common {
        case .other(let fate): for ticket in tickets { body(ticket, fate) }
        case .recorded(let first):
            for ticket in tickets {
                let index = LeafIndex(first.value + (ticket - tickets.lowerBound))
                body(ticket, .recorded(RecordReceipt(index: index)))
            }
        }
    }
}

/// Where it is told what became of queued records: one for each event loop.
package protocol ReplyPort: AnyObject, Sendable {
    /// Called on a writer's thread, at most once a group, with that group's settlements in order; and
    /// on the thread that hands over a batch, if that is refused.
    ///
    /// It must return at once: hand over the settlements and wake whoever waits.
    func settle(_ settlements: [Settlement])
}

/// The ledger's name for a registered port.
package struct PortID: Hashable, Sendable {
    let number: Int
}
