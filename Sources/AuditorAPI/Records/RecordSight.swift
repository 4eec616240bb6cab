// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Disclosures
import LogReading
import Merkle

/// Records as programs get them, with what one reader may see of each.
struct RecordSight {
    private let disclosed: Set<CommitGroup>
    private let showsSalts: Bool
    private var authentic: AuthenticLeaves
    private var values: ValueReader
    private let findErasures: (LogSnapshot) throws -> KnownErasures
    private let snapshot: LogSnapshot
    private var erasures: KnownErasures?

    /// - Parameters:
    ///   - disclosed: groups that are shown.
    ///   - showsSalts: whether what is shown comes with what proves it, too.
    ///   - erasures: finds what was erased by which record; asked once, where something is.
    init(
        _ snapshot: LogSnapshot, _ disclosed: Set<CommitGroup>, showsSalts: Bool = false,
        erasures: @escaping (LogSnapshot) throws -> KnownErasures
    ) {
        self.disclosed = disclosed
        self.showsSalts = showsSalts
        self.snapshot = snapshot
        findErasures = erasures
        authentic = AuthenticLeaves(snapshot)
        values =
            disclosed.isEmpty ? ValueReader(sealing: snapshot) : ValueReader(opening: snapshot)
    }

    /// `index`, `record`, `values`, `opened` and `groups` of a leaf; `changed` alone where it is not what was signed.
    mutating func members(of leaf: [UInt8], at index: LeafIndex) throws -> [JSONMember] {
        guard try authentic.contain(leaf, at: index) else {
            return RecordItem(index: index, record: nil, values: .none).members
                + [JSONMember("changed", .bool(true))]
        }
        let record: Record
        switch Result(catching: { () throws(RecordFault) in try Record(leaf: leaf) }) {
        case .success(let read): record = read
        // Of a later version, or none of ours: its bytes are what there is.
        case .failure: return RecordItem(index: index, record: nil, values: .none).members
        }
        let groups = try values.evidence(of: record, at: index)
        var opened: [JSONMember] = []
        var (states, proofs): ([JSONMember], [JSONValue]) = ([], [])
        for group in record.commitments.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            let isShown = disclosed.contains(group)
            if isShown, case .opened(let salt, let value) = groups[group] {
                opened += value.members ?? []
                proofs.append(Self.proof(of: group, salt, value))
            }
            states.append(
                JSONMember(
                    group.rawValue,
                    isShown ? try state(groups[group] ?? .unreadable) : .string("withheld")))
        }
        return RecordItem(index: index, record: record, values: RecordValues(members: opened))
            .members + [JSONMember("groups", .object(states))]
            + (showsSalts && !proofs.isEmpty ? [JSONMember("opened", .array(proofs))] : [])
    }

    /// What the record's commitment to a group can be computed from again, byte for byte.
    private static func proof(
        of group: CommitGroup, _ salt: Salt, _ value: JSONValue
    ) -> JSONValue {
        .object([
            JSONMember("group", .string(group.rawValue)),
            JSONMember("salt", .string(Base64.encode(salt.bytes))),
            JSONMember("value", .string(Base64.encode(CanonicalJSON.encode(value)))),
        ])
    }

    private mutating func state(_ evidence: GroupEvidence) throws -> JSONValue {
        switch evidence {
        case .opened: return .string("opened")
        case .unreadable: return .string("unreadable")
        case .erased(let block):
            let known = try erasures ?? findErasures(snapshot)
            erasures = known
            guard let index = known.erasures.record(of: block) else {
                return .object([JSONMember("erased", .null)])
            }
            return .object([
                JSONMember("erased", .integer(Int64(clamping: index.value))),
                JSONMember("at", known.times[index].map { .string($0.rfc3339) } ?? .null),
            ])
        }
    }
}

/// What was erased, by which record, and when.
struct KnownErasures {
    var erasures = Erasures()
    var times: [LeafIndex: UTCInstant] = [:]

    mutating func take(_ leaf: [UInt8], at index: LeafIndex) {
        guard
            case .success(let record) = Result(catching: { () throws(RecordFault) in
                try Record(leaf: leaf)
            })
        else { return }
        erasures.take(record, at: index)
        times[index] = record.time
    }
}
