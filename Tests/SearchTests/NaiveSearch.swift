// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Catalog
import LogReading
import Merkle
import Query
import Search

/// The reference: every leaf of the log read, opened, and judged one by one.
struct NaiveSearch {
    struct Row {
        var index: UInt64
        var indexes: [UInt64]
        var time: Int64
        var verdict: QueryVerdict
        var access: QueriedAccess
    }

    private struct Part {
        var index: UInt64
        var part: QueriedAccess.Part
        var record: Record
    }

    private var accesses: [[Part]] = []

    init(_ snapshot: LogSnapshot, opening isOpen: Bool) throws {
        var values = isOpen ? ValueReader(opening: snapshot) : ValueReader(sealing: snapshot)
        var leaves: [(LeafIndex, [UInt8])] = []
        try snapshot.forEachLeaf(in: 0..<snapshot.size.count) { leaves.append(($0, $1)) }
        var open: [String: Int] = [:]
        for (index, leaf) in leaves {
            let record = try Record(leaf: leaf)
            let groups = try values.groups(of: record, at: index).mapValues { QueriedGroup($0) }
            let part = Part(
                index: index.value, part: QueriedAccess.Part(record, groups), record: record)
            let uid = record.value["uid"]?.string ?? ""
            if let place = open[uid] {
                accesses[place].append(part)
            } else {
                open[uid] = accesses.count
                accesses.append([part])
            }
            if record.stage != .started { open[uid] = nil }
        }
    }

    func rows(_ query: RecordQuery, _ unit: CatalogUnit) -> [Row] {
        accesses.flatMap { parts in
            let time = parts[0].record.time ?? UTCInstant(microseconds: 0)
            switch unit {
            case .access:
                let access = QueriedAccess(parts.map(\.part))
                return [
                    Row(
                        index: parts[parts.count - 1].index, indexes: parts.map(\.index),
                        time: time.microseconds, verdict: query.expression.verdict(on: access),
                        access: access)
                ]
            case .record:
                return parts.map { part in
                    let access = QueriedAccess([part.part], accepted: time)
                    return Row(
                        index: part.index, indexes: [part.index], time: time.microseconds,
                        verdict: query.expression.verdict(on: access), access: access)
                }
            }
        }
    }

    /// The hits in order, by their indexes.
    func hits(
        _ query: RecordQuery, _ unit: CatalogUnit, _ order: CatalogOrder
    ) -> [[UInt64]] {
        let keyed = rows(query, unit).filter { $0.verdict == .hit }.map { row in
            (order.isByTime ? row.time : 0, order.isByTime ? row.indexes[0] : row.index, row)
        }
        return keyed.sorted {
            order.isDescending ? ($0.0, $0.1) > ($1.0, $1.1) : ($0.0, $0.1) < ($1.0, $1.1)
        }.map { $0.2.indexes }
    }
}
