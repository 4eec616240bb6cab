// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import LogFormat
internal import LogReading
internal import Merkle

/// Combines the segments: the chain and the times across their borders, the roots at the sizes of all
/// checkpoints, the upper rows of the tree. Fed segment by segment, in order.
struct TreeAudit<Content: LogContent> {
    private let content: Content
    private var frontier: Frontier? = Frontier()
    private var last: SegmentSummary.End?
    /// Whether all segments so far match the stored tree.
    private var isAsStored = true
    /// The root at each requested size, where it could be computed.
    private(set) var roots: [UInt64: RootHash] = [0: .empty]
    private(set) var findings = FindingList()

    init(_ content: Content) { self.content = content }

    mutating func take(_ segment: SegmentSummary) throws(LogReadFailure) {
        checkBorder(segment)
        last = segment.last
        isAsStored = isAsStored && segment.isAsStored
        for (size, joined) in segment.marks {
            if let frontier { roots[size] = frontier.root(followedBy: joined) }
        }
        guard segment.expected == Int(LogLayout.segmentEntries) else { return }
        // The stored hash stands in for a segment that cannot be read to its end, so that the others can
        // still be checked.
        guard let node = segment.joined ?? segment.storedJoined else {
            frontier = nil
            return
        }
        var upper: [(TileLevel, NodeHash)] = []
        frontier?.append(node, height: .segment) { level, hash in
            if level.value > 2 { upper.append((level, hash)) }
        }
        guard isAsStored else { return }
        for (level, hash) in upper { try compare(hash, level, after: segment) }
    }

    private mutating func checkBorder(_ segment: SegmentSummary) {
        let index = segment.number.firstIndex
        guard let first = segment.first else { return }
        let expected = index.value == 0 ? Hash256.zero : last?.hash.hash
        if let expected, let previous = first.previous, previous != expected {
            findings.report(
                Finding(
                    .brokenChain, file: content.file(ofEntry: index), index: index,
                    detail: index.value == 0 ? "the first record follows another one" : nil))
        }
        if let before = last?.time, let after = first.time, after < before {
            findings.report(
                Finding(.timeWentBack, file: content.file(ofEntry: index), index: index))
        }
    }

    private mutating func compare(
        _ hash: NodeHash, _ level: TileLevel, after segment: SegmentSummary
    ) throws(LogReadFailure) {
        let place = level.hashCount(in: segment.number.fullSize) - 1
        let stored = try content.storedHashes(level: level, first: place, count: 1).first
        guard stored != hash else { return }
        findings.report(
            Finding(
                stored == nil ? .treeFileTooShort : .nodeNotInTree,
                file: content.file(ofHash: place, level: level), index: segment.number.firstIndex))
    }

    /// The root of the stored tree, whatever the entries are; nil where hashes are missing.
    func storedRoot() throws(LogReadFailure) -> RootHash? {
        var reader = LevelHashReader(StoredRows(content: content))
        do throws(StoredRows<Content>.Gap) {
            return try reader.root(at: content.size)
        } catch {
            if case .failed(let failure) = error { throw failure }
            return nil
        }
    }
}

/// The stored rows as a source for proofs, with a distinct error where they end.
private struct StoredRows<Content: LogContent>: LevelSource {
    enum Gap: Error {
        case missing
        case failed(LogReadFailure)
    }

    let content: Content

    func hashes(level: TileLevel, first: UInt64, count: Int) throws(Gap) -> [NodeHash] {
        let row: [NodeHash]
        do throws(LogReadFailure) {
            row = try content.storedHashes(level: level, first: first, count: count)
        } catch {
            throw .failed(error)
        }
        guard row.count == count else { throw .missing }
        return row
    }
}
