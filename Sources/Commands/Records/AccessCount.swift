// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import LogReading
import Merkle
import Query

/// Counts accesses that are asked for, by time and by the values of a field.
///
/// An access is counted once, by its newest record; one whose outcome was written by a later start has the values of the
/// record that began it. Memory grows with the number of accesses, some tens of bytes each.
struct AccessCount {
    /// What accesses are counted under.
    struct Key: Hashable {
        /// Where the span of time begins, in microseconds since 1970; nil where times are not told apart.
        let from: Int64?
        /// Nil where values are not told apart.
        let facet: QueriedAccess.Facet?
    }

    let query: RecordQuery
    let field: QueryField?
    /// Length of the spans of time.
    let every: Duration?

    private(set) var counts: [Key: Int] = [:]
    private(set) var accesses = 0
    /// Records of these accesses.
    private(set) var records = 0
    private(set) var undecided = 0
    /// How many are no record that this version can read.
    private(set) var unread = 0

    /// Accesses whose newest record was read, and whether they are asked for.
    private var seen: [UniqueID: Bool] = [:]
    /// Outcomes whose beginning has not been read yet.
    private var waiting: [UniqueID: (index: LeafIndex, part: Record)] = [:]

    init(of query: RecordQuery, by field: QueryField?, every: Duration?) {
        self.query = query
        self.field = field
        self.every = every
    }

    /// Whether values have to be opened.
    var needsValues: Bool {
        let isOfValues =
            if case .newest(let members) = field?.row.source { members.isEmpty } else { false }
        return isOfValues || !query.personalGroups.isEmpty
    }

    /// Counts a whole log.
    mutating func take(
        _ snapshot: LogSnapshot, _ values: inout ValueReader
    ) throws(LogReadFailure) {
        var end = snapshot.size.count
        var isOver = false
        while end > 0, !isOver {
            let start = (end - 1) / RecordScan.window * RecordScan.window
            var window: [(LeafIndex, [UInt8])] = []
            try snapshot.forEachLeaf(in: start..<end) { window.append(($0, $1)) }
            for (index, leaf) in window.reversed() {
                guard
                    case .success(let record) = Result(catching: { () throws(RecordFault) in
                        try Record(leaf: leaf)
                    })
                else {
                    unread += 1
                    continue
                }
                isOver = waiting.isEmpty && RecordScan.isPast(record, query)
                if isOver { break }
                try take(record, at: index, &values)
            }
            end = start
        }
        for (index, record) in waiting.values { _ = try count([(index, record)], &values) }
        waiting = [:]
    }

    /// Records come newest first.
    private mutating func take(
        _ record: Record, at index: LeafIndex, _ values: inout ValueReader
    ) throws(LogReadFailure) {
        guard let uid = record.uid else {
            _ = try count([(index, record)], &values)
            return
        }
        if record.stage == .unknown {
            waiting[uid] = (index, record)
        } else if let outcome = waiting.removeValue(forKey: uid) {
            seen[uid] = try count([outcome, (index, record)], &values)
        } else if let isAskedFor = seen[uid] {
            if isAskedFor { records += 1 }
        } else {
            seen[uid] = try count([(index, record)], &values)
        }
    }

    /// - Returns: whether the access is asked for.
    private mutating func count(
        _ parts: [(index: LeafIndex, part: Record)], _ values: inout ValueReader
    ) throws(LogReadFailure) -> Bool {
        var access = QueriedAccess(parts.map { QueriedAccess.Part($0.part) })
        let isOpened = values.isOpen && needsValues
        if isOpened, query.expression.verdict(on: access) != .miss {
            var opened: [QueriedAccess.Part] = []
            for (index, record) in parts {
                let groups = try values.groups(of: record, at: index)
                opened.append(QueriedAccess.Part(record, groups.mapValues { .init($0) }))
            }
            access = QueriedAccess(opened)
        }
        switch query.expression.verdict(on: access) {
        case .miss: return false
        case .undecided:
            undecided += 1
            return false
        case .hit: break
        }
        accesses += 1
        records += parts.count
        let from = every.flatMap { every in start(of: access, every) }
        for facet in field.map({ access.facets(of: $0) }) ?? [] {
            counts[Key(from: from, facet: facet), default: 0] += 1
        }
        if field == nil { counts[Key(from: from, facet: nil), default: 0] += 1 }
        return true
    }

    /// Where the span of time begins in which an access was accepted.
    private func start(of access: QueriedAccess, _ every: Duration) -> Int64? {
        let length = every.components.seconds * 1_000_000
        return access.accepted.map { time in
            time.microseconds - time.microseconds % length
        }
    }
}
