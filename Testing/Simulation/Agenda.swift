// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Scheduled events by virtual microseconds; of those at the same time, the first scheduled comes first.
struct Agenda<Event> {
    private struct Entry {
        var time: UInt64
        var order: UInt64
        var event: Event

        func comes(before other: Entry) -> Bool { (time, order) < (other.time, other.order) }
    }

    /// A binary heap: each entry comes before the two below it.
    private var entries: [Entry] = []
    private var nextOrder: UInt64 = 0

    var isEmpty: Bool { entries.isEmpty }

    mutating func add(_ event: Event, at time: UInt64) {
        entries.append(Entry(time: time, order: nextOrder, event: event))
        nextOrder += 1
        var place = entries.count - 1
        while place > 0, entries[place].comes(before: entries[(place - 1) / 2]) {
            entries.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    mutating func removeFirst() -> (time: UInt64, event: Event)? {
        guard let first = entries.first else { return nil }
        entries.swapAt(0, entries.count - 1)
        entries.removeLast()
        var place = 0
        while true {
            let below = [2 * place + 1, 2 * place + 2].filter { $0 < entries.count }
            guard let least = below.min(by: { entries[$0].comes(before: entries[$1]) }),
                entries[least].comes(before: entries[place])
            else { break }
            entries.swapAt(place, least)
            place = least
        }
        return (first.time, first.event)
    }
}
