// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import Synchronization

/// The registered ports, and how a group's outcomes get to them: one call a port and group.
final class PortTable: Sendable {
    private let ports = Mutex<[any ReplyPort]>([])

    func add(_ port: any ReplyPort) -> PortID {
        ports.withLock { ports in
            ports.append(port)
            return PortID(number: ports.count - 1)
        }
    }

    /// Tells that a group is durable.
    func settle(_ group: PreparedGroup) {
        settle(group.records) { .recorded(group.receipt(at: $0)) }
    }

    /// Tells the same outcome to all.
    func settle(_ records: ArraySlice<PendingRecord>, as outcome: Outcome) {
        settle(records) { _ in outcome }
    }

    /// - Parameter outcome: of the record at a place among these.
    private func settle(
        _ records: ArraySlice<PendingRecord>, outcome: (_ place: Int) -> Outcome
    ) {
        let ports = ports.withLock { $0 }
        var settlements = [[Settlement]](repeating: [], count: ports.count)
        let waiting = records.span
        for place in waiting.indices {
            settlements[waiting[place].port.number].append(
                Settlement(ticket: waiting[place].ticket, outcome: outcome(place)))
        }
        for (port, settlements) in zip(ports, settlements) where !settlements.isEmpty {
            port.settle(settlements)
        }
    }
}
