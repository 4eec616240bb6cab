// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
package import Merkle
package import SignedNotes
package import SystemPackage

/// What a log directory held at one moment, read without taking part in its writing.
///
/// The log may be live, stopped or crashed: the newest groups are taken from the commit journal, where
/// they are durable first. A snapshot stays readable while the log grows, because of
/// `ImmutableOnceWritten`: nothing below its size ever changes.
package struct LogSnapshot: Sendable {
    package let directory: FilePath
    /// The newest checkpoint that could be read, from the commit journal, the published file or the
    /// journal of checkpoints; nothing about it is verified. Nil for a log without any.
    package let newest: UnverifiedCheckpoint?
    /// The file `checkpoint`: what readers of the log are given.
    package let published: UnverifiedCheckpoint?
    /// The newest unbroken run of commit groups, oldest first; none where all that the commit journal holds has
    /// been published since.
    let frames: [CommitFrame]
    let checkpointFiles: CheckpointFiles

    /// Reads the journals; costs as many bytes as these are long, and again where a log that is being
    /// written to published a checkpoint meanwhile.
    package init(directory: FilePath) throws(LogReadFailure) {
        var snapshot = try Self(reading: directory)
        for _ in 0..<Self.mostReadings where snapshot.isOvertaken {
            snapshot = try Self(reading: directory)
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
        checkpointFiles = other.checkpointFiles
    }

    private init(reading directory: FilePath) throws(LogReadFailure) {
        self.directory = directory
        // Frames first: what a later write takes from the journal has been applied by then.
        let one = try ReadableFile.contents(ifAny: directory.appending(LogLayout.commits(0)))
        let other = try ReadableFile.contents(ifAny: directory.appending(LogLayout.commits(1)))
        frames = CommitFrame.newestRun(one ?? [], other ?? [])
        checkpointFiles = try CheckpointFiles(directory: directory, frames: frames)
        published = checkpointFiles.published?.checkpoint
        newest = checkpointFiles.all.compactMap(\.checkpoint).max {
            $0.claim.size < $1.claim.size
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

    /// The leaves that only the commit journal is sure to hold; what is before them is settled in the
    /// other files.
    var settledSize: TreeSize {
        frames.first.map { TreeSize($0.header.firstIndex.value) } ?? size
    }

    /// A path inside the log directory.
    func path(_ name: String) -> FilePath { directory.appending(name) }

    /// The frames whose entries are in a segment.
    private func frames(in segment: SegmentNumber) -> [CommitFrame] {
        frames.filter { SegmentNumber(of: $0.header.firstIndex) == segment }
    }

    func entries(of segment: SegmentNumber) throws(LogReadFailure) -> OverlaidFile {
        try OverlaidFile(
            path(LogLayout.entries(segment)),
            patches: frames(in: segment).map {
                OverlaidFile.Patch(
                    offset: Int(clamping: $0.header.entriesOffset), bytes: $0.entries)
            })
    }

    func disclosures(of segment: SegmentNumber) throws(LogReadFailure) -> OverlaidFile {
        try OverlaidFile(
            path(LogLayout.disclosures(segment)),
            patches: frames(in: segment).map {
                OverlaidFile.Patch(
                    offset: Int(clamping: $0.header.disclosuresOffset), bytes: $0.disclosures)
            })
    }

    func subjectKeys() throws(LogReadFailure) -> OverlaidFile {
        try OverlaidFile(
            path(LogLayout.subjects),
            patches: frames.map {
                OverlaidFile.Patch(
                    offset: Int(clamping: $0.header.subjectsOffset), bytes: $0.subjects)
            })
    }

    func periodKeys() throws(LogReadFailure) -> OverlaidFile {
        try OverlaidFile(
            path(LogLayout.periods),
            patches: frames.map {
                OverlaidFile.Patch(
                    offset: Int(clamping: $0.header.periodsOffset), bytes: $0.periods)
            })
    }
}
