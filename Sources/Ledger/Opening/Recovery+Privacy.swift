// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import Disclosures
internal import LogFormat
internal import Merkle

/// Reading back what the log says about personal values, before any of them can be opened.
extension Recovery {
    /// Follows the records back from the newest, each of which names the one before it; so opening reads as many as
    /// there are, however long the log is.
    func privacyStanding(
        at newest: UInt64?, size: TreeSize
    ) throws(OpenFault) -> PrivacyStanding {
        var records: [Record] = []
        var next = newest
        var reader = LeafLookup(disk: disk)
        while let index = next {
            guard index < size.count else { throw .privacyLost(index) }
            let leaf = try reader.leaf(at: LeafIndex(index))
            let record: Record
            do throws(RecordFault) { record = try Record(leaf: leaf) } catch {
                // Whoever wrote it could read it; this version cannot, and must not open what it may have erased.
                throw .privacyLost(index)
            }
            records.append(record)
            next = record.previousPrivacyRecord
            if let next, next >= index { throw .privacyLost(index) }
        }
        var standing = PrivacyStanding()
        for record in records.reversed() { standing.take(record) }
        return standing
    }

    /// Ends what a write of a tombstone left half done: it looks like damage otherwise.
    func mendSlots(of standing: PrivacyStanding) throws(OpenFault) {
        let destruction = KeyDestruction(storage: disk.storage)
        do throws(StorageFault) {
            let ids = Set(standing.pending.flatMap(\.scope.subjects))
            try destruction.overwrite(
                destruction.slots(of: ids, in: .subjects, as: SubjectKey.self)
                    .filter { !$0.isSound }, in: .subjects)
            let periods = Set(standing.pending.flatMap(\.scope.periods))
            try destruction.overwrite(
                destruction.slots(of: periods, in: .periods, as: PeriodKey.self)
                    .filter { !$0.isSound }, in: .periods)
        } catch {
            throw OpenFault(error)
        }
    }

    /// Keys that are there, and are known beside the newest checkpoint to be destroyed, of which this copy of the log
    /// says nothing: it is older than their erasure.
    func forgottenErasures(by standing: PrivacyStanding) throws(OpenFault) -> PrivacyScope {
        let destruction = KeyDestruction(storage: disk.storage)
        do throws(StorageFault) {
            let known = try destruction.remembered()
            let subjects = known.subjects.subtracting(standing.erasedSubjects)
            let periods = known.periods.subtracting(standing.erasedPeriods)
            return PrivacyScope(
                subjects: try destruction.live(subjects, in: .subjects, as: SubjectKey.self)
                    .sorted { $0.text < $1.text },
                periods: try destruction.live(periods, in: .periods, as: PeriodKey.self).sorted())
        } catch {
            throw OpenFault(error)
        }
    }

    /// How many keys are there that were destroyed: not those of an erasure that was cut short.
    func revivedKeys(of standing: PrivacyStanding) throws(OpenFault) -> UInt64 {
        let pending = standing.pending
        let ids = standing.erasedSubjects.subtracting(pending.flatMap(\.scope.subjects))
        let periods = standing.erasedPeriods.subtracting(pending.flatMap(\.scope.periods))
        let destruction = KeyDestruction(storage: disk.storage)
        do throws(StorageFault) {
            let slots =
                try destruction.slots(of: ids, in: .subjects, as: SubjectKey.self)
                + destruction.slots(of: periods, in: .periods, as: PeriodKey.self)
            return UInt64(slots.count { $0.isDue })
        } catch {
            throw OpenFault(error)
        }
    }
}

/// Reads single leaves, each of which must have the hash that is in the tree.
private struct LeafLookup {
    let disk: OpeningStorage
    private var scan: SegmentScan?

    init(disk: OpeningStorage) { self.disk = disk }

    mutating func leaf(at index: LeafIndex) throws(OpenFault) -> [UInt8] {
        let segment = SegmentNumber(of: index)
        let place = Int(index.value - segment.firstIndex.value)
        let hash = try disk.read(
            .tree(level: 0), from: Int(index.value) * Hash256.byteCount, count: Hash256.byteCount)
        if scan?.segment != segment, let leaf = try quick(place, segment),
            LeafHash(of: leaf).hash.bytes == hash
        {
            return leaf
        }
        // The derived file does not lead there: what it is made of does.
        if scan?.segment != segment {
            scan = SegmentScan(segment, bytes: try disk.contents(of: .entries(segment)))
        }
        guard let scan, place < scan.leaves.count else {
            throw .readsDiffer(LogLayout.entries(segment))
        }
        let leaf = Array(scan.leaf(place))
        guard LeafHash(of: leaf).hash.bytes == hash else {
            throw .readsDiffer(LogLayout.entries(segment))
        }
        return leaf
    }

    private func quick(_ place: Int, _ segment: SegmentNumber) throws(OpenFault) -> [UInt8]? {
        let offset = try disk.read(.offsets(segment), from: place * 4, count: 4)
        guard let start = BigEndian.read(UInt32.self, from: offset, at: 0) else { return nil }
        let head = try disk.read(.entries(segment), from: Int(start), count: 2)
        guard let length = BigEndian.read(UInt16.self, from: head, at: 0) else { return nil }
        return try disk.read(.entries(segment), from: Int(start) + 2, count: Int(length))
    }
}

extension OpenFault {
    fileprivate static func privacyLost(_ index: UInt64) -> OpenFault {
        OpenFault(
            .damaged,
            "Record \(index) tells of personal values, and cannot be read: what was erased may not be opened again. Run "
                + "`countersign verify`, or a later version of this program.")
    }
}
