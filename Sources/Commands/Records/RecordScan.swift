// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Disclosures
import LogReading
import Merkle
import Query
import Search

/// Finds records by reading the log backwards, newest first.
///
/// What there is without a catalog. Memory is bounded by a window of the log, not by the length of the log, but for the
/// ids of accesses.
struct RecordScan {
    /// A leaf that was found.
    struct Hit {
        let index: LeafIndex
        let leaf: [UInt8]
        let record: Record
        let access: QueriedAccess
    }

    /// What came of it, besides the hits.
    struct Outcome {
        /// Indices that were looked at.
        var looked: Range<UInt64>
        var hits = 0
        /// How many are no record that this version can read.
        var unread = 0
        /// How many depend on values that are sealed or erased.
        var undecided = 0
        /// What stood in the way where nothing was found.
        var misses: NearMisses
    }

    /// Leaves that are looked at together.
    static let window: UInt64 = 4096

    /// How far a clock may have been set back between an access and its record. An access is accepted before its record
    /// is written, and the times of writing never decrease: so reading ends where they are so much too early.
    private static let slack: Int64 = 3_600_000_000

    let snapshot: LogSnapshot
    let query: RecordQuery
    /// Most records that are wanted; nil for all.
    let limit: Int?
    /// Whether each access is looked at once, as its newest record says.
    var unit = SearchUnit.record

    /// Hands over what is found, newest first.
    ///
    /// - Parameter values: opens what the query depends on.
    func run(
        _ values: inout ValueReader, _ found: (Hit, inout ValueReader) throws -> Void
    ) throws -> Outcome {
        var end = snapshot.size.count
        var outcome = Outcome(looked: end..<end, misses: NearMisses(of: query))
        var isOver = false
        // Of accesses, those whose newest record was looked at.
        var seen: Set<UniqueID> = []
        while end > 0, outcome.hits < limit ?? Int.max, !isOver {
            let start = (end - 1) / Self.window * Self.window
            var candidates: [Hit] = []
            var leaves: [(LeafIndex, [UInt8])] = []
            try snapshot.forEachLeaf(in: start..<end) { leaves.append(($0, $1)) }
            for (index, leaf) in leaves.reversed() {
                // What is not a record has no members to match; `verify` reports it.
                guard
                    case .success(let record) = Result(catching: { () throws(RecordFault) in
                        try Record(leaf: leaf)
                    })
                else {
                    outcome.unread += 1
                    continue
                }
                if Self.isPast(record, query) {
                    isOver = true
                    continue
                }
                if unit == .access, let uid = record.uid, !seen.insert(uid).inserted { continue }
                let sealed = QueriedAccess(record)
                if query.expression.verdict(on: sealed) != .miss {
                    candidates.append(
                        Hit(index: index, leaf: leaf, record: record, access: sealed))
                } else if outcome.hits == 0 {
                    outcome.misses.take(sealed)
                }
            }
            for candidate in candidates where outcome.hits < limit ?? Int.max {
                let hit = try opened(candidate, &values)
                switch query.expression.verdict(on: hit.access) {
                case .hit:
                    outcome.hits += 1
                    try found(hit, &values)
                case .undecided: outcome.undecided += 1
                case .miss: if outcome.hits == 0 { outcome.misses.take(hit.access) }
                }
            }
            end = start
        }
        outcome.looked = end..<snapshot.size.count
        return outcome
    }

    /// A candidate with its values opened, if the query depends on them.
    private func opened(
        _ candidate: Hit, _ values: inout ValueReader
    ) throws(LogReadFailure) -> Hit {
        guard values.isOpen, query.expression.verdict(on: candidate.access) == .undecided else {
            return candidate
        }
        return Hit(
            index: candidate.index, leaf: candidate.leaf, record: candidate.record,
            access: try QueriedAccess(candidate.record, at: candidate.index, &values))
    }

    /// Whether neither this record nor an older one can be of the times that are asked for.
    static func isPast(_ record: Record, _ query: RecordQuery) -> Bool {
        guard let from = query.times.from, let written = record.logTime else { return false }
        return written.microseconds < from.microseconds - Self.slack
    }
}

extension QueriedAccess {
    /// A record with what a reader can open of it.
    init(
        _ record: Record, at index: LeafIndex, _ values: inout ValueReader
    ) throws(LogReadFailure) {
        self.init(record, try values.groups(of: record, at: index).mapValues { .init($0) })
    }
}

extension QueryExpression {
    /// What the query says of a record, whose values are opened only if it depends on them.
    func verdict(
        on record: Record, at index: LeafIndex, _ values: inout ValueReader
    ) throws(LogReadFailure) -> QueryVerdict {
        let verdict = verdict(on: QueriedAccess(record))
        guard verdict == .undecided, values.isOpen else { return verdict }
        return self.verdict(on: try QueriedAccess(record, at: index, &values))
    }
}
