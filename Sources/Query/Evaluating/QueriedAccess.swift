// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AuditRecords
package import ByteCoding
package import Disclosures

/// What is known of one group of personal values that a record commits to.
package enum QueriedGroup: Hashable, Sendable {
    /// The group's object, as it was committed to.
    case opened(JSONValue)
    /// Sealed for this reader, or unreadable.
    case withheld
    /// The key was destroyed.
    case erased
}

/// An access as queries see it: its records, or one of them, with what was opened of their personal values.
///
/// Members are those of the newest record, which says how the access ended; personal values, indices and producers are
/// those of all its records, as an outcome that a later start wrote commits to nothing by itself.
package struct QueriedAccess: Sendable {
    /// One record, and the groups that it commits to; a group that is not named here is withheld.
    package struct Part: Sendable {
        package let record: Record
        package let groups: [CommitGroup: QueriedGroup]

        package init(_ record: Record, _ groups: [CommitGroup: QueriedGroup] = [:]) {
            self.record = record
            self.groups = groups
        }
    }

    /// The newest first.
    let parts: [Part]
    let groups: [CommitGroup: QueriedGroup]
    /// When the access was accepted, where that is known from elsewhere.
    let knownAcceptance: UTCInstant?

    /// One record by itself.
    package init(_ record: Record, _ groups: [CommitGroup: QueriedGroup] = [:]) {
        self.init([Part(record, groups)])
    }

    /// All records of one access, in any order; or some, and when the access was accepted.
    package init(_ parts: [Part], accepted: UTCInstant? = nil) {
        knownAcceptance = accepted
        self.parts = parts.sorted { Self.place($0) > Self.place($1) }
        var groups: [CommitGroup: QueriedGroup] = [:]
        for part in self.parts {
            for group in part.record.commitments.keys {
                let found = part.groups[group] ?? .withheld
                groups[group] = groups[group]?.better(found) ?? found
            }
        }
        self.groups = groups
    }

    /// What is known of a group; nil if no record commits to it.
    package func state(of group: CommitGroup) -> QueriedGroup? { groups[group] }

    private static func place(_ part: Part) -> Int64 {
        part.record.value[path: "written", "index"]?.integer ?? -1
    }
}

extension QueriedGroup {
    /// Of two states of one access the one that says more.
    fileprivate func better(_ other: QueriedGroup) -> QueriedGroup {
        switch (self, other) {
        case (.opened, _), (.erased, .withheld), (.erased, .erased), (.withheld, .withheld): self
        case (.erased, .opened), (.withheld, .opened), (.withheld, .erased): other
        }
    }
}
