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
    /// Where bytes begin that are behind the checkpoint.
    let excess: Int?

    init(_ note: some Collection<UInt8>, file: String, position: Int) {
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

    /// The checkpoint that a few of the first lines are, and how long they are.
    private static func beginning(of note: [UInt8]) -> (UnverifiedCheckpoint, end: Int)? {
        let ends = note.indices.lazy.filter { note[$0] == UInt8(ascii: "\n") }.prefix(32)
        for end in ends.reversed() {
            if case .success(let checkpoint) = read(note[...end]) { return (checkpoint, end + 1) }
        }
        return nil
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
    /// The first record that the commit journal holds.
    private let firstFrame: LeafIndex?
    /// What is behind the journal's last whole note, and where it begins: a torn last write, or damage. A note is
    /// published only once it is synced here, so one behind the published one may be torn at its full length.
    private let journalRest: (bytes: ArraySlice<UInt8>, offset: Int)
    /// Whether a crash explains these bytes by a checkpoint that was to be published.
    private let restIsOfFrame: Bool
    /// Whether only the published checkpoint is missing at the end of the journal, as a whole or in part: opening puts
    /// it back from the file `checkpoint`.
    let publishedIsRestorable: Bool

    /// The two files as they were read.
    struct Bytes {
        let note: [UInt8]?
        let published: FoundCheckpoint?
        let journal: [UInt8]
    }

    static func bytes(in directory: FilePath) throws(LogReadFailure) -> Bytes {
        // The file `checkpoint` first: what it says was journalled before.
        let note = try ReadableFile.contents(ifAny: directory.appending(LogLayout.checkpoint))
        let journal = try ReadableFile.contents(
            ifAny: directory.appending(LogLayout.checkpointJournal))
        return Bytes(
            note: note,
            published: note.map {
                FoundCheckpoint($0, file: LogLayout.checkpoint, position: 0)
            }, journal: journal ?? [])
    }

    init(_ bytes: Bytes, frames: [CommitFrame]) {
        published = bytes.published
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
        journalRest = (rest, end)
        publishedIsRestorable = Self.isRestorable(
            bytes, after: found.last?.checkpoint, rest: rest)
        restIsOfFrame = frames.contains { Self.isTorn(rest, at: end, of: $0.checkpoint) }
        firstFrame = frames.first?.header.firstIndex
        self.frames = frames.enumerated().map {
            FoundCheckpoint($1.checkpoint, file: "commits", position: $0)
        }
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

    /// How many notes were synced for certain.
    private static func settled(
        _ notes: [ArraySlice<UInt8>], published: [UInt8]?, frames: [CommitFrame]
    ) -> Int {
        guard let published else {
            // Before the first publication, all records are in the commit journal.
            return frames.first?.header.firstIndex.value == 0 ? 0 : notes.count
        }
        return notes.lastIndex { $0.elementsEqual(published) }.map { $0 + 1 } ?? notes.count
    }

    /// Whether this is what a crash leaves of a note's entry: a beginning of it, of which sectors may be missing.
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

    /// Whether the journal has what was published: it is written there first, and synced.
    var publishedIsJournalled: Bool {
        guard let published = published?.checkpoint else { return true }
        return journal.contains {
            $0.checkpoint?.claim == published.claim
        }
    }

    /// What of the published checkpoints heartbeats have counted and the journal does not have: one was taken out.
    ///
    /// A copy of a log in use may end before what is counted, so that nothing is said of what is newer than the file
    /// `checkpoint`. Where both files are gone, everything that was counted is missing.
    func missing(by claims: [(index: LeafIndex, facts: PublishedFacts)]) -> Finding? {
        let known = published?.checkpoint?.claim.size ?? journal.last?.checkpoint?.claim.size
        let kept = journal + (publishedIsRestorable ? [published].compactMap(\.self) : [])
        for claim in claims where claim.facts.count > 0 {
            guard claim.facts.size <= known?.count ?? .max else { continue }
            let number = claim.facts.count - 1
            let found = number < UInt64(kept.count) ? kept[Int(number)].checkpoint : nil
            if found?.claim.size.count == claim.facts.size { continue }
            return Finding(
                .checkpointsMissing, file: LogLayout.checkpointJournal, index: claim.index,
                detail: "number \(claim.facts.count) was of size \(claim.facts.size), now "
                    + (found.map { "of size \($0.claim.size.count)" }
                        ?? "there are \(kept.count)"))
        }
        // The commit journal is written again from its start only once what it holds is published.
        guard journal.isEmpty, published?.checkpoint == nil, let first = firstFrame, first.value > 0
        else {
            return nil
        }
        return Finding(
            .checkpointsMissing, file: LogLayout.checkpointJournal,
            detail:
                "the commit journal begins with record \(first.value): those before were published")
    }

    /// How many checkpoints were published, as far as they are kept.
    var publishedCount: Int { journal.count + (publishedIsJournalled ? 0 : 1) }

    /// What is wrong with the end of the journal: a crash leaves the beginning of the note that was being
    /// written, or zeros where it, or a sector of it, was to be; anything else was put there.
    func journalRest(of origin: LogOrigin?) -> Finding? {
        let (rest, offset) = journalRest
        guard !rest.isEmpty else { return nil }
        let start = Array("\(origin?.text ?? "")\n".utf8)
        let isBeginning = rest.dropFirst(2).prefix(start.count).elementsEqual(
            start.prefix(max(0, rest.count - 2)))
        let isTorn = isBeginning || restIsOfFrame || rest.allSatisfy { $0 == 0 }
        return Finding(
            isTorn ? .tornJournalEnd : .trailingBytes, file: LogLayout.checkpointJournal,
            offset: offset, detail: "\(rest.count) bytes")
    }

    var all: [FoundCheckpoint] { journal + (published.map { [$0] } ?? []) + frames }
}
