// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Ledger

/// Whoever waits for a record.
package protocol SettlementReceiver: AnyObject {
    /// Called on the receiver's event loop once its record is settled.
    func recordSettled(_ outcome: Outcome)
}

/// Tickets of waiting exchanges on one event loop, reused without allocation.
struct SettlementTable {
    private var receivers: [(any SettlementReceiver)?] = []
    private var free: [Int] = []
    /// How many exchanges wait.
    private(set) var count = 0

    mutating func wait(_ receiver: any SettlementReceiver) -> UInt64 {
        count += 1
        if let place = free.popLast() {
            receivers[place] = receiver
            return UInt64(place)
        }
        receivers.append(receiver)
        return UInt64(receivers.count - 1)
    }

    /// The receiver of a ticket, which is then free again.
    mutating func take(_ ticket: UInt64) -> (any SettlementReceiver)? {
        let place = Int(ticket)
        guard place < receivers.count, let receiver = receivers[place] else { return nil }
        receivers[place] = nil
        free.append(place)
        count -= 1
        return receiver
    }
}
