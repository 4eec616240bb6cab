// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import LogFormat
package import Merkle
package import SignedNotes
package import SystemPackage

/// What a log directory held at one moment, read without taking part in its writing.
///
/// The log may be live, stopped or crashed: the newest groups are taken from the commit journal, where
/// they are durable first. A snapshot stays readable while the log grows, because of
/// `ImmutableOnceWritten`: nothing below its size ever changes.
///
/// `ShownOnceDurable`: the log ends before groups of which nothing shows that their syncs have returned. What is read from
/// the kernel can be gone after a power cut, and whoever had been shown its checkpoint would call the log rewritten.
package struct LogSnapshot: Sendable {
    package let directory: FilePath
    /// The newest checkpoint of records that are durable, as far as it could be read, from the commit journal, the
    /// published file or the journal of checkpoints; nothing about it is verified. Nil for a log without any.
    package let newest: UnverifiedCheckpoint?
    /// The file `checkpoint`: what readers of the log are given.
    package let published: UnverifiedCheckpoint?
    /// The newest unbroken run of commit groups, oldest first; none where all that the commit journal holds has
    /// been published since.
    package let frames: [CommitFrame]
    /// The last of them, where nothing shows that they are durable.
    package let doubtful: ArraySlice<CommitFrame>
    package let checkpointFiles: CheckpointFiles
    private let segments: SegmentStates

    /// Reads the journals; costs as many bytes as these are long, and again where a log that is being
    /// written to published a checkpoint meanwhile.
    ///
    /// - Parameters:
    ///   - known: a checkpoint that was given out earlier: what it covers was durable then.
    ///   - segments: which segments are not in the directory any more; a file of any other that is missing is lost.
    package init(
        directory: FilePath, known: UnverifiedCheckpoint? = nil,
        segments: SegmentStates = .allPresent
    ) throws(LogReadFailure) {
        var snapshot = try Self(reading: directory, known: known, segments)
        for _ in 0..<Self.mostReadings where snapshot.isOvertaken {
            snapshot = try Self(reading: directory, known: known, segments)
        }
        self = snapshot.isOvertaken ? Self(withoutFrames: snapshot) : snapshot
    }

    /// A crash that tore the first group of a journal file leaves older ones in the other file. They are in their
    /// places, and nothing ends where they do.
    private init(withoutFrames other: LogSnapshot) {
        directory = other.directory
        newest = other.newest
        published = other.published
        frames = []
        doubtful = []
        checkpointFiles = other.checkpointFiles
        segments = other.segments
    }

    private init(
        reading directory: FilePath, known: UnverifiedCheckpoint?, _ segments: SegmentStates
    ) throws(LogReadFailure) {
        self.directory = directory
        self.segments = segments
        // Frames first: what a later write takes from the journal has been applied by then.
        let journals = [
            try Self.journal(0, in: directory), try Self.journal(1, in: directory),
        ]
        let checkpoints = try CheckpointFiles.bytes(in: directory)
        let published = checkpoints.published?.checkpoint
        let given = [published, known].compactMap { $0?.claim.size }.max() ?? .empty
        // Two groups may be written between the reading of one file and of the other: the run ends before such a gap.
        frames = CommitFrame.read(journals, after: given).run
        let settled = CommitFrame.settledCount(of: frames, in: journals, given: given)
        doubtful = frames[settled...]
        checkpointFiles = CheckpointFiles(checkpoints, frames: Array(frames[..<settled]))
        self.published = published
        newest = checkpointFiles.all.compactMap(\.checkpoint).max {
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
        // What was only reserved would cost megabytes to read.
        return try CommitFrame.used(ofFile: length) { offset, count throws(LogReadFailure) in
            try ReadableFile(path).bytes(offset..<offset + count)
        }
    }

    /// Publishing is far rarer than reading is slow.
    private static let mostReadings = 10

    /// Whether the checkpoint, which was read last, is of records that the frames read do not reach.
    private var isOvertaken: Bool {
        guard let last = frames.last else { return false }
        return size > last.header.sizeAfter
    }

    /// The size that the newest checkpoint claims; 0 without one.
    package var size: TreeSize { newest?.claim.size ?? .empty }

    /// The size with the groups that are in doubt: what may be in its place, whether or not it is shown.
    package var sizeWithDoubtful: TreeSize { max(size, doubtful.last?.header.sizeAfter ?? .empty) }

    /// The leaves that only the commit journal is sure to hold; what is before them is settled in the
    /// other files.
    package var settledSize: TreeSize {
        min(frames.first.map { TreeSize($0.header.firstIndex.value) } ?? size, size)
    }

    /// A path inside the log directory.
    package func path(_ name: String) -> FilePath { directory.appending(name) }

    /// Where a segment's entries and disclosures are.
    package func state(of segment: SegmentNumber) -> SegmentState { segments[segment] }

    /// The entries of a segment, which has to be present.
    package func entries(of segment: SegmentNumber) throws(LogReadFailure) -> OverlaidFile {
        try checkPresence(of: segment, LogLayout.entries(segment))
        return try OverlaidFile(
            path(LogLayout.entries(segment)), JournalSpan(entriesOf: segment, in: frames))
    }

    /// The disclosures of a segment, which has to be present.
    package func disclosures(of segment: SegmentNumber) throws(LogReadFailure) -> OverlaidFile {
        try checkPresence(of: segment, LogLayout.disclosures(segment))
        return try OverlaidFile(
            path(LogLayout.disclosures(segment)), JournalSpan(disclosuresOf: segment, in: frames))
    }

    private func checkPresence(
        of segment: SegmentNumber, _ name: String
    ) throws(LogReadFailure) {
        guard let absence = state(of: segment).absence else { return }
        throw LogReadFailure(absence, path(name))
    }

    package func subjectKeys() throws(LogReadFailure) -> OverlaidFile {
        try OverlaidFile(path(LogLayout.subjects), JournalSpan(subjectsIn: frames))
    }

    package func periodKeys() throws(LogReadFailure) -> OverlaidFile {
        try OverlaidFile(path(LogLayout.periods), JournalSpan(periodsIn: frames))
    }

    /// Whether more records than these are in the directory by now: a log that is being written to has grown since, and
    /// one that was copied meanwhile has records behind the newest checkpoint that go on from it. Bytes that are no
    /// such records do not grow it.
    package func hasLaterRecords() throws(LogReadFailure) -> Bool {
        if try LogSnapshot(directory: directory).sizeWithDoubtful > size { return true }
        return try UnsignedTail(self) != nil
    }
}
