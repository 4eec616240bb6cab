// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Identity
package import Ledger

/// Whoever waits for a record.
package protocol SettlementReceiver: AnyObject {
    /// Called on the receiver's event loop once its record is settled.
    func recordSettled(_ fate: RecordFate)

    /// Called there once the caller is known.
    func identified(_ identification: Identification)
}

/// Tickets of waiting exchanges on one event loop, in the order of issue.
///
/// Records are settled in nearly that order, so the table is a queue with holes. Its ring is reused
/// without allocation.
struct SettlementTable {
    private var receivers = [(any SettlementReceiver)?](repeating: nil, count: 64)
    /// The oldest ticket that may wait.
    private var first: UInt64 = 0
    /// The next ticket.
    private(set) var next: UInt64 = 0
    /// How many exchanges wait.
    private(set) var count = 0

    /// Assigns ``next`` to a receiver.
    mutating func wait(_ receiver: any SettlementReceiver) {
        if next - first == UInt64(receivers.count) { grow() }
        receivers[place(of: next)] = receiver
        next += 1
        count += 1
    }

    /// The receiver of a ticket, which no longer waits.
    mutating func take(_ ticket: UInt64) -> (any SettlementReceiver)? {
        guard ticket >= first, ticket < next else { return nil }
        let place = place(of: ticket)
        guard let receiver = receivers[place] else { return nil }
        receivers[place] = nil
        count -= 1
        while first < next, receivers[self.place(of: first)] == nil { first += 1 }
        return receiver
    }

    /// The ring's size is a power of two.
    private func place(of ticket: UInt64) -> Int { Int(ticket) & (receivers.count - 1) }

    private mutating func grow() {
        var larger = [(any SettlementReceiver)?](repeating: nil, count: receivers.count * 2)
        for ticket in first..<next {
            larger[Int(ticket) & (larger.count - 1)] = receivers[place(of: ticket)]
        }
        receivers = larger
    }
}
