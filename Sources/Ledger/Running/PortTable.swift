// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import LogFormat
internal import Merkle
internal import Synchronization

/// The registered ports, and how what became of a group reaches them: one call a port and group.
final class PortTable: Sendable {
    private let ports = Mutex<[any ReplyPort]>([])

    func add(_ port: any ReplyPort) -> PortID {
        ports.withLock { ports in
            ports.append(port)
            return PortID(number: ports.count - 1)
        }
    }

    /// Reports that a group is durable.
    func settle(_ group: PreparedGroup) {
        let first = group.header.firstIndex.value
        settle(group.records) { tickets, place in
            Settlement(tickets, recordedAt: LeafIndex(first + UInt64(place)))
        }
    }

    /// Reports the same fate to all; none of them is recorded.
    func settle(_ records: ArraySlice<PendingRecord>, as fate: RecordFate) {
        settle(records) { tickets, _ in Settlement(tickets, fate) }
    }

    /// Records of one port with consecutive tickets, as in a batch, are reported together.
    ///
    /// - Parameter make: a settlement of records from one among these on.
    private func settle(
        _ records: ArraySlice<PendingRecord>,
        _ make: (_ tickets: Range<UInt64>, _ place: Int) -> Settlement
    ) {
        var told: [(port: Int, settlements: [Settlement])] = []
        let waiting = records.span
        var start = 0
        while start < waiting.count {
            let (port, ticket) = (waiting[start].port.number, waiting[start].ticket)
            var end = start + 1
            while end < waiting.count, waiting[end].port.number == port,
                waiting[end].ticket == ticket &+ UInt64(end - start)
            {
                end += 1
            }
            let settlement = make(ticket..<ticket + UInt64(end - start), start)
            if let place = told.firstIndex(where: { $0.port == port }) {
                told[place].settlements.append(settlement)
            } else {
                told.append((port, [settlement]))
            }
            start = end
        }
        let ports = ports.withLock { $0 }
        for (port, settlements) in told { ports[port].settle(settlements) }
    }
}
