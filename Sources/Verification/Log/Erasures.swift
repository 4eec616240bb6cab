// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
package import Merkle

/// Which record explains that the key of sealed values is gone, key by key.
///
/// `privacy.erase` names what it destroys in `erase.subjects` and `erase.periods`; one such record
/// excuses no other key than those.
package struct Erasures: Hashable, Sendable {
    /// Key id (a subject's or a period's) and the first record that names it.
    package private(set) var records: [String: LeafIndex] = [:]

    package init() {}

    /// Takes what a record says; records of other actions say nothing.
    mutating func take(_ record: Record, at index: LeafIndex) {
        guard record.action == EventAction.privacyErase.rawValue else { return }
        for list in ["subjects", "periods"] {
            for item in record.value[path: "erase", list]?.array ?? [] {
                guard let id = item.string, records[id] == nil else { continue }
                records[id] = index
            }
        }
    }

    /// The record that says that a block's values were erased: its subject's, or its period's.
    func record(of block: DisclosureBlock) -> LeafIndex? {
        records[block.subject.text] ?? records[block.period.text]
    }

    /// Destroyed keys that no record names.
    func findings(about keys: KeyRing) -> [Finding] {
        let subjects = keys.subjects.slots.values.filter { $0.slot.key == nil }
            .map { ($0.slot.id.text, LogLayout.subjects) }
        let periods = keys.periods.slots.values.filter { $0.slot.key == nil }
            .map { ($0.slot.id.text, LogLayout.periods) }
        return (subjects + periods).filter { records[$0.0] == nil }.sorted { $0 < $1 }.map {
            Finding(.erasedWithoutRecord, file: $0.1, detail: $0.0)
        }
    }

    /// Destroyed keys that a record names, by that record.
    func explained(by keys: KeyRing?) -> [Erasure] {
        guard let keys else { return [] }
        let destroyed =
            keys.subjects.slots.values.filter { $0.slot.key == nil }.map(\.slot.id.text)
            + keys.periods.slots.values.filter { $0.slot.key == nil }.map(\.slot.id.text)
        return destroyed.compactMap { id in records[id].map { Erasure(key: id, record: $0) } }
            .sorted { ($0.record, $0.key) < ($1.record, $1.key) }
    }
}

/// A key that was destroyed, and the record that says so.
package struct Erasure: Hashable, Sendable {
    /// A subject id or a period, `YYYY-MM`.
    package let key: String
    package let record: LeafIndex

    package init(key: String, record: LeafIndex) {
        self.key = key
        self.record = record
    }
}

extension LogSnapshot {
    /// The erasures of the whole log. Reads every entry, so it is asked only where a key is gone.
    func erasures() throws(LogReadFailure) -> Erasures {
        let action = Array("\"action\":\"\(EventAction.privacyErase.rawValue)\"".utf8)
        var erasures = Erasures()
        try forEachLeaf(in: 0..<size.count) { index, leaf in
            guard leaf.holds(action) else { return }
            do throws(RecordFault) {
                erasures.take(try Record(leaf: leaf), at: index)
            } catch {
                // No record of ours; what it is, verifying the log says.
            }
        }
        return erasures
    }
}

extension [UInt8] {
    /// Whether these bytes stand somewhere in the array.
    fileprivate func holds(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first, count >= bytes.count else { return false }
        return indices.dropLast(bytes.count - 1).contains { start in
            self[start] == first && self[start..<start + bytes.count].elementsEqual(bytes)
        }
    }
}
