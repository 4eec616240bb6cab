// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import Merkle
internal import SignedNotes

/// Opens the files of a log after any end: orderly, killed, or with the power gone.
///
/// ```text
/// checkpoints (synced)      B: everything up to B is in its place on stable storage
/// commits.0 / commits.1     frames from at most B up to N: durable, perhaps not in their places
/// entries, disclosures      brought to N by applying the frames again
/// tree, offsets             made anew from B's segment on
/// root over all of it       must be the one in the checkpoint of N, or the log does not open
/// state                     must not be ahead of N, and must be an earlier size of the same tree
/// ```
///
/// Nothing that was acknowledged is dropped: what does not fit is a finding, and opening refuses.
struct Recovery {
    let disk: OpeningStorage
    let origin: LogOrigin
    let trust: TrustPolicy
    let producer: String

    func recover() throws(OpenFault) -> RecoveredLog {
        let journal = CheckpointJournal.scan(try disk.contents(of: .checkpointJournal))
        let files = [try disk.journal(0), try disk.journal(1)]
        let frames = CommitFrame.newestRun(files[0], files[1])
        let base = try journal.notes.last.map { note throws(OpenFault) in
            try verified(Array(note), file: .checkpointJournal)
        }
        let newest = try newestCheckpoint(base: base, frames: frames)
        let remembered = try rememberedCheckpoint()
        if let remembered, remembered.size > newest?.size ?? .empty {
            throw .rolledBack(found: newest?.size ?? .empty, remembered: remembered.size)
        }

        var log = RecoveredLog(
            position: .origin, subjects: [], periods: [],
            checkpoint: newest?.note, publishedSize: base?.size ?? .empty,
            checkpointJournalLength: journal.length, unsynced: [], facts: RecoveryReport(),
            history: nil)
        log.facts.discardedBytes = files.reduce(0) {
            $0 + UInt64(CommitFrame.tornBytes($1, after: frames.last))
        }
        log.position.nextFrame = (frames.last?.header.number ?? 0) + 1
        guard let newest else {
            guard try disk.length(of: .entries(SegmentNumber(0))) ?? 0 == 0 else {
                throw .unsignedEntries(segment: SegmentNumber(0))
            }
            return log
        }
        let baseSize = base?.size ?? .empty
        for frame in frames where frame.header.sizeAfter > baseSize {
            try disk.apply(frame)
            log.facts.replayedRecords += UInt64(frame.header.entryCount)
        }
        var rebuild = TreeRebuild(disk: disk, size: newest.size)
        try rebuild.run(from: baseSize, expecting: newest.root)
        log.facts.rebuiltFrom = rebuild.rebuiltFrom
        log.unsynced = rebuild.scannedSegments
        try check(remembered, against: newest.size)

        log.position.frontier = rebuild.frontier
        log.position.previous = rebuild.lastLeaf
        log.position.time = rebuild.lastTime
        log.position.entriesLength = rebuild.entriesLength
        log.position.disclosuresLength = try disclosuresLength(
            of: log.position.segment)
        try readKeys(into: &log)
        log.history = try readHistory(size: newest.size)
        return log
    }

    // MARK: Checkpoints

    private struct Signed {
        let size: TreeSize
        let root: RootHash
        let note: [UInt8]
    }

    private func verified(_ note: [UInt8], file: LogFile) throws(OpenFault) -> Signed {
        let name = file.path ?? "the state file"
        let unverified: UnverifiedCheckpoint
        do {
            unverified = try UnverifiedCheckpoint(note)
        } catch {
            throw OpenFault(
                .untrustedCheckpoint,
                "The newest checkpoint in \(name) is damaged (\(error)). Run `countersign verify` and "
                    + "restore the log from a copy that verifies.")
        }
        guard unverified.claim.origin == origin else {
            throw OpenFault(
                .foreignOrigin,
                "The log in this directory is named \"\(unverified.claim.origin.text)\", not "
                    + "\"\(origin.text)\". Set log.origin or log.dir to match.")
        }
        switch unverified.verify(with: trust) {
        case .verified(let checkpoint):
            return Signed(size: checkpoint.size, root: checkpoint.root, note: note)
        case .refused(let refusal):
            throw OpenFault(
                .untrustedCheckpoint,
                "The newest checkpoint in \(name) is not signed by this log's key (\(refusal)). Check "
                    + "log.key_file and log.dir; if both are right, run `countersign verify` and "
                    + "restore the log from a copy that verifies.")
        }
    }

    private func newestCheckpoint(
        base: Signed?, frames: [CommitFrame]
    ) throws(OpenFault) -> Signed? {
        guard let last = frames.last, last.header.sizeAfter > base?.size ?? .empty else {
            return base
        }
        if let first = frames.first, first.header.firstIndex.value > base?.size.count ?? 0 {
            throw OpenFault(
                .damaged,
                "The commit journal begins at record \(first.header.firstIndex.value), but only "
                    + "\(base?.size.count ?? 0) records are published: records between are missing. "
                    + "Restore the log from a copy that verifies.")
        }
        let newest = try verified(Array(last.checkpoint), file: .commits(0))
        guard newest.size == last.header.sizeAfter else {
            throw OpenFault(
                .damaged,
                "The last commit frame holds records up to \(last.header.sizeAfter.count), its "
                    + "checkpoint is of size \(newest.size.count). Run `countersign verify`.")
        }
        return newest
    }

    private func rememberedCheckpoint() throws(OpenFault) -> Signed? {
        var newest: Signed?
        for note in StateSlots.notes(in: try disk.contents(of: .state)) {
            let found: Signed
            do throws(OpenFault) {
                found = try verified(note, file: .state)
            } catch {
                // Two logs that share the file would each overwrite what the other remembers.
                guard error.code != .foreignOrigin else { throw .foreignState(origin) }
                // A slot that was being written when the power went is no signed note; the other one is.
                continue
            }
            if found.size >= newest?.size ?? .empty { newest = found }
        }
        return newest
    }

    private func check(_ remembered: Signed?, against size: TreeSize) throws(OpenFault) {
        guard let remembered else { return }
        var reader = LevelHashReader(StoredLevels(disk: disk))
        guard try reader.root(at: remembered.size) == remembered.root else {
            throw OpenFault(
                .forked,
                "The log is not the one that was signed before: at size \(remembered.size.count) its "
                    + "root differs from the remembered checkpoint in log.state. Somebody rewrote it. "
                    + "Keep both, run `countersign verify`, and restore a copy that matches.")
        }
    }

    // MARK: Keys, disclosures, history

    private func readKeys(into log: inout RecoveredLog) throws(OpenFault) {
        let subjects = try image(of: .subjects, as: SubjectSlot.self)
        log.subjects = subjects.slots.values.compactMap(\.slot.key)
        log.savedSubjects = Set(subjects.slots.keys)
        log.position.subjectsLength = UInt64(subjects.count * KeySlot.byteCount)
        let periods = try image(of: .periods, as: PeriodSlot.self)
        log.periods = periods.slots.values.compactMap(\.slot.key)
        log.position.periodsLength = UInt64(periods.count * KeySlot.byteCount)
    }

    private func image<Slot: KeySlotContent>(
        of file: LogFile, as slot: Slot.Type
    ) throws(OpenFault) -> KeyStoreImage<Slot> {
        let image = KeyStoreImage<Slot>(try disk.contents(of: file))
        // Slots are written whole, or again from the commit journal, so a fault here is damage.
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

    private func readHistory(size: TreeSize) throws(OpenFault) -> BootHistory? {
        var reader = BootHistoryReader(producer: producer)
        var segment = SegmentNumber(of: LeafIndex(size.count - 1))
        while true {
            let scan = SegmentScan(segment, bytes: try disk.contents(of: .entries(segment)))
            for place in scan.leaves.indices.reversed() where !reader.isComplete {
                reader.read(scan.leaf(place))
            }
            guard !reader.isComplete, segment.value > 0 else { return reader.result }
            segment = SegmentNumber(segment.value - 1)
        }
    }
}

extension OpenFault {
    static func rolledBack(found: TreeSize, remembered: TreeSize) -> OpenFault {
        OpenFault(
            .rolledBack,
            "The log has \(found.count) records, but \(remembered.count) were signed and remembered in "
                + "log.state: this is an older copy, or records were cut off. Restore the newest copy. "
                + "Signing on from here would be a second history under the same name.")
    }

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
