// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Catalog
import Disclosures
import LogFormat
package import LogReading
import Merkle
package import Query

/// Reads accesses from the log and says what the query says of them, with what this reader may open.
struct SearchJudge {
    /// What came of one access.
    struct Finding {
        var verdict: QueryVerdict
        var access: QueriedAccess
        /// The leaf of the newest record.
        var leaf: [UInt8]
    }

    private(set) var snapshot: LogSnapshot
    private var expression: QueryExpression
    private var groups: Set<CommitGroup>
    private var values: ValueReader
    /// Says where values are.
    var catalog: any CatalogReading
    /// Leaves read together, as neighbours are often asked for one after another.
    private var window: [[UInt8]] = []
    private var windowStart: UInt64 = 0
    private static let windowLength: UInt64 = 128
    /// Where they were read last.
    private var files: SegmentEntries?
    /// What was said of accesses of one record: pages and counts ask of the same ones, and opening values takes time.
    private var known: [UInt64: Judgement] = [:]
    private static let mostKnown = 500_000

    /// What the query says of one access.
    struct Judgement {
        var verdict: QueryVerdict
        var undecided: SearchUndecided
    }

    init(
        _ query: RecordQuery, _ snapshot: LogSnapshot, _ values: ValueReader,
        _ catalog: any CatalogReading
    ) {
        self.catalog = catalog
        expression = query.expression
        self.snapshot = snapshot
        self.values = values
        groups = Self.groups(query)
    }

    var isOpen: Bool { values.isOpen }

    /// The same reader of the same log, who asks something else.
    func asking(_ query: RecordQuery) -> SearchJudge {
        var other = self
        other.turn(to: query)
        return other
    }

    mutating func turn(to query: RecordQuery) {
        expression = query.expression
        groups = Self.groups(query)
        known = [:]
    }

    /// Groups that a query depends on.
    private static func groups(_ query: RecordQuery) -> Set<CommitGroup> {
        query.expression.terms.reduce(into: []) { groups, term in
            if let group = term.personalGroup { groups.insert(group) }
            if term.field == .named(.erased) { groups.formUnion(CommitGroup.allCases) }
        }
    }

    /// Goes on with the log as it stands now.
    mutating func refresh() throws(LogReadFailure) {
        snapshot = try LogSnapshot(directory: snapshot.directory, known: snapshot.newest)
        values =
            values.isOpen ? ValueReader(opening: snapshot) : ValueReader(sealing: snapshot)
        window = []
        files = nil
        known = [:]
    }

    /// The same as ``finding(_:accepted:opening:)``, without what it was found in.
    mutating func judgement(
        _ indexes: [UInt64], accepted: UTCInstant?
    ) throws(LogReadFailure) -> Judgement? {
        if indexes.count == 1, let known = known[indexes[0]] { return known }
        guard let finding = try finding(indexes, accepted: accepted) else { return nil }
        return Judgement(verdict: finding.verdict, undecided: undecided(finding))
    }

    /// What the query says of an access.
    ///
    /// - Parameters:
    ///   - indexes: of its records, in order.
    ///   - accepted: when it was accepted, where these are not all of its records.
    ///   - opening: a group that is opened whatever the query needs.
    /// - Returns: nil if its newest record is none that this version can read.
    mutating func finding(
        _ indexes: [UInt64], accepted: UTCInstant?, opening: CommitGroup? = nil
    ) throws(LogReadFailure) -> Finding? {
        var records: [(index: LeafIndex, record: Record)] = []
        for index in indexes {
            let leaf = try leaf(at: index)
            switch Result(catching: { () throws(RecordFault) in try Record(leaf: leaf) }) {
            case .success(let record): records.append((LeafIndex(index), record))
            case .failure: if index == indexes.last { return nil }
            }
        }
        guard let newest = records.last else { return nil }
        var access = QueriedAccess(
            records.map { QueriedAccess.Part($0.record) }, accepted: accepted)
        var verdict = expression.verdict(on: access)
        if values.isOpen, verdict == .undecided || opening != nil && verdict == .hit {
            var parts: [QueriedAccess.Part] = []
            // What the query does not ask for stays sealed: opening is most of the work.
            var wanted = self.groups
            if let opening { wanted.insert(opening) }
            for (index, record) in records {
                if values.needsPlace(of: index) { learnPlace(of: index.value) }
                let groups = try values.groups(of: record, at: index, only: wanted)
                parts.append(QueriedAccess.Part(record, groups.mapValues { QueriedGroup($0) }))
            }
            access = QueriedAccess(parts, accepted: accepted)
            verdict = expression.verdict(on: access)
        }
        let finding = Finding(verdict: verdict, access: access, leaf: newest.record.leaf)
        if indexes.count == 1 {
            if known.count >= Self.mostKnown { known.removeAll(keepingCapacity: true) }
            known[indexes[0]] = Judgement(verdict: verdict, undecided: undecided(finding))
        }
        return finding
    }

    private mutating func learnPlace(of index: UInt64) {
        let place = Result { () throws(CatalogFailure) in try catalog.sealed(around: index) }
        // Without it the values are found as well, only later: whatever is wrong with the catalog is told by what asks it
        // for rows.
        if case .success(let place?) = place {
            values.note(place, of: SealedStretch.number(of: index))
        }
    }

    /// What was said of an access before; nil if that is not remembered.
    func known(_ indexes: [UInt64]) -> Judgement? {
        indexes.count == 1 ? known[indexes[0]] : nil
    }

    /// Why an access is undecided.
    func undecided(_ finding: Finding) -> SearchUndecided {
        var undecided = SearchUndecided()
        guard finding.verdict == .undecided else { return undecided }
        if groups.contains(where: { finding.access.state(of: $0) == .withheld }) {
            undecided.withheld = 1
        } else {
            undecided.erased = 1
        }
        return undecided
    }

    /// One leaf of the log.
    mutating func leaf(at index: UInt64) throws(LogReadFailure) -> [UInt8] {
        let end = windowStart + UInt64(window.count)
        if index >= windowStart, index < end { return window[Int(index - windowStart)] }
        let segment = SegmentNumber(of: LeafIndex(index))
        var range = index..<index + 1
        // Do not read many for one that stands alone.
        if !window.isEmpty, index >= end, index - end < Self.windowLength {
            range = index..<min(index + Self.windowLength, segment.fullSize.count)
        } else if !window.isEmpty, index < windowStart, windowStart - index <= Self.windowLength {
            let start = index - min(index, Self.windowLength - 1)
            range = max(start, segment.firstIndex.value)..<index + 1
        }
        range = range.clamped(to: 0..<snapshot.size.count)
        var leaves: [[UInt8]] = []
        try snapshot.forEachLeaf(in: range, keeping: &files) { _, leaf in leaves.append(leaf) }
        (window, windowStart) = (leaves, range.lowerBound)
        return window[Int(index - windowStart)]
    }
}

extension QueriedGroup {
    /// What queries make of what a reader knows.
    package init(_ group: OpenedGroup) {
        self =
            switch group {
            case .opened(let value): .opened(value)
            case .erased: .erased
            case .unreadable: .withheld
            }
    }
}
