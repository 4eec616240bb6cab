// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import Disclosures
package import Merkle

extension Record {
    /// The log's name: `written.origin`.
    package var origin: String? { value[path: "written", "origin"]?.string }

    package var index: LeafIndex? {
        value[path: "written", "index"]?.integer.flatMap { $0 < 0 ? nil : LeafIndex(UInt64($0)) }
    }

    /// Hash of the previous leaf.
    package var previous: Hash256? {
        value[path: "written", "prev"]?.string.flatMap { Base64.decode($0) }.flatMap { Hash256($0) }
    }

    /// When the record was sequenced: `written.time`.
    package var logTime: UTCInstant? {
        value[path: "written", "time"]?.string.flatMap { UTCInstant(rfc3339: $0) }
    }

    /// Which proxy wrote the record: `producer.uid`.
    package var producer: String? { value[path: "producer", "uid"]?.string }

    package var boot: UniqueID? {
        value[path: "producer", "boot"]?.string.flatMap { UniqueID($0) }
    }

    /// Number of the record among those of its boot, from 1.
    package var sequence: UInt64? {
        value[path: "written", "seq"]?.integer.flatMap { $0 < 1 ? nil : UInt64($0) }
    }

    /// The boot before this one, in records of `log.start`.
    package var previousBoot: PreviousBoot? {
        guard let boot = value[path: "previous", "boot"]?.string.flatMap({ UniqueID($0) }),
            let last = value[path: "previous", "last_seq"]?.integer, last >= 0
        else { return nil }
        return PreviousBoot(boot: boot, lastSequence: UInt64(last))
    }

    /// What the record commits to, group by group; groups of unknown name and malformed hashes are left out.
    package var commitments: [CommitGroup: Hash256] {
        var commitments: [CommitGroup: Hash256] = [:]
        for member in value["commit"]?.members ?? [] {
            guard let group = CommitGroup(rawValue: member.name),
                let bytes = member.value.string.flatMap({ Base64.decode($0) }),
                let hash = Hash256(bytes)
            else { continue }
            commitments[group] = hash
        }
        return commitments
    }
}
