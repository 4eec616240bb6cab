// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AuditRecords
package import ByteCoding
package import Disclosures
internal import LogFormat
package import Merkle

/// The state of one group that a record commits to.
package enum DisclosedGroup: Hashable, Sendable {
    /// Opened, and matching the commitment.
    case matching(salt: Salt, value: JSONValue)
    /// There are no keys, or the value was not requested.
    case withheld
    /// The key was destroyed; by which record, if one says so.
    case erased(LeafIndex?)
    /// Not among the disclosures, or the key is missing.
    case missing
    /// Not matching the commitment.
    case mismatching
}

extension LogSnapshot {
    /// Opens what a record commits to, group by group. Reads the disclosures of the record's segment and the
    /// key files, so it is meant for single records.
    package func disclosures(
        of record: Record, at index: LeafIndex
    ) throws(LogReadFailure) -> [CommitGroup: DisclosedGroup] {
        let commitments = record.commitments
        guard !commitments.isEmpty else { return [:] }
        let file = try disclosures(of: SegmentNumber(of: index))
        let (blocks, _) = DisclosureBlock.scan(try file.contents() ?? [])
        guard let subjects = try subjectKeys().contents(),
            let periods = try periodKeys().contents()
        else { return commitments.mapValues { _ in .withheld } }
        let keys = KeyRing(
            subjects: KeyStoreImage(subjects), periods: KeyStoreImage(periods))
        var groups: [CommitGroup: DisclosedGroup] = [:]
        for (group, commitment) in commitments {
            let block = blocks.first {
                $0.group == group && $0.commitments.contains(commitment)
            }
            groups[group] =
                try block.map { block throws(LogReadFailure) in
                    try open(block, commitment, keys)
                } ?? .missing
        }
        return groups
    }

    private func open(
        _ block: DisclosureBlock, _ commitment: Hash256, _ keys: KeyRing
    ) throws(LogReadFailure) -> DisclosedGroup {
        switch keys.access(to: block) {
        case .missing: return .missing
        case .erased: return .erased(try erasures().record(of: block))
        case .open(let subject, let period):
            do throws(BlockFault) {
                let opened = try block.open(subject: subject, period: period)
                guard let found = opened.first(where: { $0.commitment == commitment }),
                    found.matchesCommitment
                else { return .mismatching }
                return .matching(salt: found.salt, value: try parse(found.value))
            } catch {
                return .mismatching
            }
        }
    }

    private func parse(_ value: [UInt8]) throws(BlockFault) -> JSONValue {
        do throws(JSONFault) {
            return try JSONParser.parse(value, as: .canonical, deepest: RecordLimits.depth)
        } catch {
            throw BlockFault(.badContent, at: error.offset)
        }
    }
}
