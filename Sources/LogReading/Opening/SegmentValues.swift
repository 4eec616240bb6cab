// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import Disclosures
internal import LogFormat
package import Merkle

/// The sealed values of one segment, opened block by block on request.
///
/// Keeps the places of commitments and the blocks that were opened last, so that memory is bounded, however long the
/// log and however much was sealed.
package struct SegmentValues {
    private let file: OverlaidFile
    /// Of all of the segment; read once something is looked for that no stretch has.
    private(set) var places: CommitmentPlaces
    private var isWhole = false
    /// Stretches of the file, by where they begin.
    private var stretches: [Int: SealedBlocks] = [:]
    private var stretchBytes = 0
    /// What is said of where a stretch is may be wrong, and busy logs have many records in one block.
    private static let mostStretchBytes = 4 << 20
    private static let mostBytes = 16 << 20
    private let keys: KeyRing
    private var sealing = SealingKeys()
    /// Recently opened blocks by where they begin; neighbouring records share them.
    private var known: [Int: Known] = [:]
    private static let mostKnown = 64

    private struct Known {
        let block: DisclosureBlock
        /// Nil if it cannot be opened.
        let content: OpenedBlock?
    }

    private struct Values {
        let salt: Salt
        let object: JSONValue
    }

    /// - Returns: nil if the log has no keys: then everything stays sealed.
    package init?(_ snapshot: LogSnapshot, segment: UInt64) throws(LogReadFailure) {
        guard let keys = try KeyRing(snapshot) else { return nil }
        try self.init(snapshot, segment: segment, keys, CommitmentPlaces())
    }

    /// - Parameter places: those of the same segment that are known already.
    init(
        _ snapshot: LogSnapshot, segment: UInt64, _ keys: KeyRing, _ places: CommitmentPlaces
    ) throws(LogReadFailure) {
        self.keys = keys
        file = try snapshot.disclosures(of: SegmentNumber(segment)).keptOpen()
        self.places = places
    }

    /// The values of a record's commitments, merged, without any that cannot be opened or do not
    /// match: judging those is the verifier's task.
    package mutating func values(
        of commitments: some Sequence<Hash256>, near stretch: Range<Int>? = nil
    ) throws(LogReadFailure) -> [JSONMember] {
        var members: [JSONMember] = []
        for commitment in commitments {
            let known = try block(of: commitment, near: stretch)
            members += values(of: commitment, known)?.object.members ?? []
        }
        return members
    }

    private func values(of commitment: Hash256, _ known: Known?) -> Values? {
        guard let disclosure = known?.content?.disclosure(of: commitment),
            disclosure.matchesCommitment
        else { return nil }
        do throws(JSONFault) {
            return Values(
                salt: disclosure.salt,
                object: try JSONParser.parse(
                    disclosure.value, as: .canonical, deepest: RecordLimits.depth))
        } catch {
            // What was committed to, and is no value, shows nothing.
            return nil
        }
    }

    /// The block that a commitment is in; nil if there is none.
    private mutating func block(
        of commitment: Hash256, near stretch: Range<Int>?
    ) throws(LogReadFailure) -> Known? {
        if let stretch, let found = try block(of: commitment, in: stretch) { return found }
        if !isWhole {
            try places.extend(to: file)
            isWhole = true
        }
        return try block(of: commitment, among: places.blocks(of: commitment))
    }

    private mutating func block(
        of commitment: Hash256, in stretch: Range<Int>
    ) throws(LogReadFailure) -> Known? {
        let blocks: SealedBlocks
        if let known = stretches[stretch.lowerBound], known.reaches(stretch.upperBound) {
            blocks = known
        } else {
            let there = stretch.clamped(to: 0..<max(0, file.readableLength))
            guard there.count <= Self.mostStretchBytes, let bytes = try file.bytes(there) else {
                return nil
            }
            blocks = SealedBlocks(bytes, at: there.lowerBound)
            if stretchBytes + blocks.byteCount > Self.mostBytes {
                stretches.removeAll(keepingCapacity: true)
                stretchBytes = 0
            }
            stretchBytes += blocks.byteCount - (stretches[stretch.lowerBound]?.byteCount ?? 0)
            stretches[stretch.lowerBound] = blocks
        }
        guard let start = blocks.start(of: commitment) else { return nil }
        if let found = known[start] { return found }
        do throws(BlockFault) {
            guard let block = try blocks.block(at: start) else { return nil }
            let found = opened(block)
            keep(found, at: start)
            return found
        } catch {
            // No block: what it held is unreadable.
            return nil
        }
    }

    private mutating func block(
        of commitment: Hash256, among ranges: [Range<Int>]
    ) throws(LogReadFailure) -> Known? {
        for range in ranges {
            let found: Known
            if let known = known[range.lowerBound] {
                found = known
            } else {
                guard let block = try readBlock(range) else { continue }
                found = block
                keep(found, at: range.lowerBound)
            }
            if found.block.commitments.contains(commitment) { return found }
        }
        return nil
    }

    private mutating func keep(_ block: Known, at start: Int) {
        if known.count >= Self.mostKnown { known.removeAll(keepingCapacity: true) }
        known[start] = block
    }

    private mutating func readBlock(_ range: Range<Int>) throws(LogReadFailure) -> Known? {
        guard let bytes = try file.bytes(range) else { return nil }
        do throws(BlockFault) {
            return try DisclosureBlock.read(bytes, at: 0).map { opened($0) }
        } catch {
            // No block: what it held is unreadable.
            return nil
        }
    }

    private mutating func opened(_ block: DisclosureBlock) -> Known {
        guard case .open(let subject, let period) = keys.access(to: block) else {
            return Known(block: block, content: nil)
        }
        do throws(BlockFault) {
            return Known(
                block: block,
                content: try block.opened(subject: subject, period: period, with: &sealing))
        } catch {
            // A block that changed shows nothing from before the change either.
            return Known(block: block, content: nil)
        }
    }

    /// Whose key seals the values that one commitment stands for.
    package mutating func owner(
        of commitment: Hash256, near stretch: Range<Int>? = nil
    ) throws(LogReadFailure) -> SubjectID? {
        try block(of: commitment, near: stretch)?.block.subject
    }

    /// What is known of the values that one commitment stands for.
    package mutating func group(
        of commitment: Hash256, near stretch: Range<Int>? = nil
    ) throws(LogReadFailure) -> OpenedGroup {
        guard let known = try block(of: commitment, near: stretch) else { return .unreadable }
        if case .erased = keys.access(to: known.block) { return .erased }
        guard let members = values(of: commitment, known)?.object.members, !members.isEmpty
        else { return .unreadable }
        return .opened(.object(members))
    }

    /// The same with what proves it to others: the salt, or whose key was destroyed.
    package mutating func evidence(
        of commitment: Hash256, near stretch: Range<Int>? = nil
    ) throws(LogReadFailure) -> GroupEvidence {
        guard let known = try block(of: commitment, near: stretch) else { return .unreadable }
        if case .erased = keys.access(to: known.block) { return .erased(known.block) }
        guard let values = values(of: commitment, known) else { return .unreadable }
        return .opened(values.salt, values.object)
    }
}

extension KeyRing {
    /// The keys of a log; nil if they are not there.
    init?(_ snapshot: LogSnapshot) throws(LogReadFailure) {
        guard let subjects = try snapshot.subjectKeys().contents(),
            let periods = try snapshot.periodKeys().contents()
        else { return nil }
        self.init(subjects: KeyStoreImage(subjects), periods: KeyStoreImage(periods))
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
