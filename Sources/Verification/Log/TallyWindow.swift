// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// How many records of one boot counted as what, up to any recent sequence number.
///
/// Keeps one byte for each of the newest numbers, and sums for those before.
struct TallyWindow: Sendable {
    /// Records by what they count as.
    struct Counts: Sendable {
        var allowed: UInt64 = 0
        var denied: UInt64 = 0
        var limited: UInt64 = 0
        var errored: UInt64 = 0
        /// Sequence numbers without a record.
        var missing: UInt64 = 0
        /// Records that may have been counted in any way, or not at all.
        var unjudged: UInt64 = 0

        mutating func add(_ tally: RecordTally) {
            switch tally {
            case .allowed: allowed += 1
            case .denied: denied += 1
            case .limited: limited += 1
            case .errored: errored += 1
            case .missing: missing += 1
            case .unjudged: unjudged += 1
            case .uncounted: break
            }
        }
    }

    private static let mostKept = 1 << 20

    private var before = Counts()
    /// The sequence number of the first one kept.
    private var first: UInt64 = 1
    private var kept: [RecordTally] = []
    /// Whether sequence numbers went back or jumped too far to follow.
    private var isLost = false

    init(_ run: SequenceRun) { append(run) }

    mutating func append(_ run: SequenceRun) {
        let next = first + UInt64(kept.count)
        guard run.first >= next, run.first - next <= UInt64(Self.mostKept) else {
            isLost = true
            return
        }
        kept += repeatElement(.missing, count: Int(run.first - next))
        kept += run.tallies
        let excess = kept.count - Self.mostKept
        guard excess > 0 else { return }
        for tally in kept[..<excess] { before.add(tally) }
        kept.removeFirst(excess)
        first += UInt64(excess)
    }

    /// The counts of all numbers up to this one; nil if no longer known.
    func counts(through last: UInt64) -> Counts? {
        guard !isLost, last + 1 >= first, last < first + UInt64(kept.count) else { return nil }
        var counts = before
        for tally in kept[..<Int(last + 1 - first)] { counts.add(tally) }
        return counts
    }
}
