// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AuditRecords
package import ByteCoding
import Disclosures

extension Record {
    /// Whether a leaf commits to personal values.
    package static func hasValues(_ leaf: [UInt8]) -> Bool {
        switch Result(catching: { () throws(RecordFault) in try Record(leaf: leaf) }) {
        case .success(let record): !record.commitments.isEmpty
        case .failure: false
        }
    }
}

/// The personal values of one record, as far as they were opened.
package struct RecordValues: Sendable {
    /// None: sealed, erased, or never there.
    package static let none = RecordValues(members: [])

    package let members: [JSONMember]

    package init(members: [JSONMember]) { self.members = members }

    /// One value, such as `actor.name`.
    package subscript(_ name: String) -> String? {
        members.first { $0.name == name }?.value.string
    }

    /// The actor's name, according to whatever vouched for them.
    package var name: String? { self["actor.name"] ?? self["actor.subject"] ?? self["actor.email"] }

    /// The name that a refused credential gives its holder.
    package var claimedName: String? { self["actor.claimed.name"] ?? self["actor.claimed.subject"] }

    /// All names of the actor, or of whom a refused credential names.
    package var names: [String] {
        [
            "actor.name", "actor.subject", "actor.email", "actor.claimed.name",
            "actor.claimed.subject",
        ].compactMap { self[$0] }
    }

    /// Why somebody read the log, where they said so in words of their own.
    package var purpose: String? { self["query.purpose"] }

    package var path: String? { self["http.path"] }
    package var address: String? { self["src.ip"] }

    /// That of the client and that of the connection.
    package var addresses: [String] { ["src.ip", "src.peer_ip"].compactMap { self[$0] } }

    /// For programs; nil if there are none.
    package var json: JSONValue? { members.isEmpty ? nil : .object(members) }
}
