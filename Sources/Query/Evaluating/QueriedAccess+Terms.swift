// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Disclosures

extension QueriedAccess {
    /// What a term says of the access: a hit if any value of its field is meant.
    func verdict(on term: QueryTerm) -> QueryVerdict {
        let row = term.field.row
        switch row.source {
        case .groups: return QueryVerdict(groups.keys.contains { term.value.holds(for: $0) })
        case .erasures: return erasure(term.value)
        case .accepted: return QueryVerdict(acceptedAt.map { term.value.holds(for: $0) } ?? false)
        case .newest(let members):
            if let newest = parts.first, term.value.holds(in: newest.record, members) {
                return .hit
            }
        case .first(let members):
            if let newest = parts.first,
                let member = members.first(where: { !newest.record.values(at: $0).isEmpty })
            {
                return QueryVerdict(term.value.holds(in: newest.record, [member]))
            }
        case .every(let members):
            if parts.contains(where: { term.value.holds(in: $0.record, members) }) { return .hit }
        }
        guard term.personalGroup != nil, let personal = row.personal else { return .miss }
        return self.personal(term.value, personal)
    }

    private func personal(
        _ value: QueryValue, _ personal: QueryFieldRow.Personal
    ) -> QueryVerdict {
        switch groups[personal.group] {
        case nil: .miss
        case .withheld, .erased: .undecided
        case .opened(let object):
            QueryVerdict(
                personal.values(in: object).contains { value.holds(for: $0, personal.likeness) })
        }
    }

    /// Of a group that is withheld nobody knows whether it can still be opened.
    private func erasure(_ value: QueryValue) -> QueryVerdict {
        let meant = groups.filter { value.holds(for: $0.key) }.values
        if meant.contains(.erased) { return .hit }
        return meant.contains(.withheld) ? .undecided : .miss
    }

    /// The earliest `time` of the records.
    var acceptedAt: Int64? {
        knownAcceptance?.microseconds ?? parts.compactMap { $0.record.time?.microseconds }.min()
    }
}

extension Record {
    /// The values of a member, through all items of arrays.
    func values(at member: QueryFieldRow.Member) -> [JSONValue] {
        member.path.reduce([value]) { values, name in
            values.flatMap { $0[name]?.items ?? [] }
        }
    }
}

extension JSONValue {
    /// The items of an array; any other value by itself.
    var items: [JSONValue] { array ?? [self] }
}

extension QueryValue {
    fileprivate func holds(in record: Record, _ members: [QueryFieldRow.Member]) -> Bool {
        members.contains { member in
            record.values(at: member).contains { holds(for: $0, member.likeness) }
        }
    }

    /// Whether a group of personal values is meant.
    fileprivate func holds(for group: CommitGroup) -> Bool {
        holds(for: .string(group.rawValue), .bytes)
    }

    /// Whether a number is meant.
    fileprivate func holds(for number: Int64) -> Bool {
        holds(for: .integer(number), .bytes)
    }

    /// Whether a value is meant, or one of its items.
    fileprivate func holds(for value: JSONValue, _ likeness: QueryLikeness) -> Bool {
        switch value {
        case .array(let items): items.contains { holds(for: $0, likeness) }
        case .string(let text): holds(for: text, likeness)
        case .integer(let number):
            switch self {
            case .any: true
            case .range(let range): range.contains(number)
            case .text, .prefix, .part, .network: false
            }
        case .bool, .number, .object: self == .any
        case .null: false
        }
    }

    private func holds(for text: String, _ likeness: QueryLikeness) -> Bool {
        switch self {
        case .any: true
        case .range: false
        case .network(let block): IPAddress(text).map { block.contains($0) } ?? false
        case .text(let wanted): likeness.key(of: text) == likeness.key(of: wanted)
        case .prefix(let wanted):
            likeness.key(of: text).starts(with: likeness.key(ofBeginning: wanted))
        case .part(let wanted): Self.holds(likeness.key(of: wanted), in: likeness.key(of: text))
        }
    }

    private static func holds(_ part: [UInt8], in text: [UInt8]) -> Bool {
        guard part.count <= text.count else { return false }
        return (0...text.count - part.count).contains { start in
            text[start..<start + part.count].elementsEqual(part)
        }
    }
}
