// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import LogReading
import Merkle
import SignedNotes

/// Finds records by reading the log backwards, newest first.
///
/// Memory is bounded by a window of the log and by what is found, not by the length of the log. A catalog will replace
/// this reading of everything.
struct RecordScan {
    /// A leaf that was found.
    struct Hit {
        let index: LeafIndex
        let leaf: [UInt8]
    }

    /// Leaves that are looked at together.
    static let window: UInt64 = 4096

    let snapshot: LogSnapshot
    let filter: RecordFilter
    let limit: Int

    /// What is found, newest first, which indices were looked at, and how many of these are no record that this version can
    /// read.
    ///
    /// - Parameter values: opens what the filter asks about.
    func run(
        _ values: inout ValueReader
    ) throws(LogReadFailure) -> (hits: [Hit], looked: Range<UInt64>, unread: Int) {
        var hits: [Hit] = []
        var unread = 0
        var end = snapshot.size.count
        var isOver = false
        while end > 0, hits.count < limit, !isOver {
            let start = (end - 1) / Self.window * Self.window
            var found: [(hit: Hit, record: Record)] = []
            try snapshot.forEachLeaf(in: start..<end) { index, leaf in
                // What is not a record has no members to match; `verify` reports it.
                guard
                    case .success(let record) = Result(catching: { () throws(RecordFault) in
                        try Record(leaf: leaf)
                    })
                else {
                    unread += 1
                    return
                }
                if filter.isPast(record) {
                    isOver = true
                } else if filter.mayAdmit(record) {
                    found.append((Hit(index: index, leaf: leaf), record))
                }
            }
            for (hit, record) in found.reversed() where hits.count < limit {
                if filter.admits(record, try values.values(of: record, at: hit.index)) {
                    hits.append(hit)
                }
            }
            end = start
        }
        return (hits, end..<snapshot.size.count, unread)
    }
}

extension RecordFilter {
    /// Whether a record may be meant, as far as that can be said without its personal values.
    fileprivate func mayAdmit(_ record: Record) -> Bool {
        var open = self
        open.actor = nil
        open.path = nil
        return open.admits(record, .none)
    }
}
