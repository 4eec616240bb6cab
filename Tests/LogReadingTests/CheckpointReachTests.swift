// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import LogFormat
import LogReading
import TestSupport
import Testing

@Suite struct `The journal of checkpoints, read from its end` {
    /// More than is read of the end at once.
    private static let log = Result { try LedgerLog(900) }

    /// What either way of reading finds at one moment.
    private static func check(_ directory: TestDirectory) throws {
        let (recent, all) = (
            try LogSnapshot(directory: directory.path),
            try LogSnapshot(directory: directory.path, checkpoints: .all)
        )
        #expect(recent.newest == all.newest)
        #expect(recent.published == all.published)
        #expect(recent.size == all.size)
        let (found, wanted) = (try recent.checkpointFiles(), try all.checkpointFiles())
        #expect(found.journal.map(\.position) == Array(0..<wanted.journal.count))
        #expect(found.all.map(\.checkpoint) == wanted.all.map(\.checkpoint))
        #expect(found.journalRest.bytes == wanted.journalRest.bytes)
        #expect(found.journalRest.offset == wanted.journalRest.offset)
        #expect(found.restIsOfFrame == wanted.restIsOfFrame)
        #expect(found.publishedIsRestorable == wanted.publishedIsRestorable)
        #expect(found.publishedIsJournalled == wanted.publishedIsJournalled)
        #expect(found.publishedCount == wanted.publishedCount)
    }

    @Test func `says the same as the whole of it`() throws {
        let log = try Self.log.get()
        #expect(try log.directory.read(LogLayout.checkpointJournal).count > 1 << 17)
        try Self.check(log.directory)
    }

    @Test(arguments: [1, 2, 150, 100_000])
    func `says the same where it ends early`(cut: Int) throws {
        let directory = try Self.log.get().directory.copy()
        try directory.tamper(LogLayout.checkpointJournal) { $0.removeLast(cut) }
        try Self.check(directory)
    }

    @Test(arguments: [[0], [0, 9, 1], [0xFF, 0xFF, 1], [UInt8](repeating: 0, count: 70_000)])
    func `says the same with something after it`(rest: [UInt8]) throws {
        let directory = try Self.log.get().directory.copy()
        try directory.tamper(LogLayout.checkpointJournal) { $0 += rest }
        try Self.check(directory)
    }

    @Test func `says the same without a published checkpoint, and without a journal`() throws {
        let directory = try Self.log.get().directory.copy()
        try directory.remove(LogLayout.checkpoint)
        try Self.check(directory)
        try directory.remove(LogLayout.checkpointJournal)
        try Self.check(directory)
    }

    @Test func `needs none of what comes before, which verification reads`() throws {
        let directory = try Self.log.get().directory.copy()
        let newest = try LogSnapshot(directory: directory.path).newest
        try directory.forgetCommitJournal()
        try directory.tamper(LogLayout.checkpointJournal) { ($0[0], $0[1]) = (0, 0) }
        let recent = try LogSnapshot(directory: directory.path)
        #expect(recent.newest == newest)
        #expect(try recent.checkpointFiles().journal.count < 900)
        let all = try LogSnapshot(directory: directory.path, checkpoints: .all)
        #expect(try all.checkpointFiles().journalRest.offset == 0)
    }
}
