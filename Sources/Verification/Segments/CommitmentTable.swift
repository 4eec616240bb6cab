// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Merkle

/// A dictionary keyed by commitments, of which a segment may have hundreds of thousands.
///
/// Values are in the order of the file, which is nearly that of the records, and the indices pointing to them take
/// four bytes each, so both stay in the cache. A secret keeps whoever wrote the log from choosing keys that
/// collide.
struct CommitmentTable<Value> {
    private var items: [(key: Hash256, value: Value)] = []
    /// One more than a position in ``items``, or 0: open addressing, at most half full.
    private var places: [UInt32] = [0, 0]
    private let secret = SIMD4<UInt64>.random(in: 0 ... .max)

    /// Makes room for this many commitments.
    init(capacity: Int = 0) {
        items.reserveCapacity(capacity)
        grow(to: capacity)
    }

    private mutating func grow(to count: Int) {
        var length = 2
        while length < 2 * count { length *= 2 }
        guard length > places.count else { return }
        places = [UInt32](repeating: 0, count: length)
        for (position, item) in items.enumerated() {
            places[place(of: item.key)] = UInt32(position + 1)
        }
    }

    /// The slot where the commitment is, or would be.
    private func place(of key: Hash256) -> Int {
        let mask = places.count - 1
        var place = Int(truncatingIfNeeded: key.mixed(with: secret)) & mask
        while places[place] != 0, items[Int(places[place]) - 1].key != key {
            place = (place + 1) & mask
        }
        return place
    }

    /// The value of a commitment that was probably set at, or right after, a position; and its position.
    func find(_ key: Hash256, near hint: Int) -> (value: Value, position: Int)? {
        for position in hint..<max(hint, min(hint + 2, items.count))
        where items[position].key == key {
            return (items[position].value, position)
        }
        let found = Int(places[place(of: key)]) - 1
        return found < 0 ? nil : (items[found].value, found)
    }

    /// Sets a commitment's value; the last one wins.
    mutating func set(_ key: Hash256, _ value: Value) {
        if 2 * (items.count + 1) > places.count { grow(to: 2 * (items.count + 1)) }
        let place = place(of: key)
        if places[place] != 0 {
            items[Int(places[place]) - 1].value = value
        } else {
            items.append((key, value))
            places[place] = UInt32(items.count)
        }
    }
}
