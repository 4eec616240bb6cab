// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Disclosures
internal import LogReading
internal import Merkle

/// The disclosures of one segment by their commitments.
struct DisclosureIndex {
    enum State {
        case matching
        case withheld
        case erased
        case keyMissing
        case mismatching
        case damaged
    }

    private struct Entry {
        let group: CommitGroup
        let state: State
    }

    private var entries = CommitmentTable<Entry>()
    /// Where the last commitment of each group was found: the next record's is the same or the next one.
    private var lately: SIMD4<Int> = .zero
    /// Nil if the layout has no disclosures: then everything is withheld.
    private let file: String?

    /// Reads all blocks and opens those whose keys are there. Costs a key derivation and a decryption per block,
    /// and a hash per disclosure.
    init(_ disclosures: SegmentDisclosures?, keys: KeyRing?, findings: inout FindingList) {
        file = disclosures?.file
        guard let disclosures else { return }
        if disclosures.trailingBytes > 0 {
            findings.report(
                Finding(
                    .disclosureDamaged, file: disclosures.file,
                    detail: "\(disclosures.trailingBytes) bytes behind the last block"))
        }
        let (blocks, fault) = DisclosureBlock.scan(disclosures.bytes)
        if let fault {
            findings.report(
                Finding(
                    .disclosureDamaged, file: disclosures.file, offset: fault.offset,
                    detail: "\(fault.kind)"))
        }
        entries = CommitmentTable(capacity: blocks.reduce(0) { $0 + $1.commitments.count })
        for block in blocks { add(block, keys: keys, file: disclosures.file, &findings) }
    }

    private mutating func add(
        _ block: DisclosureBlock, keys: KeyRing?, file: String, _ findings: inout FindingList
    ) {
        guard let keys else { return add(block, .withheld) }
        switch keys.access(to: block) {
        case .missing:
            findings.report(
                Finding(
                    .keyMissing, file: file, offset: block.range.lowerBound,
                    detail: "\(block.subject.text), \(block.period.text)"))
            add(block, .keyMissing)
        case .erased: add(block, .erased)
        case .open(let subject, let period):
            do throws(BlockFault) {
                let matches = try block.matches(subject: subject, period: period)
                for (commitment, isMatching) in zip(block.commitments, matches) {
                    entries.set(
                        commitment,
                        Entry(group: block.group, state: isMatching ? .matching : .mismatching))
                }
            } catch {
                findings.report(
                    Finding(
                        .disclosureDamaged, file: file, offset: error.offset,
                        detail: "\(error.kind)"))
                add(block, .damaged)
            }
        }
    }

    private mutating func add(_ block: DisclosureBlock, _ state: State) {
        for commitment in block.commitments {
            entries.set(commitment, Entry(group: block.group, state: state))
        }
    }

    /// Counts one commitment of a record, and reports it if something is wrong.
    mutating func check(
        _ commitment: Hash256, _ group: CommitGroup, of index: LeafIndex,
        _ tally: inout DisclosureTally, _ findings: inout FindingList
    ) {
        guard let file else {
            tally.withheld += 1
            return
        }
        let slot = Int(group.code) - 1
        let found = entries.find(commitment, near: lately[slot])
        if let found { lately[slot] = found.position }
        guard let entry = found?.value, entry.group == group else {
            tally.missing += 1
            findings.report(
                Finding(.disclosureMissing, file: file, index: index, detail: group.rawValue))
            return
        }
        switch entry.state {
        case .matching: tally.matching += 1
        case .withheld: tally.withheld += 1
        case .erased: tally.erased += 1
        case .keyMissing: tally.missing += 1
        case .mismatching, .damaged:
            tally.mismatching += 1
            findings.report(
                Finding(.disclosureMismatch, file: file, index: index, detail: group.rawValue))
        }
    }
}
