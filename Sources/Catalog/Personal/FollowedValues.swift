// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import Disclosures
internal import LogFormat
internal import LogReading
internal import Merkle

/// The personal values that records commit to, opened as the log grows and kept as tokens.
///
/// Reads of a segment's disclosures only what is new. Texts are gone as soon as there are tokens of them.
package struct FollowedValues {
    private let tokenizer: PersonalTokenizer
    private var segment: SegmentNumber?
    /// How much of the segment's disclosures was read.
    private var readBytes = 0
    /// What is known of each commitment of the segment.
    private var found: [Hash256: Found] = [:]
    /// The keys, and the files they were read from: most steps find these unchanged.
    private var known: (subjects: [UInt8], periods: [UInt8], keys: KeyRing)?

    private struct Found {
        /// Nil if its block cannot be opened.
        var tokens: PersonalTokens?
        /// Where its block is in the segment's disclosures.
        var start: Int
        var end: Int
    }

    package init(_ tokenizer: PersonalTokenizer) { self.tokenizer = tokenizer }

    /// Opens what was sealed with records of a range, which lies in one segment.
    mutating func read(
        of range: Range<UInt64>, _ snapshot: LogSnapshot
    ) throws(LogReadFailure) {
        let number = SegmentNumber(of: LeafIndex(range.lowerBound))
        if segment != number {
            segment = number
            readBytes = 0
            found.removeAll(keepingCapacity: true)
        }
        let file = try snapshot.disclosures(of: number)
        guard file.length > readBytes, let bytes = try file.bytes(readBytes..<file.length) else {
            return
        }
        let blocks = DisclosureBlock.scan(bytes).blocks
        guard let last = blocks.last else { return }
        let base = readBytes
        readBytes += last.range.upperBound
        for block in blocks {
            let (start, end) = (base + block.range.lowerBound, base + block.range.upperBound)
            for commitment in block.commitments {
                found[commitment] = Found(tokens: nil, start: start, end: end)
            }
        }
        guard let subjects = try snapshot.subjectKeys().contents(),
            let periods = try snapshot.periodKeys().contents()
        else { return }
        let keys = keys(subjects, periods)
        // A new month has a new key.
        if blocks.contains(where: { !tokenizer.has($0.period) }) { try tokenizer.refresh(snapshot) }
        for block in blocks { open(block, keys) }
    }

    private mutating func keys(_ subjects: [UInt8], _ periods: [UInt8]) -> KeyRing {
        if let known, known.subjects == subjects, known.periods == periods { return known.keys }
        let keys = KeyRing(subjects: KeyStoreImage(subjects), periods: KeyStoreImage(periods))
        known = (subjects, periods, keys)
        return keys
    }

    private mutating func open(_ block: DisclosureBlock, _ keys: KeyRing) {
        guard case .open(let subject, let period) = keys.access(to: block) else { return }
        do {
            for disclosure in try block.open(subject: subject, period: period) {
                let value = try JSONParser.parse(
                    disclosure.value, as: .canonical, deepest: RecordLimits.depth)
                let values = RecordValues(members: value.members ?? [])
                var tokens = tokenizer.tokens(
                    names: values.names, addresses: values.addresses, path: values.path,
                    agent: values["user_agent"], in: block.period)
                let seal = PersonalTokens.Seal(subject: block.subject, period: block.period)
                (tokens.whoSeal, tokens.whereSeal, tokens.whatSeal) = (seal, seal, seal)
                found[disclosure.commitment]?.tokens = tokens
            }
        } catch {
            // What cannot be opened stays withheld; verification says what is wrong with it.
        }
    }

    /// The tokens of a record by what it commits to.
    func tokens(who: Hash256?, place: Hash256?, what: Hash256?) -> PersonalTokens {
        var all = PersonalTokens()
        if let who {
            let known = found[who]?.tokens
            (all.names, all.whoSeal) = (known?.names ?? .withheld, known?.whoSeal)
        }
        if let place {
            let known = found[place]?.tokens
            (all.address, all.whereSeal) = (known?.address ?? .withheld, known?.whereSeal)
            all.agent = known?.agent ?? .withheld
        }
        if let what {
            let known = found[what]?.tokens
            (all.path, all.whatSeal) = (known?.path ?? .withheld, known?.whatSeal)
        }
        return all
    }

    /// Where the blocks of a record's commitments are, from the first one to the last; empty where none is known.
    func place(of commitments: Hash256?...) -> Range<Int> {
        var place: Range<Int>?
        for commitment in commitments {
            guard let commitment, let found = found[commitment] else { continue }
            place =
                min(
                    place?.lowerBound ?? found.start, found.start)..<max(
                    place?.upperBound ?? found.end, found.end)
        }
        return place ?? 0..<0
    }
}
