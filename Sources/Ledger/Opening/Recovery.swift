// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import AuditRecords
internal import ByteCoding
internal import Disclosures
internal import LogFormat
internal import Merkle
internal import SignedNotes

/// Opens the files of a log however it ended: cleanly, killed, or by a power cut.
///
/// ```text
/// checkpoints (synced)      B: everything up to B is in its place on stable storage
/// commits.0 / commits.1     frames from at most B up to N: durable, perhaps not in their places
/// entries, disclosures      brought to N by applying the frames again
/// tree, offsets             made anew from B's segment on
/// all of them               what is missing in its place is put back from the frames, published or not
/// root over all of it       must be the one in the checkpoint of N, or the log does not open
/// state                     must not be ahead of N, and must be an earlier size of the same tree
/// ```
///
/// Nothing acknowledged is dropped: what does not fit is a finding, and the log is refused.
struct Recovery {
    let disk: OpeningStorage
    let origin: LogOrigin
    let trust: TrustPolicy
    let producer: String
    /// The loss that somebody accepts; nil: none.
    let adoption: Adoption?

    func recover() throws(OpenFault) -> RecoveredLog {
        let journal = try checkpointJournal()
        let base = journal.newest
        let baseSize = base?.size ?? .empty
        let committed = try commitFrames(after: baseSize)
        let frames = committed.frames
        if base == nil { try checkNothingWasPublished(frames) }
        let newest = try newestCheckpoint(base: base, frames: frames)
        let memory = try self.memory()
        let adopted = try adopt(memory, newest: newest?.size ?? .empty, published: base != nil)

        var log = RecoveredLog(
            position: .origin, subjects: [], periods: [],
            checkpoint: newest?.note, publishedSize: base?.size ?? .empty,
            checkpointJournalLength: journal.length, checkpointCount: journal.count,
            unsettledNotes: journal.unsettled,
            unsynced: [], facts: RecoveryReport(), history: nil)
        log.facts.discardedBytes = UInt64(committed.discarded)
        log.facts.adopted = adopted
        log.facts.stateWasMissing = memory.isEmpty && base != nil
        log.freeStateSlot = memory.freeSlot
        log.forgetsState = !adopted.isEmpty
        log.position.nextFrame = committed.nextNumber
        guard let newest else {
            guard try disk.length(of: .entries(SegmentNumber(0))) ?? 0 == 0 else {
                throw .unsignedEntries(segment: SegmentNumber(0))
            }
            return log
        }
        log.rememberedIsNewest =
            adopted.isEmpty && memory.newest?.size == newest.size
            && memory.newest?.root == newest.root
        // Somebody adopts a log of which nothing is remembered: what follows was written while it was copied.
        let isCopy = log.facts.stateWasMissing
        // A crash that tore the first group of a journal file leaves older ones in the other: they
        // are in place, and nothing ends where they do.
        let current = frames.last?.header.sizeAfter ?? .empty >= baseSize ? frames : []
        let covered = try covered(by: current, isCopy: isCopy)
        // Crash point R1: the frames may be in the kernel only. From here on they are durable.
        try settle(committed, after: baseSize)
        log.facts.restoredFiles =
            try restore(covered, from: current, after: baseSize)
            + (journal.isRestored ? [LogLayout.checkpointJournal] : [])
        for frame in frames where frame.header.sizeAfter > baseSize {
            log.facts.replayedRecords += UInt64(frame.header.entryCount)
        }
        var rebuild = TreeRebuild(disk: disk, size: newest.size, allowsUnsigned: isCopy)
        try rebuild.run(from: baseSize, expecting: newest.root)
        log.facts.rebuiltFrom = rebuild.rebuiltFrom
        log.unsynced = rebuild.scannedSegments
        log.facts.unsignedRecords = try cutUnsigned(behind: rebuild)
        try checkNextSegment(newest.size, isCopy: isCopy)
        if !adopted.contains(.recordsLost) { try check(memory.newest, against: newest.size) }

        log.position.frontier = rebuild.frontier
        log.position.previous = rebuild.lastLeaf
        log.position.time = rebuild.lastTime
        log.position.entriesLength = rebuild.entriesLength
        log.position.disclosuresLength = try disclosuresLength(
            of: log.position.segment)
        var newestPrivacy: UInt64?
        log.history = try readHistory(
            size: newest.size, newest: rebuild.lastLeaf, counting: &log.facts.readBackRecords,
            privacy: &newestPrivacy)
        log.privacy = try privacyStanding(at: newestPrivacy, size: newest.size)
        try mendSlots(of: log.privacy)
        try readKeys(into: &log, isJournalled: !covered.isEmpty)
        log.forgottenErasures = try forgottenErasures(by: log.privacy)
        log.facts.forgottenErasures = UInt64(
            log.forgottenErasures.subjects.count + log.forgottenErasures.periods.count)
        log.facts.revivedKeys =
            try revivedKeys(of: log.privacy) + log.facts.forgottenErasures
        log.facts.mayHaveLostErasures = log.facts.stateWasMissing || adopted.contains(.stateLost)
        if let history = log.history, !history.stopped, history.durability != .synced {
            log.facts.unsynced = committed.hasLost ? .lost : .possible
        }
        return log
    }

    /// Leaves out unsigned records after the last signed one, which they must follow.
    private func cutUnsigned(behind rebuild: TreeRebuild) throws(OpenFault) -> UInt64 {
        guard let unsigned = rebuild.unsigned else { return 0 }
        var previous = rebuild.lastLeaf
        var index = rebuild.size.count
        for leaf in unsigned.leaves {
            guard
                case .success(let record) = Result(catching: { () throws(RecordFault) in
                    try Record(leaf: leaf)
                }), record.previous == previous, record.index?.value == index
            else { throw .unsignedEntries(segment: unsigned.segment) }
            previous = LeafHash(of: leaf).hash
            index += 1
        }
        try disk.truncate(.entries(unsigned.segment), to: unsigned.offset)
        try disk.sync(.entries(unsigned.segment))
        return UInt64(unsigned.leaves.count)
    }

    /// Checks that nothing is where the next segment will be.
    private func checkNextSegment(_ size: TreeSize, isCopy: Bool) throws(OpenFault) {
        let width = LogLayout.segmentEntries
        let next = SegmentNumber((size.count + width - 1) / width)
        for file in [LogFile.entries(next), .disclosures(next)]
        where try disk.length(of: file) ?? 0 > 0 {
            guard isCopy else { throw .unsignedEntries(segment: next) }
            try disk.truncate(file, to: 0)
            try disk.sync(file)
        }
    }

    // MARK: Keys, disclosures, history

    /// - Parameter isJournalled: whether sealed values were compared with the commit journal.
    private func readKeys(
        into log: inout RecoveredLog, isJournalled: Bool
    ) throws(OpenFault) {
        let subjects = try image(of: .subjects, as: SubjectSlot.self)
        log.subjects = subjects.slots.values.compactMap(\.slot.key)
        log.savedSubjects = Set(subjects.slots.keys)
        log.position.subjectsLength = UInt64(subjects.count * KeySlot.byteCount)
        let periods = try image(of: .periods, as: PeriodSlot.self)
        try checkKeys(subjects, periods, size: log.position.size)
        if !isJournalled { try checkNewestValues(size: log.position.size) }
        log.periods = periods.slots.values.compactMap(\.slot.key)
        log.position.periodsLength = UInt64(periods.count * KeySlot.byteCount)
    }

    private func image<Slot: KeySlotContent>(
        of file: LogFile, as slot: Slot.Type
    ) throws(OpenFault) -> KeyStoreImage<Slot> {
        let image = KeyStoreImage<Slot>(try disk.contents(of: file))
        // Slots are written whole, or rewritten from the commit journal, so a fault here is damage.
        if let fault = image.faults.first {
            throw OpenFault(
                .damaged,
                "Slot \(fault.position) of \(file.path ?? "") is damaged (\(fault.kind)). Restore the file "
                    + "from a copy of the same log.")
        }
        return image
    }

    private func disclosuresLength(
        of segment: SegmentNumber
    ) throws(OpenFault) -> UInt64 {
        UInt64(try disk.length(of: .disclosures(segment)) ?? 0)
    }

    /// Reads records back from the newest, each of which must be the one that the next newer one
    /// names: the entries were read and checked before, and are read again here.
    ///
    /// - Parameter privacy: where the newest record about personal values is, if there is any: every start, heartbeat
    ///   that settles something, and stop says so.
    private func readHistory(
        size: TreeSize, newest: Hash256, counting count: inout UInt64, privacy: inout UInt64?
    ) throws(OpenFault) -> BootHistory? {
        var reader = BootHistoryReader(producer: producer)
        var expected: Hash256? = newest
        var segment = SegmentNumber(of: LeafIndex(size.count - 1))
        while true {
            let scan = SegmentScan(segment, bytes: try disk.contents(of: .entries(segment)))
            for place in scan.leaves.indices.reversed() where !reader.isComplete {
                let leaf = scan.leaf(place)
                count += 1
                if let expected, LeafHash(of: leaf).hash != expected {
                    throw .readsDiffer(LogLayout.entries(segment))
                }
                let record: Record
                do { record = try Record(leaf: Array(leaf)) } catch {
                    // Signed, but written by a version that this one cannot read: it says nothing
                    // about our boots.
                    expected = nil
                    continue
                }
                expected = record.previous
                privacy = [privacy, record.newestPrivacyRecord].compactMap(\.self).max()
                reader.read(record)
            }
            guard !reader.isComplete, segment.value > 0 else { break }
            segment = SegmentNumber(segment.value - 1)
        }
        try readOpen(into: &reader)
        return reader.result
    }

    /// Reads the `started` records that a heartbeat names: each must have the hash that is in the
    /// tree.
    private func readOpen(into reader: inout BootHistoryReader) throws(OpenFault) {
        var scan: SegmentScan?
        for index in reader.open.reversed() {
            let segment = SegmentNumber(of: index)
            if scan?.segment != segment {
                scan = SegmentScan(segment, bytes: try disk.contents(of: .entries(segment)))
            }
            let place = Int(index.value - segment.firstIndex.value)
            guard let scan, place < scan.leaves.count else {
                throw .readsDiffer(LogLayout.entries(segment))
            }
            let leaf = scan.leaf(place)
            let hash = try disk.read(
                .tree(level: 0), from: Int(index.value) * Hash256.byteCount,
                count: Hash256.byteCount)
            guard LeafHash(of: leaf).hash.bytes == hash else {
                throw .readsDiffer(LogLayout.entries(segment))
            }
            do { reader.readOpen(try Record(leaf: Array(leaf))) } catch {
                // The boot that named it could read it; this version cannot.
                throw .readsDiffer(LogLayout.entries(segment))
            }
        }
    }
}

extension OpenFault {
    static func rolledBack(found: TreeSize, remembered: TreeSize) -> OpenFault {
        OpenFault(
            .rolledBack,
            "The log has \(found.count) records, but \(remembered.count) were signed and remembered in "
                + "log.state: this is an older copy, or records were cut off. Restore the newest copy. "
                + "Signing on from here would be a second history under the same name. Where nothing newer is "
                + "left, `countersign log adopt` goes on from here, and records that.")
    }

    static func stateMissing(_ found: TreeSize) -> OpenFault {
        OpenFault(
            .rolledBack,
            "log.state remembers nothing of this log, which has \(found.count) records: it may be an older copy, or "
                + "one beside a log that is still in use. Restore the file checkpoint.slots, or set log.state to "
                + "the folder that has it. Where it is lost, make sure that this is the newest copy and the only "
                + "one in use, and run `countersign log adopt`, which records that.")
    }

    static let stateLost = OpenFault(
        .damaged,
        "log.state holds no checkpoint of this log any more, so nobody can tell whether this is the newest copy of it. "
            + "Restore the file checkpoint.slots, or make sure that this is the newest copy, and run "
            + "`countersign log adopt`, which records it.")

    static func foreignState(_ origin: LogOrigin) -> OpenFault {
        OpenFault(
            .foreignOrigin,
            "log.state remembers another log than \"\(origin.text)\". Give every log a log.state of its "
                + "own: one that is shared notices no rollback.")
    }

    static func unsignedEntries(segment: SegmentNumber) -> OpenFault {
        OpenFault(
            .damaged,
            "\(LogLayout.entries(segment)) holds entries that no checkpoint covers: checkpoints or the "
                + "commit journal are missing. Restore them from a copy of the same log.")
    }
}
