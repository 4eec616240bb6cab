// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import LogFormat
package import Merkle
package import SignedNotes
internal import SystemPackage

/// A checkpoint and the file it was found in.
package struct FoundCheckpoint: Sendable {
    /// Name relative to the log directory.
    package let file: String
    /// Its place among the checkpoints of that file, from 0.
    package fileprivate(set) var position: Int
    package let content: Result<UnverifiedCheckpoint, CheckpointReadFault>
    /// Where the bytes after the checkpoint begin.
    package let excess: Int?

    /// - Parameter note: as in the file.
    package init(_ note: some Collection<UInt8>, file: String, position: Int) {
        self.file = file
        self.position = position
        let note = Array(note)
        let whole = Self.read(note[...])
        guard case .failure = whole, let (checkpoint, end) = Self.beginning(of: note) else {
            (content, excess) = (whole, nil)
            return
        }
        (content, excess) = (.success(checkpoint), end)
    }

    private static func read(
        _ note: ArraySlice<UInt8>
    ) -> Result<UnverifiedCheckpoint, CheckpointReadFault> {
        Result { () throws(CheckpointReadFault) in try UnverifiedCheckpoint(Array(note)) }
    }

    /// The checkpoint at the start of a text, and its length.
    private static func beginning(of note: [UInt8]) -> (UnverifiedCheckpoint, end: Int)? {
        let ends = note.indices.lazy.filter { note[$0] == UInt8(ascii: "\n") }.prefix(32)
        for end in ends.reversed() {
            if case .success(let checkpoint) = read(note[...end]) { return (checkpoint, end + 1) }
        }
        return nil
    }

    /// Nil if it could not be read.
    package var checkpoint: UnverifiedCheckpoint? {
        if case .success(let checkpoint) = content { checkpoint } else { nil }
    }
}

/// How much of the journal of checkpoints is read.
package enum CheckpointReach: Sendable {
    case all
    /// What is from the published checkpoint on.
    case newest
}

/// The checkpoints of a log directory.
package struct CheckpointFiles: Sendable {
    /// The file `checkpoint`.
    package let published: FoundCheckpoint?
    /// In the order of the file `checkpoints`: all of it, or its end from the published checkpoint on.
    package private(set) var journal: [FoundCheckpoint]
    /// In the order of the commit journal.
    package let frames: [FoundCheckpoint]
    /// The first record that the commit journal holds.
    package let firstFrame: LeafIndex?
    /// What follows the journal's last whole note, and where it begins: a torn last write, or damage. A note is
    /// published only once it is synced here, so a note after the published one may be torn even at full length.
    package let journalRest: (bytes: ArraySlice<UInt8>, offset: Int)
    /// Whether these bytes can be what a crash left of a checkpoint about to be published.
    package let restIsOfFrame: Bool
    /// How many bytes of the file `checkpoints` come before ``journal``.
    private var skipped: Int
    /// Whether only the published checkpoint is missing, wholly or partly, at the end of the journal: opening restores
    /// it from the file `checkpoint`.
    package let publishedIsRestorable: Bool

    /// The two files as read.
    struct Bytes {
        let note: [UInt8]?
        let published: FoundCheckpoint?
        /// The end of the journal of checkpoints, or all of it.
        let journal: [UInt8]
        /// How many bytes of the journal come before.
        let skipped: Int
    }

    static func bytes(
        in directory: FilePath, from reach: CheckpointReach
    ) throws(LogReadFailure) -> Bytes {
        // The file `checkpoint` first: its content was journalled before.
        let note = try ReadableFile.contents(ifAny: directory.appending(LogLayout.checkpoint))
        let (journal, skipped) = try journal(in: directory, from: reach, published: note)
        return Bytes(
            note: note,
            published: note.map {
                FoundCheckpoint($0, file: LogLayout.checkpoint, position: 0)
            }, journal: journal, skipped: skipped)
    }

    /// The journal of a log that runs for years has gigabytes. Whoever only wants the newest checkpoint reads its end, from
    /// the published note on: notes are only ever added. Where that note is not near the end, all is read.
    private static func journal(
        in directory: FilePath, from reach: CheckpointReach, published: [UInt8]?
    ) throws(LogReadFailure) -> (bytes: [UInt8], skipped: Int) {
        let path = directory.appending(LogLayout.checkpointJournal)
        let file: ReadableFile
        do throws(LogReadFailure) {
            file = try ReadableFile(path)
        } catch {
            if error.code == .missing { return ([], 0) }
            throw error
        }
        let length = try file.length()
        switch reach {
        case .all: break
        case .newest:
            let start = max(0, length - nearTheEnd)
            guard start > 0, let published, published.count <= UInt16.max else { break }
            let bytes = try file.bytes(start..<length)
            var entry: [UInt8] = []
            CheckpointJournal.append(published, to: &entry)
            if let at = last(of: entry, in: bytes) { return (Array(bytes[at...]), start + at) }
        }
        return (try file.bytes(0..<length), 0)
    }

    /// More than some dozens of notes, with the signatures of many witnesses.
    private static let nearTheEnd = 1 << 16

    private static func last(of entry: [UInt8], in bytes: [UInt8]) -> Int? {
        guard bytes.count >= entry.count else { return nil }
        return (0...bytes.count - entry.count).reversed().first {
            bytes[$0] == entry[0] && bytes[$0..<$0 + entry.count].elementsEqual(entry)
        }
    }

    init(_ bytes: Bytes, frames: [CommitFrame]) {
        published = bytes.published
        skipped = bytes.skipped
        let name = LogLayout.checkpointJournal
        let (notes, length) = CheckpointJournal.scan(bytes.journal)
        var found = notes.enumerated().map { FoundCheckpoint($1, file: name, position: $0) }
        var end = length
        let settled = Self.settled(notes, published: bytes.note, frames: frames)
        while found.count > settled, let last = found.last,
            last.checkpoint == nil || last.excess != nil
        {
            end -= notes[last.position].count + 2
            found.removeLast()
        }
        journal = found
        let rest = bytes.journal[end...]
        journalRest = (rest, bytes.skipped + end)
        publishedIsRestorable = Self.isRestorable(
            bytes, after: found.last?.checkpoint, rest: rest)
        restIsOfFrame = frames.contains {
            Self.isTorn(rest, at: bytes.skipped + end, of: $0.checkpoint)
        }
        firstFrame = frames.first?.header.firstIndex
        self.frames = frames.enumerated().map {
            FoundCheckpoint($1.checkpoint, file: "commits", position: $0)
        }
    }

    /// These, with all that the journal had before: notes are only ever added. Whether one leads to the next is for
    /// verification to say, which reads the file in one piece.
    func withWholeJournal(of directory: FilePath) throws(LogReadFailure) -> CheckpointFiles {
        guard skipped > 0 else { return self }
        let file = try ReadableFile(directory.appending(LogLayout.checkpointJournal))
        let notes = CheckpointJournal.scan(try file.bytes(0..<skipped)).notes
        var whole = self
        whole.skipped = 0
        whole.journal = notes.enumerated().map {
            FoundCheckpoint($1, file: LogLayout.checkpointJournal, position: $0)
        }
        whole.journal += journal.map {
            var found = $0
            found.position += notes.count
            return found
        }
        return whole
    }

    private static func isRestorable(
        _ bytes: Bytes, after last: UnverifiedCheckpoint?, rest: ArraySlice<UInt8>
    ) -> Bool {
        guard let last, let note = bytes.note, let published = bytes.published,
            published.excess == nil,
            let size = published.checkpoint?.claim.size, size > last.claim.size,
            note.count <= UInt16.max
        else { return false }
        var entry: [UInt8] = []
        CheckpointJournal.append(note, to: &entry)
        return entry.starts(with: rest)
    }

    /// How many notes are certain to have been synced.
    private static func settled(
        _ notes: [ArraySlice<UInt8>], published: [UInt8]?, frames: [CommitFrame]
    ) -> Int {
        guard let published else {
            // Before the first publication, all records are in the commit journal.
            return frames.first?.header.firstIndex.value == 0 ? 0 : notes.count
        }
        return notes.lastIndex { $0.elementsEqual(published) }.map { $0 + 1 } ?? notes.count
    }

    /// Whether this is what a crash leaves of a note's entry: its beginning, with sectors possibly missing.
    private static func isTorn(
        _ rest: ArraySlice<UInt8>, at offset: Int, of note: some Collection<UInt8>
    ) -> Bool {
        var entry: [UInt8] = []
        CheckpointJournal.append(Array(note), to: &entry)
        guard rest.count <= entry.count else { return false }
        let sector = JournalSpan.sectorBytes
        var start = 0
        while start < rest.count {
            let end = min(rest.count, start + sector - (offset + start) % sector)
            let piece = rest.dropFirst(start).prefix(end - start)
            guard piece.elementsEqual(entry[start..<end]) || piece.allSatisfy({ $0 == 0 }) else {
                return false
            }
            start = end
        }
        return true
    }

    /// Whether the journal has what was published: every note is written and synced there first.
    package var publishedIsJournalled: Bool {
        guard let published = published?.checkpoint else { return true }
        return journal.contains {
            $0.checkpoint?.claim == published.claim
        }
    }

    /// How many checkpoints were published, as far as they are kept.
    package var publishedCount: Int { journal.count + (publishedIsJournalled ? 0 : 1) }

    /// Those of the journal and the published one, which stay.
    package var kept: [FoundCheckpoint] { journal + (published.map { [$0] } ?? []) }

    /// The same, and those of the commit journal.
    package var all: [FoundCheckpoint] { kept + frames }
}
