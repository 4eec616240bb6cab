// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import AuditRecords
internal import ByteCoding
internal import Merkle

/// Checks whether everything that happened reached the log, by sequence numbers, restarts, counters, admitted
/// gaps and outcomes. Fed segment by segment, in order.
///
/// What records that could not be read may have told is not reported as missing.
struct CompletenessAudit {
    /// One boot of one producer, from its `log.start` on.
    private struct Boot {
        let producer: String
        /// The version of the software, as its start says.
        let version: String?
        let first: UInt64
        let firstIndex: LeafIndex
        var last: UInt64
        /// Its newest record.
        var lastIndex: LeafIndex
        var records: UInt64
        var counts: TallyWindow
        var isStopped = false
        /// Whether it acknowledges records before their sync, or in a way of a later version.
        var isUnsynced = false
        /// The newest heartbeat's count of accesses without a record.
        var unrecorded: (count: Int64, index: LeafIndex)?
        /// Numbers that audit.gap records name.
        var admitted: [Admission] = []
        var holes: [Hole] = []
    }

    /// Numbers that an audit.gap names, and how many of them are missing.
    private struct Admission {
        let sequences: ClosedRange<UInt64>
        let count: UInt64
        let reason: String?
        let index: LeafIndex
    }

    /// Missing numbers, and the record that comes after them.
    private struct Hole {
        let sequences: ClosedRange<UInt64>
        let index: LeafIndex
    }

    private var boots: [UniqueID: Boot] = [:]
    /// What the log admits is missing: by which record, of which boot, in which words.
    private var admissions: [(index: LeafIndex, boot: UniqueID, detail: String)] = []
    /// The newest record by which an operator accepts that.
    private var adoptedBefore: LeafIndex?
    private var order: [UniqueID] = []
    /// The newest start of each producer.
    private var newest: [String: UniqueID] = [:]
    private var open: [UniqueID: OpenAccess] = [:]
    private var cutOff = 0
    private var unread = UnreadRecords()
    private(set) var findings = FindingList()

    /// The number of starts.
    var bootCount: Int { boots.count }

    /// Those of them that did not wait for syncs.
    var unsyncedStarts: UnsyncedStarts {
        var starts = UnsyncedStarts()
        starts.count = boots.values.count { $0.isUnsynced }
        starts.cutOff = cutOff
        return starts
    }

    mutating func take(_ segment: SegmentSummary) {
        unread.take(segment.unread)
        for run in segment.runs {
            let own = segment.notable.filter {
                $0.boot == run.boot && run.firstIndex <= $0.index && $0.index <= run.lastIndex
            }
            begin(run, own.first { $0.index == run.firstIndex })
            for notable in own { take(notable) }
        }
        if !open.isEmpty {
            for uid in segment.outcomes { open.removeValue(forKey: uid) }
        }
        open.merge(segment.open) { _, new in new }
    }

    private mutating func begin(_ run: SequenceRun, _ start: Notable?) {
        guard let known = boots[run.boot] else {
            checkStart(of: run, start)
            boots[run.boot] = Boot(
                producer: run.producer,
                version: start?.record.value[path: "software", "version"]?.string,
                first: run.first, firstIndex: run.firstIndex, last: run.last,
                lastIndex: run.lastIndex, records: run.count, counts: TallyWindow(run))
            order.append(run.boot)
            newest[run.producer] = run.boot
            return
        }
        if newest[run.producer] != run.boot { report(.bootResumed, run.firstIndex, run.boot) }
        if run.first > known.last + 1, !unread.isBetween(known.lastIndex, run.firstIndex) {
            let hole = Hole(sequences: known.last + 1...run.first - 1, index: run.firstIndex)
            boots[run.boot]?.holes.append(hole)
        } else if run.first <= known.last {
            report(.sequenceRepeated, run.firstIndex, run.boot, "number \(run.first)")
        }
        boots[run.boot]?.counts.append(run)
        boots[run.boot]?.records += run.count
        boots[run.boot]?.last = max(known.last, run.last)
        boots[run.boot]?.lastIndex = run.lastIndex
    }

    /// The restart rule of record.md: a start names the one before it and its last record.
    private mutating func checkStart(of run: SequenceRun, _ start: Notable?) {
        // Its beginning may be among the records that could not be read.
        if run.first > 1, unread.isBetween(nil, run.firstIndex) { return }
        guard run.first == 1, let start,
            start.record.action == EventAction.logStart.rawValue
        else { return report(.bootWithoutStart, run.firstIndex, run.boot, "number \(run.first)") }
        let previous = newest[run.producer]
        let known = previous.flatMap { boots[$0] }
        // So may the last record before it, or a whole start.
        if unread.isBetween(known?.lastIndex, run.firstIndex) { return }
        let named = start.record.previousBoot
        if named?.boot != previous {
            report(
                .restartMismatch, run.firstIndex, run.boot,
                "names \(named?.boot.text ?? "none"), the log has \(previous?.text ?? "none")")
        } else if let named, let known, named.lastSequence != known.last {
            report(
                .restartMismatch, run.firstIndex, run.boot,
                "names record \(named.lastSequence) as the last, the log has \(known.last)")
        }
    }

    private mutating func take(_ notable: Notable) {
        switch notable.record.action.flatMap({ EventAction(rawValue: $0) }) {
        case .logStart: takeStart(notable)
        case .logStop: boots[notable.boot]?.isStopped = true
        case .heartbeat: takeHeartbeat(notable)
        case .gap: takeGap(notable)
        // Gaps admitted before this have been accepted.
        case .logAdopt: adoptedBefore = notable.index
        default: break
        }
    }

    private mutating func takeStart(_ notable: Notable) {
        noteDurability(notable)
        guard let loss = notable.record.value[path: "recovery", "unsynced"]?.string else { return }
        guard loss != UnsyncedLoss.lost.rawValue else {
            let before = notable.record.previousBoot?.boot ?? notable.boot
            admissions.append(
                (
                    notable.index, before,
                    "acknowledged before their sync (log.durability: written), and lost with the power"
                ))
            return
        }
        cutOff += 1
    }

    private mutating func noteDurability(_ notable: Notable) {
        if notable.record.durability != .synced { boots[notable.boot]?.isUnsynced = true }
    }

    /// The counters include every record up to a sequence number that the heartbeat names, so they can be
    /// compared with the log exactly, whatever was queued meanwhile.
    private mutating func takeHeartbeat(_ notable: Notable) {
        guard let boot = boots[notable.boot] else { return }
        noteDurability(notable)
        guard let counters = HeartbeatClaim(notable.record) else {
            return report(
                .counterMismatch, notable.index, notable.boot, "the heartbeat has no counters")
        }
        if counters.unrecorded > 0 {
            boots[notable.boot]?.unrecorded = (counters.unrecorded, notable.index)
        }
        guard counters.through < notable.sequence, counters.recorded == counters.through else {
            return report(
                .counterMismatch, notable.index, notable.boot,
                "it counted \(counters.recorded) records up to number \(counters.through)")
        }
        guard let found = boot.counts.counts(through: counters.through) else { return }
        // Records of a rejected group were counted and are missing; the gap is a finding of its own.
        var unexplained = found.missing + found.unjudged
        for (name, claimed, present) in counters.pairs(with: found) {
            guard claimed >= present, claimed - present <= unexplained else {
                return report(
                    .counterMismatch, notable.index, notable.boot,
                    "\(name): it counted \(claimed), the log has \(present)")
            }
            unexplained -= claimed - present
        }
    }

    private mutating func takeGap(_ notable: Notable) {
        let gap = notable.record.value["gap"]
        guard let boot = gap?["boot"]?.string.flatMap({ UniqueID($0) }),
            let first = gap?["first_seq"]?.integer, let last = gap?["last_seq"]?.integer,
            let count = gap?["count"]?.integer, first >= 1, last >= first, count >= 1
        else {
            return report(.admittedGap, notable.index, notable.boot, "it does not say which")
        }
        boots[boot]?.admitted.append(
            Admission(
                sequences: UInt64(first)...UInt64(last), count: UInt64(count),
                reason: gap?["reason"]?.string, index: notable.index))
        admissions.append(
            (
                notable.index, boot,
                "\(count) records, \(gap?["reason"]?.string ?? "no reason given")"
            ))
    }

    private mutating func report(
        _ code: FindingCode, _ index: LeafIndex, _ boot: UniqueID, _ detail: String? = nil
    ) {
        findings.report(
            Finding(
                code, file: boots[boot].map { "producer \($0.producer)" }, index: index,
                detail: detail))
    }

    /// Every boot, in the order they begin.
    var accounts: [BootAccount] {
        order.compactMap { id in boots[id].map { account(of: id, $0) } }
    }

    private func account(of id: UniqueID, _ boot: Boot) -> BootAccount {
        let admitted = boot.admitted.map(\.sequences)
        var gaps: [BootAccount.Gap] = []
        for hole in boot.holes where !hole.sequences.isCovered(by: admitted) {
            let count = hole.sequences.upperBound - hole.sequences.lowerBound + 1
            gaps.append(
                .init(sequences: hole.sequences, count: count, reason: nil, index: hole.index))
        }
        for admission in boot.admitted {
            gaps.append(
                .init(
                    sequences: admission.sequences, count: admission.count,
                    reason: admission.reason ?? "unknown", index: admission.index))
        }
        return BootAccount(
            producer: boot.producer, boot: id, version: boot.version,
            sequences: boot.first...max(boot.first, boot.last),
            indexes: boot.firstIndex...max(boot.firstIndex, boot.lastIndex),
            records: boot.records, gaps: gaps,
            unrecorded: UInt64(clamping: boot.unrecorded?.count ?? 0),
            isNewest: newest[boot.producer] == id, isStopped: boot.isStopped,
            isUnsynced: boot.isUnsynced)
    }

    /// What can only be judged after all records.
    mutating func finish() {
        for (index, boot, detail) in admissions {
            let isAdopted = adoptedBefore.map { index < $0 } ?? false
            report(isAdopted ? .gapAdopted : .admittedGap, index, boot, detail)
        }
        for id in order {
            guard let boot = boots[id] else { continue }
            for hole in boot.holes {
                if hole.sequences.isCovered(by: boot.admitted.map(\.sequences)) { continue }
                report(
                    .sequenceGap, hole.index, id,
                    "numbers \(hole.sequences.lowerBound) to \(hole.sequences.upperBound) before it"
                )
            }
            if let unrecorded = boot.unrecorded {
                report(.accessesUnrecorded, unrecorded.index, id, "\(unrecorded.count)")
            }
        }
        for (_, access) in open.sorted(by: { $0.value.index < $1.value.index }) {
            // Its outcome may be among the records that could not be read.
            if unread.isBetween(access.index, nil) { continue }
            let boot = boots[access.boot]
            let isRunning =
                boot.map { newest[$0.producer] == access.boot && !$0.isStopped } ?? false
            report(isRunning ? .inFlight : .outcomeMissing, access.index, access.boot)
        }
    }
}

/// Where records could not be read.
private struct UnreadRecords {
    /// By index, rising.
    private var ranges: [Range<UInt64>] = []

    mutating func take(_ further: [Range<UInt64>]) { ranges += further }

    /// Whether any is between these two; nil stands for the beginning and the end of the log.
    func isBetween(_ before: LeafIndex?, _ after: LeafIndex?) -> Bool {
        let start = before.map { $0.value + 1 } ?? 0
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound <= start { low = middle + 1 } else { high = middle }
        }
        guard low < ranges.count else { return false }
        return after.map { ranges[low].lowerBound < $0.value } ?? true
    }
}

extension ClosedRange<UInt64> {
    /// Whether these ranges together cover this one.
    fileprivate func isCovered(by ranges: [ClosedRange<UInt64>]) -> Bool {
        var next = lowerBound
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound })
        where range.lowerBound <= next && range.upperBound >= next {
            guard range.upperBound < upperBound else { return true }
            next = range.upperBound + 1
        }
        return false
    }
}
