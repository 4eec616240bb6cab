// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import Disclosures
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
    private var opened: [Int: [Hash256: Values]] = [:]
    private static let mostOpened = 64

    private struct Values {
        let salt: Salt
        let object: JSONValue
    }

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
        commitments.flatMap { found($0)?.object.members ?? [] }
    }

    private mutating func found(_ commitment: Hash256) -> Values? {
        guard let number = places[commitment] else { return nil }
        if opened[number] == nil {
            if opened.count >= Self.mostOpened { opened.removeAll(keepingCapacity: true) }
            opened[number] = open(blocks[number])
        }
        return opened[number]?[commitment]
    }

    /// Whose key seals the values that one commitment stands for.
    package func owner(of commitment: Hash256) -> SubjectID? {
        places[commitment].map { blocks[$0].subject }
    }

    /// What is known of the values that one commitment stands for.
    package mutating func group(of commitment: Hash256) -> OpenedGroup {
        guard let number = places[commitment] else { return .unreadable }
        if case .erased = keys.access(to: blocks[number]) { return .erased }
        let members = values(of: CollectionOfOne(commitment))
        return members.isEmpty ? .unreadable : .opened(.object(members))
    }

    /// The same with what proves it to others: the salt, or whose key was destroyed.
    package mutating func evidence(of commitment: Hash256) -> GroupEvidence {
        guard let number = places[commitment] else { return .unreadable }
        let block = blocks[number]
        if case .erased = keys.access(to: block) { return .erased(block) }
        guard let values = found(commitment) else { return .unreadable }
        return .opened(values.salt, values.object)
    }

    private func open(_ block: DisclosureBlock) -> [Hash256: Values] {
        guard case .open(let subject, let period) = keys.access(to: block) else { return [:] }
        var values: [Hash256: Values] = [:]
        do {
            for disclosure in try block.open(subject: subject, period: period)
            where disclosure.matchesCommitment {
                values[disclosure.commitment] = Values(
                    salt: disclosure.salt,
                    object: try JSONParser.parse(
                        disclosure.value, as: .canonical, deepest: RecordLimits.depth))
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

/// What a reader can show others of one group of values.
package enum GroupEvidence: Sendable {
    /// The group's object, and the salt that it was committed to with.
    case opened(Salt, JSONValue)
    /// A key of this block was destroyed.
    case erased(DisclosureBlock)
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
