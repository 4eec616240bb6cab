// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import Merkle
internal import SignedNotes

/// Decides what is written and who is answered, and never acts: it is told what happened and answers
/// with the next ``Action``.
///
/// Crash tests therefore need no disk, only a list of events cut short.
///
/// ## Invariants
/// - `DurableBeforeAcknowledged`: no acknowledgement before ``groupPersisted()``.
/// - `SizeNeverShrinks`: the position moves only with a durable group.
/// - `PoisonedStaysPoisoned`: after ``Action/stop(_:_:)`` nothing is sequenced any more.
///
/// ## Not its job
/// Retrying. One failed sync poisons the log; see `Docs/Internals/Failures.md`.
struct Sequencer: ~Copyable {
    /// What is to be done next.
    enum Action: Sendable {
        /// Reserve room, write the frame to the commit journal and sync it.
        case persist(PreparedGroup)
        /// Tell the waiting exchanges that their records are durable, then apply the group to its files.
        case acknowledge(PreparedGroup)
        /// Tell them that they are not; the log goes on.
        case reject(PreparedGroup, GroupRejected)
        /// Tell them, and everyone after them, that the log has stopped.
        case stop(PreparedGroup, LogPoisoned)
    }

    private enum Phase {
        /// Ways out: ``sequence(_:at:)`` to persisting.
        case ready
        /// Ways out: persisted or rejected to ready, failed to stopped.
        case persisting(PreparedGroup)
        /// No way out.
        case stopped
    }

    /// Where the log stands after the last durable group.
    private(set) var position: LogPosition
    private var phase: Phase = .ready
    private var sealing: GroupSealing
    private let origin: LogOrigin
    private let encodedOrigin: [UInt8]
    private var signers: [NoteSigner]

    /// - Parameters:
    ///   - signers: one or, while keys rotate, several keys of the log's name; each signs every group.
    ///   - sealing: seals disclosures under the subjects' and the period's keys.
    init(
        position: LogPosition, origin: LogOrigin, signers: [NoteSigner],
        sealing: consuming GroupSealing
    ) {
        precondition(!signers.isEmpty, "EveryGroupSigned: a log has at least one signer")
        self.position = position
        self.origin = origin
        self.signers = signers
        self.sealing = sealing
        var encoded: [UInt8] = []
        CanonicalJSON.append(string: origin.text.utf8, to: &encoded)
        encodedOrigin = encoded
    }

    /// Has these keys sign every group that is sequenced from now on.
    mutating func sign(with signers: [NoteSigner]) {
        precondition(!signers.isEmpty, "EveryGroupSigned: a log has at least one signer")
        self.signers = signers
    }

    /// How many of these records, from the front, make the next group: all, up to the segment's end and
    /// `mostBytes` of leaves, and at least one.
    func groupLength(of records: ArraySlice<PendingRecord>, mostBytes: Int) -> Int {
        let room = LogLayout.segmentEntries - position.size.count % LogLayout.segmentEntries
        var bytes = 0
        var length = 0
        let waiting = records.span
        for place in 0..<min(waiting.count, Int(room)) {
            bytes += waiting[place].draft.completedSize(encodedOrigin: encodedOrigin)
            guard length == 0 || bytes <= mostBytes else { break }
            length += 1
        }
        return length
    }

    /// Gives the records their places, chains, hashes and signs them.
    ///
    /// - Parameter now: the wall clock; where it is behind the last record, that record's time is kept.
    mutating func sequence(
        _ records: ArraySlice<PendingRecord>, at now: UTCInstant
    ) -> Action {
        guard case .ready = phase else {
            preconditionFailure("OneGroupAtATime: sequenced while a group is under way or stopped")
        }
        let group = prepare(records, time: max(now, position.time))
        phase = .persisting(group)
        return .persist(group)
    }

    /// The frame is on stable storage.
    mutating func groupPersisted() -> Action {
        let group = takeGroup()
        precondition(
            group.after.size > position.size, "SizeNeverShrinks: a durable group adds records")
        position = group.after
        sealing.groupPersisted(group)
        phase = .ready
        return .acknowledge(group)
    }

    /// Nothing of the group reached the journal, and no sync failed: there was no room for it.
    mutating func groupRejected(_ cause: StorageFault) -> Action {
        let group = takeGroup()
        sealing.groupRejected(group)
        phase = .ready
        return .reject(group, GroupRejected(cause: cause))
    }

    /// Whether the frame is on the disk is unknown.
    mutating func groupFailed(_ cause: StorageFault) -> Action {
        let group = takeGroup()
        phase = .stopped
        return .stop(group, LogPoisoned(cause: .commit(cause)))
    }

    private func takeGroup() -> PreparedGroup {
        guard case .persisting(let group) = phase else {
            preconditionFailure("OneGroupAtATime: told of a group that is not under way")
        }
        return group
    }

    private func sign(_ checkpoint: Checkpoint) -> [UInt8] {
        do {
            return try checkpoint.signed(by: signers).encode()
        } catch {
            preconditionFailure("EveryGroupSigned: the library does not sign (\(error))")
        }
    }

    private mutating func prepare(
        _ records: ArraySlice<PendingRecord>, time: UTCInstant
    ) -> PreparedGroup {
        var header = CommitFrame.Header(
            number: position.nextFrame, firstIndex: position.size.nextIndex)
        header.entriesOffset = position.entriesLength
        header.disclosuresOffset = position.disclosuresLength
        header.subjectsOffset = position.subjectsLength
        header.periodsOffset = position.periodsLength

        var leaves = LeafBatch(
            after: position, encodedOrigin: encodedOrigin, expecting: records)
        leaves.append(records, time: time)
        header.entryCount = UInt32(records.count)
        header.entriesLength = UInt32(leaves.frame.count - CommitFrame.headerLength)

        var frame = leaves.takeFrame()
        let sealed = sealing.seal(
            records, segment: SegmentNumber(of: header.firstIndex), at: time, into: &frame)
        header.disclosuresLength = UInt32(sealed.disclosuresLength)
        header.subjectsLength = UInt32(sealed.subjectsLength)
        header.periodsLength = UInt32(sealed.periodsLength)

        let checkpoint = Checkpoint(
            origin: origin, size: leaves.frontier.size, root: leaves.frontier.root())
        let note = sign(checkpoint)
        header.checkpointLength = UInt32(note.count)
        frame.append(contentsOf: note)
        CommitFrame.seal(&frame, with: header)

        var after = position
        after.frontier = leaves.frontier
        after.previous = leaves.previous
        after.time = time
        after.nextFrame += 1
        after.subjectsLength += UInt64(header.subjectsLength)
        after.periodsLength += UInt64(header.periodsLength)
        let staysInSegment = after.segment == position.segment
        after.entriesLength =
            staysInSegment ? position.entriesLength + UInt64(header.entriesLength) : 0
        after.disclosuresLength =
            staysInSegment ? position.disclosuresLength + UInt64(header.disclosuresLength) : 0
        return PreparedGroup(
            records: records, header: header, frame: frame,
            leafHashes: leaves.leafHashes, treeHashes: leaves.treeHashes,
            offsets: leaves.offsets, disclosed: sealed.disclosed,
            newSubjects: sealed.newSubjects, newPeriod: sealed.newPeriod, checkpoint: note,
            after: after)
    }
}
