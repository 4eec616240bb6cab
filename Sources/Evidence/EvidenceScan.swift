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

    package init(_ order: EvidenceOrder, _ source: EvidenceSource) throws(EvidenceFailure) {
        snapshot = source.snapshot
        query = order.query
        let size = source.checkpoint.claim.size.count
        if let range = order.range {
            self.range = range.clamped(to: 0..<size)
        } else if let from = order.query.times.from {
            self.range = try Self.start(from, size, source.snapshot)..<size
        } else {
            range = 0..<size
        }
        next = self.range.lowerBound
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
    }

    /// What ``init(_:_:_:)`` needs.
    var state: JSONValue {
        .object([
            JSONMember("matches", .count(matches)), JSONMember("next", .count(next)),
            JSONMember("undecided", .count(undecided)),
        ])
    }

    /// Whether all of the range was read.
    package var isOver: Bool { next >= range.upperBound }

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

    /// Hands over the next few hundred leaves of the range, in order.
    package mutating func step(
        _ values: inout ValueReader,
        _ take: (Leaf, inout ValueReader) throws(EvidenceFailure) -> Void
    ) throws(EvidenceFailure) {
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
                    try matches(record, at: index, &values)
                } ?? (query.expression == .everything)
            if isMatch { matches += 1 }
            try take(Leaf(index: index, bytes: bytes, record: record, isMatch: isMatch), &values)
        }
        next = end
    }

    private mutating func matches(
        _ record: Record, at index: LeafIndex, _ values: inout ValueReader
    ) throws(EvidenceFailure) -> Bool {
        var verdict = query.expression.verdict(on: QueriedAccess(record))
        if verdict == .undecided, values.isOpen {
            let groups: [CommitGroup: OpenedGroup]
            do throws(LogReadFailure) {
                groups = try values.groups(of: record, at: index)
            } catch {
                throw .reading(error)
            }
            verdict = query.expression.verdict(
                on: QueriedAccess(record, groups.mapValues { Self.queried($0) }))
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
