// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Catalog
import LogReading
import Merkle
import Query
import Search

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
    /// Spans of time that are counted apart.
    let every: QuerySpans?

    private(set) var counts: [Key: Int] = [:]
    private(set) var accesses = 0
    /// Records that are asked for by themselves.
    private(set) var records = 0
    private(set) var undecided = SearchUndecided()
    /// How many are no record that this version can read.
    private(set) var unread = 0
    /// Whether all was counted.
    private(set) var relation = CatalogRelation.exact

    /// Accesses whose newest record was read.
    private var seen: Set<UniqueID> = []
    /// Outcomes whose beginning has not been read yet.
    private var waiting: [UniqueID: (index: LeafIndex, part: Record)] = [:]

    init(of query: RecordQuery, by field: QueryField?, every: QuerySpans?) {
        self.query = query
        self.field = field
        self.every = every
    }

    /// Whether values have to be opened.
    var needsValues: Bool {
        field?.isPersonal ?? false || !query.personalGroups.isEmpty
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
        for (index, record) in waiting.values { try count([(index, record)], &values) }
        waiting = [:]
    }

    /// Records come newest first.
    private mutating func take(
        _ record: Record, at index: LeafIndex, _ values: inout ValueReader
    ) throws(LogReadFailure) {
        guard let uid = record.uid else {
            try count([(index, record)], &values)
            return
        }
        if record.stage == .unknown {
            waiting[uid] = (index, record)
        } else if let outcome = waiting.removeValue(forKey: uid) {
            seen.insert(uid)
            try count([outcome, (index, record)], &values)
        } else if seen.insert(uid).inserted {
            try count([(index, record)], &values)
        } else if try query.expression.verdict(on: record, at: index, &values) == .hit {
            records += 1
        }
    }

    private mutating func count(
        _ parts: [(index: LeafIndex, part: Record)], _ values: inout ValueReader
    ) throws(LogReadFailure) {
        if parts.count > 1 {
            for (index, record) in parts
            where try query.expression.verdict(on: record, at: index, &values) == .hit {
                records += 1
            }
        }
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
        case .miss: return
        case .undecided:
            let isErased = query.personalGroups.contains { access.state(of: $0) == .erased }
            if isErased { undecided.erased += 1 } else { undecided.withheld += 1 }
            return
        case .hit: break
        }
        accesses += 1
        if parts.count == 1 { records += 1 }
        let from = every.flatMap { every in start(of: access, every) }
        for facet in field.map({ access.facets(of: $0) }) ?? [] {
            counts[Key(from: from, facet: facet), default: 0] += 1
        }
        if field == nil { counts[Key(from: from, facet: nil), default: 0] += 1 }
    }

    /// Where the span of time begins in which an access was accepted.
    private func start(of access: QueriedAccess, _ every: QuerySpans) -> Int64? {
        access.accepted.map { every.start(of: $0).microseconds }
    }

    // MARK: By the catalog

    /// Counts what the catalog leads to.
    ///
    /// - Parameter top: how many values are to be told apart.
    /// - Returns: false if the catalog has no such counts: the log has to be read.
    mutating func take(_ search: inout Search, top: Int) throws(SearchFailure) -> Bool {
        guard every == nil || field?.hasOneValue ?? true else { return false }
        let count = try search.count(within: Self.deadline)
        (accesses, records) = (Int(count.accesses), Int(count.records))
        (undecided, unread, relation) = (count.undecided, count.unread, count.relation)
        if let every {
            let histogram = try search.histogram(
                every: every, by: field, within: Self.deadline)
            for bar in histogram.bars {
                for (facet, number) in bar.counts {
                    let key = Key(
                        from: bar.start.microseconds, facet: field == nil ? nil : facet)
                    counts[key, default: 0] += Int(number)
                }
            }
            if histogram.relation != .exact { relation = histogram.relation }
        } else if let field {
            let facet = try search.facet(of: field, most: top, within: Self.deadline)
            for value in facet.values {
                counts[Key(from: nil, facet: value.facet), default: 0] += Int(value.count)
            }
            if facet.relation != .exact { relation = facet.relation }
        }
        return true
    }

    /// One moment of the catalog is held for as long, which keeps its writer from tidying up.
    private static let deadline = Duration.seconds(60)
}
