// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Catalog
import LogReading
import Merkle

/// What the log has and the catalog has yet to read.
struct SearchTail {
    /// An access with at least one of these records.
    struct Access {
        var uid: UniqueID?
        /// Of all its records, in order.
        var indexes: [UInt64]
        /// So many of them are in the catalog.
        var knownCount: Int
        /// Of its first record.
        var time: UTCInstant
        var isOpen: Bool

        var known: [UInt64] { Array(indexes.prefix(knownCount)) }
    }

    /// The first record that the catalog does not have.
    let start: UInt64
    /// The first one that no answer has.
    let end: UInt64
    private(set) var accesses: [Access] = []
    /// First records of accesses that the catalog has as they were before.
    private(set) var outdated: Set<UInt64> = []

    init(
        from start: UInt64, _ reach: SearchReach, _ judge: inout SearchJudge,
        _ catalog: any CatalogReading
    ) throws(SearchFailure) {
        self.start = start
        end = try reach.end(from: start, of: judge.snapshot.size.count)
        var open: [UniqueID: Int] = [:]
        var lastTime = UTCInstant(microseconds: 0)
        for index in start..<end {
            do {
                let record = try Self.record(at: index, &judge)
                let isOpen = record?.stage == .started
                lastTime = record?.time ?? lastTime
                if let uid = record?.uid, let place = open[uid] {
                    accesses[place].indexes.append(index)
                    accesses[place].isOpen = isOpen
                    if !isOpen { open[uid] = nil }
                    continue
                }
                var access = Access(
                    uid: record?.uid, indexes: [index], knownCount: 0, time: lastTime,
                    isOpen: isOpen)
                if let uid = record?.uid {
                    try take(try catalog.records(of: uid).filter { $0 < start }, &access, &judge)
                    if isOpen { open[uid] = accesses.count }
                }
                accesses.append(access)
            } catch let failure as CatalogFailure {
                throw .catalog(failure)
            } catch let failure as LogReadFailure {
                throw .log(failure)
            } catch {
                throw .catalog(CatalogFailure(.unavailable, "\(error)"))
            }
        }
    }

    /// Takes the records that the catalog has of the access, if it was open there.
    private mutating func take(
        _ known: [UInt64], _ access: inout Access, _ judge: inout SearchJudge
    ) throws(LogReadFailure) {
        guard let first = known.first, let last = known.last,
            try Self.record(at: last, &judge)?.stage == .started
        else { return }
        access.indexes = known + access.indexes
        access.knownCount = known.count
        access.time = try Self.record(at: first, &judge)?.time ?? access.time
        outdated.insert(first)
    }

    private static func record(
        at index: UInt64, _ judge: inout SearchJudge
    ) throws(LogReadFailure) -> Record? {
        let leaf = try judge.leaf(at: index)
        switch Result(catching: { () throws(RecordFault) in try Record(leaf: leaf) }) {
        case .success(let record): return record
        case .failure: return nil
        }
    }

    /// The rows behind a place, in order.
    func rows(
        _ unit: CatalogUnit, _ order: CatalogOrder, after: CatalogCursor?
    ) -> [SearchCandidate] {
        let all =
            switch unit {
            case .access: accesses.map { SearchCandidate($0, order) }
            case .record:
                accesses.flatMap { access in
                    access.indexes.dropFirst(access.knownCount).map {
                        SearchCandidate(record: $0, of: access, order)
                    }
                }
            }
        return all.filter { row in after.map { row.place.follows($0) } ?? true }
            .sorted { $1.place.follows($0.place) }
    }
}

/// A row that may be a hit, and its place in the order.
struct SearchCandidate {
    var place: CatalogCursor
    var uid: UniqueID?
    var index: UInt64
    /// Of all its records; nil if the catalog has yet to be asked.
    var indexes: [UInt64]?
    var time: UTCInstant
    var isOpen: Bool

    init(_ row: CatalogRow, _ unit: CatalogUnit, _ order: CatalogOrder) {
        uid = row.uid
        index = row.index
        time = row.time
        isOpen = row.isOpen
        indexes = unit == .record || row.first == row.index || row.uid == nil ? [row.index] : nil
        place = .of(order, row.time, first: unit == .access ? row.first : row.index, row.index)
    }

    init(_ access: SearchTail.Access, _ order: CatalogOrder) {
        uid = access.uid
        index = access.indexes[access.indexes.count - 1]
        time = access.time
        isOpen = access.isOpen
        indexes = access.indexes
        place = .of(order, access.time, first: access.indexes[0], index)
    }

    init(record: UInt64, of access: SearchTail.Access, _ order: CatalogOrder) {
        uid = access.uid
        index = record
        time = access.time
        isOpen = access.isOpen && record == access.indexes.last
        indexes = [record]
        place = .of(order, access.time, first: record, record)
    }
}

extension CatalogCursor {
    /// The place of a row: by time those of one moment stand in the order of their first records.
    static func of(
        _ order: CatalogOrder, _ time: UTCInstant, first: UInt64, _ index: UInt64
    ) -> CatalogCursor {
        order.isByTime
            ? CatalogCursor(order: order, time: time.microseconds, index: first)
            : CatalogCursor(order: order, time: 0, index: index)
    }

    /// Whether it comes behind another place of the same order.
    func follows(_ other: CatalogCursor) -> Bool {
        order.isDescending
            ? (time, index) < (other.time, other.index) : (time, index) > (other.time, other.index)
    }
}
