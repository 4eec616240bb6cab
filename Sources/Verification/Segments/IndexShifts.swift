// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Merkle

/// The records of a segment that claim another place than theirs, run by run. As each record names its index,
/// records that were removed, inserted or exchanged show up as shifts.
struct IndexShifts: Sendable {
    /// Neighbouring records that are off by the same number of places.
    private struct Run {
        /// Where they are.
        var stands: Range<UInt64>
        /// The index that the first of them claims.
        let claims: UInt64

        var claimed: Range<UInt64> { claims..<claims + UInt64(stands.count) }

        /// Positive if they belong further on.
        var shift: Int64 { Int64(claims) - Int64(stands.lowerBound) }
    }

    /// Beyond any real log, and small enough that sums and differences below it stay within 64 bits.
    private static let mostIndex = UInt64(1) << 62

    private var runs: [Run] = []

    /// Notes a record that claims another place.
    mutating func note(at index: LeafIndex, says claimed: UInt64) {
        let (place, claimed) = (min(index.value, Self.mostIndex), min(claimed, Self.mostIndex))
        if let last = runs.last, last.stands.upperBound == place,
            last.claimed.upperBound == claimed
        {
            runs[runs.count - 1].stands = last.stands.lowerBound..<place + 1
        } else {
            runs.append(Run(stands: place..<place + 1, claims: claimed))
        }
    }

    /// How many records a segment was found to hold.
    enum Holding {
        case tooFew
        case asSigned
        case tooMany
    }

    /// What happened, as one finding that counts the records concerned; nothing if all are in place.
    ///
    /// - Parameters:
    ///   - end: the first index that was not read.
    ///   - file: which file an index is in.
    func finding(end: LeafIndex, _ holding: Holding, file: (LeafIndex) -> String) -> Finding? {
        guard let first = runs.first, let last = runs.last else { return nil }
        let (code, detail) = verdict(
            first, last, last.stands.upperBound == end.value ? holding : .asSigned)
        let index = LeafIndex(first.stands.lowerBound)
        var finding = Finding(
            code, file: file(index), index: index, detail: detail)
        finding.count = runs.reduce(0) { $0 + $1.stands.count }
        finding.lastIndex = LeafIndex(last.stands.upperBound - 1)
        return finding
    }

    private func verdict(
        _ first: Run, _ last: Run, _ holding: Holding
    ) -> (FindingCode, detail: String) {
        if Self.joined(runs.map(\.stands))
            == Self.joined(runs.map(\.claimed).sorted { $0.lowerBound < $1.lowerBound })
        {
            return (.recordsReordered, "it says \(first.claims)")
        }
        return switch holding {
        case .tooFew where last.shift > 0: (.recordsDeleted, "missing: \(last.shift)")
        case .tooMany where last.shift < 0: (.recordsInserted, "too many: \(-last.shift)")
        default: (.wrongIndex, "it says \(first.claims)")
        }
    }

    /// The ranges with adjoining ones merged.
    private static func joined(_ ranges: [Range<UInt64>]) -> [Range<UInt64>] {
        var joined: [Range<UInt64>] = []
        for range in ranges {
            if let last = joined.last, last.upperBound == range.lowerBound {
                joined[joined.count - 1] = last.lowerBound..<range.upperBound
            } else {
                joined.append(range)
            }
        }
        return joined
    }
}
