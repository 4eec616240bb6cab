// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AuditRecords
package import ByteCoding
package import Disclosures
package import LogFormat
import Merkle

/// What the log holds of some people or months: counted without opening anything.
package struct PrivacyTally: Sendable {
    /// Records whose actor is one of the subjects, or of whose values any is sealed under their keys; and all records of
    /// the months.
    package private(set) var records = 0
    /// Sealed values, by group.
    package private(set) var values: [CommitGroup: Int] = [:]
    /// Sealed values, by month.
    package private(set) var months: [Period: Int] = [:]
    /// Records of the subjects' own accesses by the id of the API key or certificate that was shown, which no erasure reaches.
    package private(set) var credentials: [String: Int] = [:]
    /// Records of the subjects with a path or query that is sealed under another key than theirs, by month.
    package private(set) var paths: [Period: Int] = [:]
    package private(set) var first: UTCInstant?
    package private(set) var last: UTCInstant?
    /// Indices that were looked at.
    package let looked: Range<UInt64>

    package var total: Int { values.values.reduce(0, +) }

    package init(of scope: PrivacyScope, in snapshot: LogSnapshot) throws(LogReadFailure) {
        looked = 0..<snapshot.size.count
        var sealed: Set<Hash256> = []
        for segment in snapshot.segments {
            let file = try snapshot.disclosures(of: segment)
            for block in DisclosureBlock.scan(try file.contents() ?? []).blocks
            where scope.subjects.contains(block.subject)
                || scope.periods.contains(block.period)
            {
                values[block.group, default: 0] += block.commitments.count
                months[block.period, default: 0] += block.commitments.count
                // Records of a month are known by their time.
                if scope.subjects.contains(block.subject) {
                    sealed.formUnion(block.commitments)
                }
            }
        }
        let names = Set(scope.subjects.map(\.text))
        try snapshot.forEachLeaf(in: looked) { _, leaf in
            guard
                case .success(let record) = Result(catching: { () throws(RecordFault) in
                    try Record(leaf: leaf)
                }), let time = record.time
            else { return }
            guard
                record.actor.map(names.contains) ?? false
                    || scope.periods.contains(Period(of: time))
                    || record.commitments.values.contains(where: sealed.contains)
            else { return }
            records += 1
            leave(record, of: names, sealed, in: Period(of: time))
            first = min(first ?? time, time)
            last = max(last ?? time, time)
        }
    }

    /// Takes note of what an erasure does not reach.
    private mutating func leave(
        _ record: Record, of names: Set<String>, _ sealed: Set<Hash256>, in period: Period
    ) {
        let id =
            if let actor = record.actor, names.contains(actor) {
                record.value[path: "actor", "auth", "key"]?.string
            } else if let holder = record.claimed("uid"), names.contains(holder) {
                record.claimed("key")
            } else {
                nil as String?
            }
        if let id { credentials[id, default: 0] += 1 }
        if !names.isEmpty, let what = record.commitments[.what], !sealed.contains(what) {
            paths[period, default: 0] += 1
        }
    }

    /// `who 2, where 3`.
    package var groupText: String {
        CommitGroup.allCases.compactMap { group in
            values[group].map { "\(group.rawValue) \($0)" }
        }.joined(separator: ", ")
    }

    package var json: [JSONMember] {
        [
            JSONMember("records", .integer(Int64(records))),
            JSONMember("values", .integer(Int64(total))),
            JSONMember(
                "groups",
                .object(
                    CommitGroup.allCases.compactMap { group in
                        values[group].map { JSONMember(group.rawValue, .integer(Int64($0))) }
                    })),
            JSONMember("months", .array(months.keys.sorted().map { .string($0.text) })),
        ]
            + [("first", first), ("last", last)].compactMap { name, time in
                time.map { JSONMember(name, .string($0.rfc3339)) }
            }
    }
}

extension LogSnapshot {
    /// The segments of the log.
    package var segments: [SegmentNumber] {
        guard size.count > 0 else { return [] }
        return (0...SegmentNumber(of: LeafIndex(size.count - 1)).value).map { SegmentNumber($0) }
    }
}
