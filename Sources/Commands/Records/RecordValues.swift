// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding

extension Record {
    /// Whether a leaf commits to personal values.
    static func hasValues(_ leaf: [UInt8]) -> Bool {
        switch Result(catching: { () throws(RecordFault) in try Record(leaf: leaf) }) {
        case .success(let record): !record.commitments.isEmpty
        case .failure: false
        }
    }
}

/// The personal values of one record, as far as they were opened.
struct RecordValues: Sendable {
    /// None: sealed, erased, or never there.
    static let none = RecordValues(members: [])

    let members: [JSONMember]

    /// One value, such as `actor.name`.
    subscript(_ name: String) -> String? {
        members.first { $0.name == name }?.value.string
    }

    /// What the actor is called, by whatever vouched for them.
    var name: String? { self["actor.name"] ?? self["actor.subject"] ?? self["actor.email"] }

    /// What the credential that was refused calls its holder.
    var claimedName: String? { self["actor.claimed.name"] ?? self["actor.claimed.subject"] }

    /// All that one may call the actor, or whom a refused credential names.
    var names: [String] {
        [
            "actor.name", "actor.subject", "actor.email", "actor.claimed.name",
            "actor.claimed.subject",
        ].compactMap { self[$0] }
    }

    var path: String? { self["http.path"] }
    var address: String? { self["src.ip"] }

    /// For programs; nil where there are none.
    var json: JSONValue? { members.isEmpty ? nil : .object(members) }
}
