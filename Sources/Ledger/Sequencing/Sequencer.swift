// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import Disclosures
internal import LogFormat
internal import Merkle
internal import SignedNotes

/// Gives records their places and makes what is written; has no effects.
///
/// The next group may be sequenced while earlier ones are on their way to the disk:
/// ``GroupsUnderWay`` decides who is notified, and when. Crash tests therefore need no disk.
///
/// ## Invariants
/// - `SizeNeverShrinks`: every group adds records; the position goes back only for a group of which
///   nothing is on the disk and on which nothing was built.
/// - `EveryGroupSigned`: each carries the checkpoint of the tree that includes it.
///
/// ## Not its job
/// Retrying. One failed sync poisons the log; see `Docs/Internals/Failures.md`.
struct Sequencer: ~Copyable {
    /// Where the log stands after the last group that was sequenced.
    private(set) var position: LogPosition
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

    /// Makes these keys sign every group sequenced from now on.
    mutating func sign(with signers: [NoteSigner]) {
        precondition(!signers.isEmpty, "EveryGroupSigned: a log has at least one signer")
        self.signers = signers
    }

    /// The subjects and months whose keys have a slot, or will with a group on its way.
    var sealedUnder: (subjects: Set<SubjectID>, periods: Set<Period>) { sealing.sealedUnder }

    /// These keys are destroyed: nothing is sealed with what was derived from them.
    mutating func forget(_ subjects: Set<SubjectID>, _ periods: Set<Period>) {
        sealing.forget(subjects, periods)
    }

    /// How many of these records, from the front, make the next group: all, up to the segment's end and
    /// `mostBytes` of leaves, and at least one.
    func groupLength(of records: ArraySlice<PendingRecord>, mostBytes: Int) -> Int {
        let room = LogLayout.segmentEntries - position.size.count % LogLayout.segmentEntries
        var bytes = 0
        var length = 0
        let waiting = records.span
        for place in 0..<min(waiting.count, Int(room)) {
            bytes += waiting[place].leafBytes
            guard length == 0 || bytes <= mostBytes else { break }
            length += 1
        }
        return length
    }

    /// Gives the records their places, chains, hashes and signs them.
    ///
    /// - Parameter now: the wall clock; if it is behind the last record, that record's time is
    ///   used.
    mutating func sequence(
        _ records: ArraySlice<PendingRecord>, at now: UTCInstant
    ) -> PreparedGroup {
        let group = prepare(records, time: max(now, position.time))
        precondition(group.after.size > position.size, "SizeNeverShrinks: a group adds records")
        position = group.after
        return group
    }

    /// Nothing of the newest group was written; the next one takes its place.
    ///
    /// - Precondition: `SizeNeverShrinks`: nothing was sequenced after it.
    mutating func takeBack(_ group: PreparedGroup) {
        precondition(
            group.header.number + 1 == position.nextFrame,
            "SizeNeverShrinks: a group is taken back that others were built on")
        position = group.before
        sealing.takeBack(group)
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
            before: position, after: after)
    }
}
