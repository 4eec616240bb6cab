// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AuditRecords
internal import ByteCoding
internal import Disclosures
package import LogReading
package import Merkle
internal import Query
internal import SignedNotes

/// Reads a range of a log forwards and says of each leaf whether it is wanted.
package struct EvidenceScan {
    /// One leaf of the range.
    package struct Leaf {
        package let index: LeafIndex
        package let bytes: [UInt8]
        /// Nil if it is no record that this version can read.
        package let record: Record?
        package let isMatch: Bool
    }

    /// Leaves that are held at a time: none is larger than 64 KiB.
    private static let window: UInt64 = 512

    /// A clock may have been set back between an access and its record by so much.
    private static let slack: Int64 = 3_600_000_000

    private let snapshot: LogSnapshot
    private let query: RecordQuery
    /// The indices that are read.
    package let range: Range<UInt64>
    /// The index that is read next.
    package private(set) var next: UInt64
    /// Records for which the query depends on values that are sealed or erased.
    package private(set) var undecided: UInt64 = 0
    package private(set) var matches: UInt64 = 0
    /// Where accesses are asked for: which records are their newest, found before anything is handed over.
    private var survey: AccessSurvey?
    /// Records behind which there are newer ones of the same access, which have not come yet.
    private var begun: [UniqueID: LeafIndex] = [:]

    package init(_ order: EvidenceOrder, _ source: EvidenceSource) throws(EvidenceFailure) {
        snapshot = source.snapshot
        query = order.sought
        let size = source.checkpoint.claim.size.count
        if let range = order.range {
            self.range = range.clamped(to: 0..<size)
        } else if let from = order.query.times.from {
            self.range = try Self.start(from, size, source.snapshot)..<size
        } else {
            range = 0..<size
        }
        next = self.range.lowerBound
        if order.unit == .access { survey = AccessSurvey(range, resumed: next) }
    }

    /// Goes on where another was.
    init(_ order: EvidenceOrder, _ source: EvidenceSource, _ state: SavedState)
        throws(EvidenceFailure)
    {
        try self.init(order, source)
        next = try state.number("next")
        undecided = try state.number("undecided")
        matches = try state.number("matches")
        guard range.lowerBound <= next, next <= range.upperBound else { throw state.unusable }
        if order.unit == .access { survey = AccessSurvey(range, resumed: next) }
    }

    /// What ``init(_:_:_:)`` needs.
    var state: JSONValue {
        .object([
            JSONMember("matches", .count(matches)), JSONMember("next", .count(next)),
            JSONMember("undecided", .count(undecided)),
        ])
    }

    /// Whether all of the range was read.
    package var isOver: Bool { next >= range.upperBound && survey?.isOver ?? true }

    /// How far it has come.
    ///
    /// - Parameter bytes: what was written for it.
    func progress(_ bytes: Int64) -> EvidenceProgress {
        EvidenceProgress(
            read: next - range.lowerBound, total: range.upperBound - range.lowerBound,
            bytes: bytes)
    }

    /// The first record that can be of an access at or after a moment: accesses are accepted before their records are
    /// written, and the times of writing never decrease.
    private static func start(
        _ from: UTCInstant, _ size: UInt64, _ snapshot: LogSnapshot
    ) throws(EvidenceFailure) -> UInt64 {
        var (low, high) = (0 as UInt64, size)
        while low < high {
            let middle = low + (high - low) / 2
            let leaf = try EvidenceFailure.reading { () throws(LogReadFailure) in
                try snapshot.leaf(at: LeafIndex(middle))
            }
            // What is no record says nothing, so everything is read.
            guard let written = record(leaf)?.logTime else { return 0 }
            if written.microseconds < from.microseconds - slack {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }

    /// Hands over the next few hundred leaves of the range, in order; or reads as many for what they need to be judged.
    package mutating func step(
        _ values: inout ValueReader,
        _ take: (Leaf, inout ValueReader) throws(EvidenceFailure) -> Void
    ) throws(EvidenceFailure) {
        guard survey?.isOver ?? true else { return try stepBefore() }
        let end = min(range.upperBound, next + Self.window)
        var leaves: [(LeafIndex, [UInt8])] = []
        do throws(LogReadFailure) {
            try snapshot.forEachLeaf(in: next..<end) { leaves.append(($0, $1)) }
        } catch {
            throw .reading(error)
        }
        for (index, bytes) in leaves {
            let record = Self.record(bytes)
            let isMatch =
                try record.map { record throws(EvidenceFailure) in
                    guard let survey else { return try matches([(index, record)], &values) }
                    guard survey.isNewest(index) else {
                        if let uid = record.uid { begun[uid] = index }
                        return false
                    }
                    return try matches(try access(record, at: index), &values)
                } ?? (query.expression == .everything)
            if isMatch { matches += 1 }
            try take(Leaf(index: index, bytes: bytes, record: record, isMatch: isMatch), &values)
        }
        next = end
    }

    /// Reads on for the survey.
    private mutating func stepBefore() throws(EvidenceFailure) {
        guard let start = survey?.next else { return }
        let end = min(range.upperBound, start + Self.window)
        do throws(LogReadFailure) {
            try snapshot.forEachLeaf(in: start..<end) { _, bytes in
                survey?.take(Self.record(bytes))
            }
        } catch {
            throw .reading(error)
        }
        if let survey, survey.isOver { begun = survey.begunThere }
    }

    /// The records of the access that ends with one, as far as they are in the range.
    private mutating func access(
        _ record: Record, at index: LeafIndex
    ) throws(EvidenceFailure) -> [(LeafIndex, Record)] {
        guard let uid = record.uid, let before = begun.removeValue(forKey: uid) else {
            return [(index, record)]
        }
        let snapshot = snapshot
        let leaf = try EvidenceFailure.reading { () throws(LogReadFailure) in
            try snapshot.leaf(at: before)
        }
        return [(index, record)] + (Self.record(leaf).map { [(before, $0)] } ?? [])
    }

    /// - Parameter records: all of what is asked for: one record, or those of an access.
    private mutating func matches(
        _ records: [(LeafIndex, Record)], _ values: inout ValueReader
    ) throws(EvidenceFailure) -> Bool {
        var verdict = query.expression.verdict(
            on: QueriedAccess(records.map { QueriedAccess.Part($0.1) }))
        if verdict == .undecided, values.isOpen {
            var parts: [QueriedAccess.Part] = []
            do throws(LogReadFailure) {
                for (index, record) in records {
                    let groups = try values.groups(of: record, at: index)
                    parts.append(.init(record, groups.mapValues { Self.queried($0) }))
                }
            } catch {
                throw .reading(error)
            }
            verdict = query.expression.verdict(on: QueriedAccess(parts))
        }
        if verdict == .undecided { undecided += 1 }
        return verdict == .hit
    }

    private static func queried(_ group: OpenedGroup) -> QueriedGroup {
        switch group {
        case .opened(let value): .opened(value)
        case .erased: .erased
        case .unreadable: .withheld
        }
    }

    private static func record(_ leaf: [UInt8]) -> Record? {
        switch Result(catching: { () throws(RecordFault) in try Record(leaf: leaf) }) {
        case .success(let record): record.isOurs ? record : nil
        case .failure: nil
        }
    }
}
