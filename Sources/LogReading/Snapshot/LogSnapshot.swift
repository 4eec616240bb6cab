// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import LogFormat
package import Merkle
package import SignedNotes
package import SystemPackage

/// A log directory at one moment, read without help from its writer.
///
/// The log may be live, stopped or crashed: the newest groups come from the commit journal, where they become durable
/// first. A snapshot stays readable while the log grows, because of `ImmutableOnceWritten`: nothing below its size ever
/// changes.
///
/// `ShownOnceDurable`: the log ends before groups whose syncs are not known to have returned. Bytes read from the kernel
/// can be gone after a power cut, and to anyone who had seen their checkpoint the log would look rewritten.
package struct LogSnapshot: Sendable {
    package let directory: FilePath
    /// The newest readable checkpoint of durable records, from the commit journal, the published file or the journal
    /// of checkpoints; not verified. Nil for a log without any.
    package let newest: UnverifiedCheckpoint?
    /// The file `checkpoint`: what readers of the log get.
    package let published: UnverifiedCheckpoint?
    /// The newest unbroken run of commit groups, oldest first; none if all that the commit journal
    /// holds has been published since.
    package let frames: [CommitFrame]
    /// The last of them, if nothing shows that they are durable.
    package let doubtful: ArraySlice<CommitFrame>
    /// Without what the journal of checkpoints has before the published one, unless all was to be read.
    private let recentCheckpoints: CheckpointFiles

    /// Reads the journals, and again if a live log publishes a checkpoint meanwhile.
    ///
    /// - Parameter known: a checkpoint shown earlier: what it covers was durable then.
    /// - Parameter reach: how much of the journal of checkpoints is looked at for the newest one.
    package init(
        directory: FilePath, known: UnverifiedCheckpoint? = nil,
        checkpoints reach: CheckpointReach = .newest
    ) throws(LogReadFailure) {
        var snapshot = try Self(reading: directory, known: known, reach)
        for _ in 0..<Self.mostReadings where snapshot.isOvertaken {
            snapshot = try Self(reading: directory, known: known, reach)
        }
        self = snapshot.isOvertaken ? Self(withoutFrames: snapshot) : snapshot
    }

    /// A crash that tore the first group of a journal file leaves older groups in the other file.
    /// These have been applied and say nothing about where the log ends.
    private init(withoutFrames other: LogSnapshot) {
        directory = other.directory
        newest = other.newest
        published = other.published
        frames = []
        doubtful = []
        recentCheckpoints = other.recentCheckpoints
    }

    private init(
        reading directory: FilePath, known: UnverifiedCheckpoint?, _ reach: CheckpointReach
    ) throws(LogReadFailure) {
        self.directory = directory
        // Frames first: what a later write takes from the journal has been applied by then.
        let journals = [
            try Self.journal(0, in: directory), try Self.journal(1, in: directory),
        ]
        let checkpoints = try CheckpointFiles.bytes(in: directory, from: reach)
        let published = checkpoints.published?.checkpoint
        let given = [published, known].compactMap { $0?.claim.size }.max() ?? .empty
        // Two groups may be written between reading one file and the other: the run ends before such a gap.
        frames = CommitFrame.read(journals, after: given).run
        let settled = CommitFrame.settledCount(of: frames, in: journals, given: given)
        doubtful = frames[settled...]
        recentCheckpoints = CheckpointFiles(checkpoints, frames: Array(frames[..<settled]))
        self.published = published
        newest = recentCheckpoints.all.compactMap(\.checkpoint).max {
            $0.claim.size < $1.claim.size
        }
    }

    private static func journal(
        _ number: Int, in directory: FilePath
    ) throws(LogReadFailure) -> [UInt8] {
        let path = directory.appending(LogLayout.commits(number))
        let length: Int
        do throws(LogReadFailure) {
            length = try ReadableFile(path).length()
        } catch {
            if error.code == .missing { return [] }
            throw error
        }
        // Reading the reserved rest would cost megabytes.
        return try CommitFrame.used(ofFile: length) { offset, count throws(LogReadFailure) in
            try ReadableFile(path).bytes(offset..<offset + count)
        }
    }

    /// Enough, as publishing is rare compared with the time a reading takes.
    private static let mostReadings = 10

    /// Whether the checkpoint, which was read last, covers records beyond the frames read.
    private var isOvertaken: Bool {
        guard let last = frames.last else { return false }
        return size > last.header.sizeAfter
    }

    /// The size that the newest checkpoint claims; 0 without one.
    package var size: TreeSize { newest?.claim.size ?? .empty }

    /// The size including groups in doubt: what may be in place, whether or not it is shown.
    package var sizeWithDoubtful: TreeSize { max(size, doubtful.last?.header.sizeAfter ?? .empty) }

    /// The leaves that only the commit journal holds for certain; those before them are settled in the other
    /// files.
    package var settledSize: TreeSize {
        min(frames.first.map { TreeSize($0.header.firstIndex.value) } ?? size, size)
    }

    /// All checkpoints that the log had at the moment of the snapshot. Their journal grows by one note with each that is
    /// published; ``newest`` and ``published`` are known without it.
    package func checkpointFiles() throws(LogReadFailure) -> CheckpointFiles {
        try recentCheckpoints.withWholeJournal(of: directory)
    }

    /// Whether the log has a checkpoint for good. What was signed and never published goes with the commit journal.
    package func keeps(_ checkpoint: UnverifiedCheckpoint) throws(LogReadFailure) -> Bool {
        let isNewest = checkpoint.claim == newest?.claim
        let files = isNewest ? recentCheckpoints : try checkpointFiles()
        return files.kept.contains { $0.checkpoint?.claim == checkpoint.claim }
    }

    /// A path inside the log directory.
    package func path(_ name: String) -> FilePath { directory.appending(name) }

    /// The entries of a segment, which must be present.
    package func entries(of segment: SegmentNumber) throws(LogReadFailure) -> OverlaidFile {
        try file(
            LogLayout.entries(segment), of: segment,
            JournalSpan(entriesOf: segment, in: frames))
    }

    /// The disclosures of a segment, which must be present.
    package func disclosures(of segment: SegmentNumber) throws(LogReadFailure) -> OverlaidFile {
        try file(
            LogLayout.disclosures(segment), of: segment,
            JournalSpan(disclosuresOf: segment, in: frames))
    }

    private func file(
        _ name: String, of segment: SegmentNumber, _ span: JournalSpan?
    ) throws(LogReadFailure) -> OverlaidFile {
        try checkPresence(of: segment, name)
        let file = try OverlaidFile(path(name), span)
        // Put away just now: its files are removed once `away` is there.
        if file.isMissing { try checkPresence(of: segment, name) }
        return file
    }

    private func checkPresence(
        of segment: SegmentNumber, _ name: String
    ) throws(LogReadFailure) {
        guard let absence = try state(of: segment).absence else { return }
        throw LogReadFailure(absence, path(name))
    }

    package func subjectKeys() throws(LogReadFailure) -> OverlaidFile {
        try OverlaidFile(path(LogLayout.subjects), JournalSpan(subjectsIn: frames))
    }

    package func periodKeys() throws(LogReadFailure) -> OverlaidFile {
        try OverlaidFile(path(LogLayout.periods), JournalSpan(periodsIn: frames))
    }

    /// Whether the directory has more records by now: a live log has grown since, and a copy made
    /// while it was written has valid records after the newest checkpoint. Other bytes do not
    /// count.
    package func hasLaterRecords() throws(LogReadFailure) -> Bool {
        if try LogSnapshot(directory: directory).sizeWithDoubtful > size { return true }
        return try UnsignedTail(self) != nil
    }
}
