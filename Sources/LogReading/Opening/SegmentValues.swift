// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
internal import Disclosures
internal import LogFormat
package import Merkle

/// The sealed values of one segment, opened block by block on request.
///
/// Keeps the segment's disclosures as they are on disk and the place of each commitment, so that memory is bounded by
/// a segment, however long the log is.
package struct SegmentValues {
    private let blocks: [DisclosureBlock]
    /// In which block a commitment is.
    private let places: [Hash256: Int]
    private let keys: KeyRing
    /// Recently opened blocks; neighbouring records share them.
    private var opened: [Int: [Hash256: JSONValue]] = [:]
    private static let mostOpened = 64

    /// - Returns: nil if the log has no keys: then everything stays sealed.
    package init?(_ snapshot: LogSnapshot, segment: UInt64) throws(LogReadFailure) {
        guard let subjects = try snapshot.subjectKeys().contents(),
            let periods = try snapshot.periodKeys().contents()
        else { return nil }
        keys = KeyRing(subjects: KeyStoreImage(subjects), periods: KeyStoreImage(periods))
        let file = try snapshot.disclosures(of: SegmentNumber(segment))
        blocks = DisclosureBlock.scan(try file.contents() ?? []).blocks
        var places: [Hash256: Int] = [:]
        for (number, block) in blocks.enumerated() {
            for commitment in block.commitments { places[commitment] = number }
        }
        self.places = places
    }

    /// The values of a record's commitments, merged, without any that cannot be opened or do not
    /// match: judging those is the verifier's task.
    package mutating func values(of commitments: some Sequence<Hash256>) -> [JSONMember] {
        commitments.flatMap { commitment -> [JSONMember] in
            guard let number = places[commitment] else { return [] }
            if opened[number] == nil {
                if opened.count >= Self.mostOpened { opened.removeAll(keepingCapacity: true) }
                opened[number] = open(blocks[number])
            }
            return opened[number]?[commitment]?.members ?? []
        }
    }

    /// What is known of the values that one commitment stands for.
    package mutating func group(of commitment: Hash256) -> OpenedGroup {
        guard let number = places[commitment] else { return .unreadable }
        if case .erased = keys.access(to: blocks[number]) { return .erased }
        let members = values(of: CollectionOfOne(commitment))
        return members.isEmpty ? .unreadable : .opened(.object(members))
    }

    private func open(_ block: DisclosureBlock) -> [Hash256: JSONValue] {
        guard case .open(let subject, let period) = keys.access(to: block) else { return [:] }
        var values: [Hash256: JSONValue] = [:]
        do {
            for disclosure in try block.open(subject: subject, period: period)
            where disclosure.matchesCommitment {
                values[disclosure.commitment] = try JSONParser.parse(
                    disclosure.value, as: .canonical, deepest: RecordLimits.depth)
            }
        } catch {
            // A block that changed shows nothing from before the change either.
            return [:]
        }
        return values
    }
}

/// What a reader knows of one group of values.
package enum OpenedGroup: Hashable, Sendable {
    /// The group's object; it matches its commitment.
    case opened(JSONValue)
    /// Its key was destroyed.
    case erased
    /// Not among the disclosures, without a key, or changed.
    case unreadable
}

extension LogSnapshot {
    /// Whether the keys of sealed values are there and readable.
    package func hasKeys() throws(LogReadFailure) -> Bool {
        guard try subjectKeys().contents() != nil else { return false }
        return try periodKeys().contents() != nil
    }
}
