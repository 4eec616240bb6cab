// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import Merkle
internal import SignedNotes
internal import SystemPackage

/// A checkpoint with the file that it was found in.
struct FoundCheckpoint: Sendable {
    /// Name relative to the log directory.
    let file: String
    /// Its place among the checkpoints of that file, from 0.
    let position: Int
    let content: Result<UnverifiedCheckpoint, CheckpointReadFault>

    init(_ note: some Collection<UInt8>, file: String, position: Int) {
        self.file = file
        self.position = position
        content = Result { () throws(CheckpointReadFault) in
            try UnverifiedCheckpoint(Array(note))
        }
    }

    var checkpoint: UnverifiedCheckpoint? {
        if case .success(let checkpoint) = content { checkpoint } else { nil }
    }
}

/// All checkpoints of a log directory.
struct CheckpointFiles: Sendable {
    let published: FoundCheckpoint?
    /// In the order of the file `checkpoints`.
    let journal: [FoundCheckpoint]
    /// In the order of the commit journal.
    let frames: [FoundCheckpoint]
    /// Bytes behind the journal's last whole note: a torn last write, or damage.
    let journalRest: Int

    init(directory: FilePath, frames: [CommitFrame]) throws(LogReadFailure) {
        let note = try ReadableFile.contents(ifAny: directory.appending(LogLayout.checkpoint))
        published = note.map { FoundCheckpoint($0, file: LogLayout.checkpoint, position: 0) }
        let name = LogLayout.checkpointJournal
        let file = try ReadableFile.contents(ifAny: directory.appending(name)) ?? []
        let (notes, length) = CheckpointJournal.scan(file)
        journal = notes.enumerated().map { FoundCheckpoint($1, file: name, position: $0) }
        journalRest = file.count - length
        self.frames = frames.enumerated().map {
            FoundCheckpoint($1.checkpoint, file: "commits", position: $0)
        }
    }

    /// Whether the journal has what was published: it is written there first, and synced.
    var publishedIsJournalled: Bool {
        guard let published = published?.checkpoint else { return true }
        return journal.contains {
            $0.checkpoint?.claim == published.claim
        }
    }

    var all: [FoundCheckpoint] { journal + (published.map { [$0] } ?? []) + frames }
}
