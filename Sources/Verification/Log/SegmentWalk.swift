// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import LogFormat
internal import LogReading
internal import Merkle
internal import SystemPackage

/// Reads all segments, several at a time, and combines them in order.
struct SegmentWalk<Content: LogContent> {
    let content: Content
    let origin: String?
    let keys: KeyRing?
    /// Sizes at which the root is wanted, rising.
    let sizes: [UInt64]
    let jobs: Int
    let progress: ProgressCount

    /// The result of all segments together.
    struct Outcome {
        var tree: TreeAudit<Content>
        var completeness = CompletenessAudit()
        var findings = FindingList()
        var disclosures = DisclosureTally()
        var recordsRead: UInt64 = 0
        var unreadable: UInt64 = 0
        /// How many of those claim to be records of ours.
        var ours: UInt64 = 0
        /// How many are of a schema that this version does not know, and how many of those do not say where they stand.
        var later = 0
        var unplaced = 0
        var newestTime: UTCInstant?
        var erasures = Erasures()
        var signingKeys = SigningKeys()
        /// What heartbeats say of the checkpoints published before them, in order.
        var published: [(index: LeafIndex, facts: PublishedFacts)] = []

        fileprivate mutating func take(_ segment: SegmentSummary) throws(LogReadFailure) {
            if let failure = segment.failure { throw failure }
            findings.report(segment.findings)
            try tree.take(segment)
            completeness.take(segment)
            disclosures.add(segment.disclosures)
            recordsRead += UInt64(segment.found)
            unreadable += segment.unread.reduce(0) { $0 + UInt64($1.count) }
            ours += UInt64(segment.ours)
            later += segment.later
            unplaced += segment.unplaced
            newestTime = segment.last?.time ?? newestTime
            for notable in segment.notable {
                erasures.take(notable.record, at: notable.index)
                signingKeys.take(notable.record, at: notable.index)
                guard let facts = PublishedFacts(notable.record) else { continue }
                published.append((notable.index, facts))
            }
        }
    }

    /// Holds at most twice as many segments as are read at a time. Ends between two of them if its task is cancelled.
    func run() async throws(LogReadFailure) -> Outcome {
        let count = (content.size.count + LogLayout.segmentEntries - 1) / LogLayout.segmentEntries
        var outcome = Outcome(tree: TreeAudit(content))
        let result = await withTaskGroup(of: SegmentSummary.self) { group in
            var waiting: [UInt64: SegmentSummary] = [:]
            var (started, merged): (UInt64, UInt64) = (0, 0)
            while merged < count {
                while started < count, started < merged + UInt64(2 * jobs),
                    started - merged - UInt64(waiting.count) < UInt64(jobs)
                {
                    let number = SegmentNumber(started)
                    group.addTask { scan(number) }
                    started += 1
                }
                guard let summary = await group.next() else { break }
                guard !Task.isCancelled else {
                    let name = content.file(ofEntry: summary.number.firstIndex)
                    return Result<Void, LogReadFailure>.failure(
                        LogReadFailure(.interrupted, FilePath(name)))
                }
                waiting[summary.number.value] = summary
                while let next = waiting.removeValue(forKey: merged) {
                    do throws(LogReadFailure) {
                        try outcome.take(next)
                    } catch {
                        group.cancelAll()
                        return Result<Void, LogReadFailure>.failure(error)
                    }
                    merged += 1
                }
            }
            return .success(())
        }
        try result.get()
        outcome.findings.report(outcome.tree.findings)
        return outcome
    }

    private func scan(_ number: SegmentNumber) -> SegmentSummary {
        let first = number.firstIndex.value
        let marks = sizes.filter { $0 > first && $0 <= number.fullSize.count }
        var scan = SegmentCheck(
            content, segment: number, origin: origin, keys: keys, marks: marks
        ) { progress.add($0) }
        return scan.run()
    }
}
