// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AuditRecords
internal import ByteCoding
package import Disclosures
package import Merkle

/// Which record explains the loss of each destroyed key.
///
/// `privacy.erase` and `privacy.expire` name what they destroy in `erase.subjects` and `erase.periods`; one such
/// record excuses no other key than those.
package struct Erasures: Hashable, Sendable {
    /// Key id (a subject's or a period's) and the first record that names it.
    package private(set) var records: [String: LeafIndex] = [:]

    package init() {}

    /// Notes a record; only those that erase count.
    package mutating func take(_ record: Record, at index: LeafIndex) {
        guard EventAction.erasing.contains(where: { $0.rawValue == record.action }) else { return }
        for list in ["subjects", "periods"] {
            for item in record.value[path: "erase", list]?.array ?? [] {
                guard let id = item.string, records[id] == nil else { continue }
                records[id] = index
            }
        }
    }

    /// The record by which a block's values were erased, through its subject or its period.
    package func record(of block: DisclosureBlock) -> LeafIndex? {
        records[block.subject.text] ?? records[block.period.text]
    }
}

extension LogSnapshot {
    /// The erasures of the whole log. Reads every entry, so use it only if a key is gone.
    package func erasures() throws(LogReadFailure) -> Erasures {
        let actions = EventAction.erasing.map { Array("\"action\":\"\($0.rawValue)\"".utf8) }
        var erasures = Erasures()
        try forEachLeaf(in: 0..<size.count) { index, leaf in
            guard actions.contains(where: leaf.holds) else { return }
            do throws(RecordFault) {
                erasures.take(try Record(leaf: leaf), at: index)
            } catch {
                // Not one of our records; verifying the log says what it is.
            }
        }
        return erasures
    }
}

extension [UInt8] {
    /// Whether the array contains these bytes.
    fileprivate func holds(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first, count >= bytes.count else { return false }
        return indices.dropLast(bytes.count - 1).contains { start in
            self[start] == first && self[start..<start + bytes.count].elementsEqual(bytes)
        }
    }
}
