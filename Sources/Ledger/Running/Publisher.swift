// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import LogFormat
internal import Merkle
internal import Synchronization

/// Writes durable groups to their files, syncs them, publishes the checkpoint over them, and so
/// lets the commit journal be reused: the housekeeper's work, off the path of any request.
///
/// Until then the commit journal and memory hold them: no more than its two files can.
///
/// Order: groups applied, evidence synced, then the state file, then the journal of checkpoints,
/// then the gate, then `checkpoint`. So a published checkpoint never covers an entry that is not in
/// place on stable storage, and is always known to the state file. Everything but `checkpoint` goes
/// on while the gate is closed.
///
/// `PoisonedStaysPoisoned`: once publishing has failed other than for lack of space, it keeps
/// failing. The kernel may have dropped what a sync should have written: a second one would succeed
/// and mean nothing.
final class Publisher: Sendable {
    /// What is in place, or will be once ``State/durable`` is applied, but is not published yet.
    struct Applied: Sendable {
        var checkpoint: [UInt8]
        var size: TreeSize
        var frame: UInt64
        var segments: Set<SegmentNumber>
        var hasNewSubjects: Bool
        var hasNewPeriods: Bool

        /// This, plus what an earlier one left to be synced.
        func after(_ earlier: Applied) -> Applied {
            var both = self
            both.segments.formUnion(earlier.segments)
            both.hasNewSubjects = hasNewSubjects || earlier.hasNewSubjects
            both.hasNewPeriods = hasNewPeriods || earlier.hasNewPeriods
            return both
        }
    }

    /// A checkpoint on its way to the file `checkpoint`.
    private struct Offer {
        var note: [UInt8]
        var size: TreeSize
    }

    private struct State {
        /// The newest that the gate has not been asked about.
        var offer: Offer?
        /// Whether the gate has one.
        var isAsking = false
        /// What the gate has passed but is not published.
        var passed: Offer?
        var applied: Applied?
        /// Groups that are durable in the commit journal and nowhere else, oldest first.
        var durable: [PreparedGroup] = []
        var journalLength: Int
        /// The last checkpoint in the journal of checkpoints, if this process put it there.
        var journalled: [UInt8] = []
        var flushedThrough: UInt64
        var published: PublishedFacts
        /// Why nothing more is published.
        var stopped: StorageFault?
        var isFlushing = false
        /// Whether a flush cannot wait for its time.
        var isUrgent = false
        /// Whether there is something to publish, or to publish sooner, that the housekeeper does
        /// not know of.
        var hasNews = false
    }

    private let storage: any LedgerStorage
    private let applier: GroupApplier
    private let gate: any CheckpointGate
    /// Called when the gate has passed something.
    private let wake: @Sendable () -> Void
    private let meters: LedgerMeters
    private let state: Mutex<State>
    /// Held during a flush, so that the writer and the housekeeper never flush concurrently.
    private let flushing = Mutex(())

    init(
        storage: any LedgerStorage, gate: any CheckpointGate, meters: LedgerMeters,
        journalLength: Int, flushedThrough: UInt64, published: PublishedFacts,
        passed: @escaping @Sendable () -> Void
    ) {
        self.storage = storage
        self.gate = gate
        wake = passed
        applier = GroupApplier(storage: storage)
        self.meters = meters
        state = Mutex(
            State(
                applied: nil, journalLength: journalLength, flushedThrough: flushedThrough,
                published: published))
    }

    /// How many checkpoints the journal of checkpoints has, and the size of the last one.
    var published: PublishedFacts { state.withLock { $0.published } }

    /// The last frame that is applied, synced and published.
    var flushedThrough: UInt64 { state.withLock { $0.flushedThrough } }

    /// Takes durable groups, in order.
    ///
    /// - Parameter needsRoomAfter: the frame that must be published before the commit journal
    ///   turns, if that is near; the writer would wait for it.
    func take(_ group: consuming PreparedGroup, needsRoomAfter: UInt64?) {
        let applied = Applied(
            checkpoint: group.checkpoint, size: group.after.size, frame: group.header.number,
            segments: [group.segment], hasNewSubjects: group.header.subjectsLength > 0,
            hasNewPeriods: group.header.periodsLength > 0)
        let kept = group.withoutRecords()
        state.withLock { state in
            state.hasNews = state.hasNews || state.applied == nil
            state.durable.append(kept)
            state.applied = state.applied.map(applied.after) ?? applied
            guard let needsRoomAfter, needsRoomAfter > state.flushedThrough, !state.isFlushing,
                !state.isUrgent
            else { return }
            state.isUrgent = true
            state.hasNews = true
        }
    }

    /// Whether the housekeeper must be told something; once for each piece of news.
    func takeNews() -> Bool {
        state.withLock { state in
            defer { state.hasNews = false }
            return state.hasNews
        }
    }

    /// When the next flush is due.
    enum Due {
        /// There is nothing to publish.
        case never
        /// With the next interval.
        case inTime
        case now
    }

    var due: Due {
        state.withLock { state in
            guard state.stopped == nil else { return .never }
            if state.passed != nil { return .now }
            let isOffering = state.offer != nil && !state.isAsking
            guard state.applied != nil || isOffering else { return .never }
            return state.isUrgent ? .now : .inTime
        }
    }

    /// Notes groups that recovery applied.
    func recovered(_ applied: Applied) { state.withLock { $0.applied = applied } }

    /// Applies and publishes what is durable, if anything is.
    func flush() throws(StorageFault) {
        let outcome = flushing.withLock { _ -> Result<Void, StorageFault> in
            Result { () throws(StorageFault) in try flushAlone() }
        }
        try outcome.get()
    }

    private func flushAlone() throws(StorageFault) {
        let (taken, groups, stopped) = state.withLock { state in
            defer {
                state.applied = nil
                state.durable = []
            }
            state.isFlushing = true
            state.isUrgent = false
            return (state.applied, state.durable, state.stopped)
        }
        defer { state.withLock { $0.isFlushing = false } }
        if let stopped { throw stopped }
        guard let applied = taken else { return try publishPassed() }
        let time = LedgerMeters.Stopwatch()
        do {
            // One writer, whatever is done to files: what is written where others do not look is
            // not published.
            try storage.confirm()
            // Crash point C4: answered, not applied. Opening applies it.
            try applier.apply(groups)
            try settle(applied)
            meters.publicationEnded(time)
        } catch {
            // Nothing is forgotten: where the disk was only full, the next flush does it all again.
            state.withLock { state in
                state.durable = groups + state.durable
                state.applied = state.applied.map { $0.after(applied) } ?? applied
                state.hasNews = true
                if !error.isPassing { state.stopped = error }
            }
            throw error
        }
        try publishPassed()
    }

    /// Offers the gate a checkpoint that is already in its journal.
    func offer(_ note: [UInt8], of size: TreeSize) {
        state.withLock { $0.offer = Offer(note: note, size: size) }
    }

    /// Asks the gate, if there is something to ask and it has answered before, and publishes what
    /// it has passed: at once if it asks nobody.
    private func publishPassed() throws(StorageFault) {
        while true {
            ask()
            guard let passed = state.withLock({ $0.passed.take() }) else { return }
            do throws(StorageFault) {
                // One writer, whatever is done to files: what is written where others do not look
                // is not published.
                try storage.confirm()
                try storage.replace(.checkpoint, with: passed.note)
                meters.checkpointPublished()
            } catch {
                state.withLock { state in
                    // Offered again with the next flush, or something newer instead.
                    state.offer = state.offer ?? passed
                    state.hasNews = true
                    if !error.isPassing { state.stopped = error }
                }
                throw error
            }
        }
    }

    private func ask() {
        let offer = state.withLock { state -> Offer? in
            guard !state.isAsking, state.passed == nil, let offer = state.offer.take() else {
                return nil
            }
            state.isAsking = true
            return offer
        }
        guard let offer else { return }
        gate.ask(offer.note, of: offer.size) { [self] note in
            state.withLock { state in
                state.passed = Offer(note: note, size: offer.size)
                state.isAsking = false
            }
            wake()
        }
    }

    private func settle(_ applied: Applied) throws(StorageFault) {
        for segment in applied.segments.sorted() {
            try storage.sync(.entries(segment))
            if try storage.length(of: .disclosures(segment)) != nil {
                try storage.sync(.disclosures(segment))
            }
            // A full segment is never written again; its derived files are synced too, so that
            // opening has to rebuild no earlier segment.
            if segment.fullSize <= applied.size {
                try storage.sync(.offsets(segment))
                for level in 0...2 { try storage.sync(.tree(level: level)) }
                for file in [LogFile.entries(segment), .offsets(segment), .disclosures(segment)] {
                    storage.release(file)
                }
            }
        }
        if applied.hasNewSubjects { try storage.sync(.subjects) }
        if applied.hasNewPeriods { try storage.sync(.periods) }

        // Crash point P1: evidence is in place, but no checkpoint says so. Opening finds the
        // frames.
        try storage.sync(.state)
        // Crash point P2: remembered, not journalled. The frames are durable, so the log is no smaller than this.
        try journal(applied)
        // Crash point P3: journalled, not published. Opening offers the newest checkpoint.
        offer(applied.checkpoint, of: applied.size)
        state.withLock { $0.flushedThrough = applied.frame }
    }

    /// Appends a checkpoint to the journal, once: an earlier flush may have got just this far.
    private func journal(_ applied: Applied) throws(StorageFault) {
        let checkpoint = applied.checkpoint
        let (length, journalled) = state.withLock { ($0.journalLength, $0.journalled) }
        guard journalled != checkpoint else { return }
        var entry: [UInt8] = []
        CheckpointJournal.append(checkpoint, to: &entry)
        try storage.write(entry[...], to: .checkpointJournal, at: length)
        try storage.sync(.checkpointJournal)
        // ImmutableOnceWritten: from here on the next one goes after it, whatever becomes of this
        // flush.
        state.withLock { state in
            state.journalLength += entry.count
            state.journalled = checkpoint
            state.published = PublishedFacts(
                count: state.published.count + 1, size: applied.size.count)
        }
    }
}
