// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import LogFormat
internal import Merkle
internal import SignedNotes

/// Reading the two journals: which of their bytes count, however the last boot ended and even if
/// the disk is failing.
extension Recovery {
    /// The journal of checkpoints, as far as it counts.
    struct Published {
        /// The newest checkpoint in it: everything up to its size is in place on stable storage.
        var newest: Signed?
        /// Bytes of the notes that count.
        var length: Int
        /// How many these are.
        var count: Int
        /// The last of these bytes: notes after the one in the file `checkpoint`, whose sync may
        /// have failed.
        var unsettled: [UInt8]
        /// Whether the newest of them is in the file `checkpoint` only.
        var isRestored = false
    }

    /// The commit journal, as far as it counts.
    struct Committed {
        /// Both files, as far as they can hold frames.
        let files: [[UInt8]]
        /// The newest unbroken run.
        let frames: [CommitFrame]
        /// Whole frames after a torn one, which were under way with it or after it.
        let ahead: [CommitFrame]
        /// Whether others follow a torn one in its own window.
        let isWindowTorn: Bool
        /// Bytes after the run, of torn frames and of these.
        let discarded: Int

        /// Whether acknowledged groups are gone: the writer goes on only once it has said so.
        var hasLost: Bool { isWindowTorn || ahead.contains { $0.kind != .awaited } }

        /// The number of the next frame.
        var nextNumber: UInt64 {
            let last = frames.last?.header.number ?? 0
            // If nobody waited for syncs, whole frames may be left anywhere after a torn one. They
            // are recognised by their numbers, all of which are skipped.
            if files.contains(where: { CommitFrame.scan($0).contains { $0.kind != .awaited } }) {
                return last + 1 + CommitFrame.numbersPassedOver
            }
            return max(last + 1, ahead.first.map { $0.header.number - 1 } ?? 1)
        }
    }

    /// Reads the journal of checkpoints.
    ///
    /// A note is in the file `checkpoint` only once it is synced here. What follows that note may
    /// be torn, even at its full length; that note and what precedes it were whole.
    func checkpointJournal() throws(OpenFault) -> Published {
        let bytes = try disk.contents(of: .checkpointJournal)
        let front = try disk.contents(of: .checkpoint)
        var (notes, length) = CheckpointJournal.scan(bytes)
        let settled =
            front.isEmpty
            ? 0 : notes.lastIndex { $0.elementsEqual(front) }.map { $0 + 1 } ?? notes.count
        var newest: Signed?
        while newest == nil, let note = notes.last {
            do {
                newest = try verified(Array(note), file: .checkpointJournal)
            } catch {
                guard notes.count > settled else { throw error }
                notes.removeLast()
                length -= note.count + 2
            }
        }
        if let restored = try restored(front, after: newest, rest: bytes[length...]) {
            var entry: [UInt8] = []
            CheckpointJournal.append(front, to: &entry)
            return Published(
                newest: restored, length: length + entry.count, count: notes.count + 1,
                unsettled: entry, isRestored: true)
        }
        let unsettled = notes.dropFirst(settled).reduce(0) { $0 + $1.count + 2 }
        return Published(
            newest: newest, length: length, count: notes.count,
            unsettled: Array(bytes[length - unsettled..<length]))
    }

    /// Nothing is published before it is journalled: a journal that ends earlier was cut off, and
    /// gets back the note in the file `checkpoint`; or it was misread, and must not be cut off
    /// where it seems to end.
    ///
    /// - Returns: the published checkpoint, if only it is missing in the journal.
    private func restored(
        _ front: [UInt8], after newest: Signed?, rest: ArraySlice<UInt8>
    ) throws(OpenFault) -> Signed? {
        let claim: Checkpoint
        do {
            claim = try UnverifiedCheckpoint(front).claim
        } catch {
            // Missing or damaged, it is published anew from the journal.
            return nil
        }
        guard claim.size > newest?.size ?? .empty else { return nil }
        if newest != nil, front.count <= UInt16.max {
            var entry: [UInt8] = []
            CheckpointJournal.append(front, to: &entry)
            if entry.starts(with: rest) {
                let found = Result { () throws(OpenFault) in
                    try verified(front, file: .checkpoint)
                }
                // Not signed by a trusted key, it is published anew, too.
                return if case .success(let signed) = found { signed } else { nil }
            }
        }
        throw OpenFault(
            .damaged,
            "A checkpoint of size \(claim.size.count) was published, but the journal of checkpoints ends at size "
                + "\(newest?.size.count ?? 0). Restore checkpoints from a copy of the same log.")
    }

    /// Refuses a log of which something was published, but whose only checkpoints left are in the
    /// commit journal: that is overwritten only once what it holds is published, and heartbeats
    /// count what was.
    func checkNothingWasPublished(_ frames: [CommitFrame]) throws(OpenFault) {
        var isPublished = frames.first.map { $0.header.firstIndex.value > 0 } ?? false
        for frame in frames where !isPublished {
            let bytes = Array(frame.entries)
            isPublished = EntryFraming.scan(bytes.span).leaves.contains { leaf in
                guard
                    case .success(let record) = Result(catching: { () throws(RecordFault) in
                        try Record(leaf: Array(bytes[leaf]))
                    })
                else { return false }
                return PublishedFacts(record).map { $0.count > 0 } ?? false
            }
        }
        guard isPublished else { return }
        throw OpenFault(
            .damaged,
            "Checkpoints of this log were published, and the files checkpoints and checkpoint are gone. Restore both "
                + "from a copy of the same log.")
    }

    /// Reads the commit journal.
    ///
    /// A torn frame was never acknowledged and is discarded. One that precedes later ones was
    /// whole, so it is damage; and what is discarded is read twice, lest a bit flipped on the way
    /// from the disk drop a frame.
    func commitFrames(
        after base: TreeSize
    ) throws(OpenFault) -> Committed {
        let files = [try disk.journal(0), try disk.journal(1)]
        let (frames, beyond) = CommitFrame.read(files, after: base)
        var isWindowTorn = false
        // A power cut leaves any frames of a window; those after a torn one are found by reading
        // everything.
        if !beyond.isEmpty || frames.last.map({ $0.kind != .awaited }) ?? false
            || files.contains(where: { CommitFrame.mayHoldAnother($0, after: frames.last) })
        {
            isWindowTorn = try checkEnd(of: frames, after: base)
        }
        let ahead = try framesAhead(among: beyond, of: frames, in: files, after: base)
        let discarded = files.reduce(0) { $0 + CommitFrame.tornBytes($1, after: frames.last) }
        return Committed(
            files: files, frames: frames, ahead: ahead, isWindowTorn: isWindowTorn,
            discarded: discarded + ahead.reduce(0) { $0 + $1.header.frameLength })
    }

    /// The frames that were under way with the torn ones: one, or those of one window. Nothing says
    /// that any of them was durable: their mark waits for all before them.
    private func framesAhead(
        among beyond: [CommitFrame], of frames: [CommitFrame], in files: [[UInt8]],
        after base: TreeSize
    ) throws(OpenFault) -> [CommitFrame] {
        guard let first = beyond.first else { return [] }
        guard !beyond.contains(where: { CommitFrame.isSettled($0, in: files) }),
            beyond.dropFirst().allSatisfy({ $0.kind == .continuing })
        else { throw .journalDamaged(first) }
        // How many frames the previous window had is unknown.
        guard first.kind == .awaited else { return beyond }
        // Only the torn one is missing, as far as anything unpublished is left.
        if let last = frames.last, last.header.sizeAfter >= base,
            first.header.number != last.header.number + UInt64(CommitFrame.mostUnderWay)
        {
            throw .journalDamaged(first)
        }
        return beyond
    }

    /// Makes durable what was found of unpublished groups. A killed process may have left a frame
    /// in the kernel only: if it were applied and its entries synced, a power cut could leave
    /// entries that no frame covers.
    func settle(_ committed: Committed, after base: TreeSize) throws(OpenFault) {
        for frame in committed.ahead { try discard(frame, of: committed.files) }
        guard let last = committed.frames.last, last.header.sizeAfter > base else { return }
        for (number, file) in committed.files.enumerated() {
            var (offset, start, bytes) = (0, 0, [UInt8]())
            for frame in CommitFrame.scan(file) where frame.header.number <= last.header.number {
                if frame.header.sizeAfter > base {
                    if bytes.isEmpty { start = offset }
                    bytes += frame.bytes
                }
                offset += frame.header.frameLength
            }
            guard !bytes.isEmpty else { continue }
            // Written again first: a failed sync may have dropped the pages.
            try disk.write(bytes, to: .commits(number), at: start)
            try disk.sync(.commits(number))
        }
    }

    /// Spoils a frame whose number is used again: after the next frame of that number, it could be
    /// mistaken for a later one.
    private func discard(_ frame: CommitFrame, of files: [[UInt8]]) throws(OpenFault) {
        for (number, file) in files.enumerated() {
            var offset = 0
            for found in CommitFrame.scan(file) {
                if found.header == frame.header {
                    let nothing = [UInt8](repeating: 0, count: CommitFrame.headerLength)
                    try disk.write(nothing, to: .commits(number), at: offset)
                    try disk.sync(.commits(number))
                }
                offset += found.header.frameLength
            }
        }
    }

    /// Reads all of the commit journal, including what can only be left over.
    ///
    /// - Returns: whether frames follow a torn one that nobody waited for, as a power cut leaves
    ///   them.
    private func checkEnd(
        of frames: [CommitFrame], after base: TreeSize
    ) throws(OpenFault) -> Bool {
        let files = [try disk.contents(of: .commits(0)), try disk.contents(of: .commits(1))]
        let again = CommitFrame.read(files, after: base).run
        guard again.last?.header == frames.last?.header else {
            throw .readsDiffer("The commit journal")
        }
        var isWindowTorn = false
        for file in files {
            if let later = CommitFrame.beyondDamage(file, after: frames.last),
                later.header.sizeAfter > base
            {
                throw .journalDamaged(later)
            }
            isWindowTorn =
                isWindowTorn
                || CommitFrame.behindDamage(file, after: frames.last)
                    .contains { $0.header.sizeAfter > base }
        }
        return isWindowTorn
    }
}

extension OpenFault {
    /// - Parameter later: a sound frame after the damage.
    fileprivate static func journalDamaged(_ later: CommitFrame) -> OpenFault {
        OpenFault(
            .damaged,
            "The commit journal is damaged before record \(later.header.firstIndex.value), and whole from "
                + "there on: records that were acknowledged cannot be read. Restore the log from a copy "
                + "that verifies.")
    }
}
