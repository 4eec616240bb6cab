// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import Merkle

/// Which records of a range are not the newest of their access: what a first reading of all of it finds, for a second one
/// that lists each access once.
///
/// It remembers a bit for each record, and the accesses that have begun and not ended, which are few.
struct AccessSurvey {
    private let range: Range<UInt64>
    /// Where the second reading goes on.
    private let resumed: UInt64
    /// The index that is read next.
    private(set) var next: UInt64
    /// A bit for each index of the range: whether a newer record of the same access is in it.
    private var older: [UInt64]
    private var begun: [UniqueID: LeafIndex] = [:]
    /// Those that had begun and not ended where the second reading goes on.
    private(set) var begunThere: [UniqueID: LeafIndex] = [:]

    init(_ range: Range<UInt64>, resumed: UInt64) {
        self.range = range
        self.resumed = resumed
        next = range.lowerBound
        older = [UInt64](repeating: 0, count: Int(clamping: (UInt64(range.count) + 63) / 64))
    }

    var isOver: Bool { next >= range.upperBound }

    /// Takes the next record; nil for one that cannot be read.
    mutating func take(_ record: Record?) {
        if next == resumed { begunThere = begun }
        defer { next += 1 }
        guard let record, let uid = record.uid else { return }
        if let before = begun.removeValue(forKey: uid) {
            let place = before.value - range.lowerBound
            older[Int(place / 64)] |= 1 << (place % 64)
        }
        if record.stage == .started { begun[uid] = LeafIndex(next) }
    }

    func isNewest(_ index: LeafIndex) -> Bool {
        let place = index.value - range.lowerBound
        return older[Int(place / 64)] & (1 << (place % 64)) == 0
    }
}
