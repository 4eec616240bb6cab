// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Disclosures
internal import LogFormat
internal import LogReading
package import Merkle

extension Erasures {
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
