// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Ledger
import LogReading
import Merkle
import SignedNotes
import SystemPackage
import Testing
import TestSupport
import Verification

/// What a receiver of packs remembers from one to the next.
@Suite struct `A file that remembers checkpoints of packs` {
    private let memory: TestDirectory
    private let log: LedgerLog

    init() throws {
        memory = try TestDirectory()
        log = try LedgerLog(5)
    }

    private func check(
        _ pack: TestDirectory, _ keys: [NoteVerifierKey]
    ) throws -> PackReport {
        try PackRequest(
            path: pack.path, keys: keys.map(\.text), policyFile: nil,
            stateFile: memory.path.appending("seen"), requiredWitnesses: 0
        ).run { _ in }
    }

    /// A pack of the log as it is now.
    private func pack(after seen: UnverifiedCheckpoint?) throws -> TestDirectory {
        let (pack, now) = (try TestDirectory(), try TestDirectory(log.storage))
        // The folder lives as long as its object.
        try withExtendedLifetime(now) {
            _ = try Packs.write(
                try Packs.order(),
                try Packs.source(now, [log.fixture.signer], remembered: seen), to: pack)
        }
        return pack
    }

    private func grow() throws {
        let ledger = try log.fixture.open(log.storage)
        try LedgerLog.append(5, to: ledger, log.fixture)
        #expect(ledger.close() == nil)
    }

    @Test func `is made the first time, said so, and goes forward with what is verified`() throws {
        let early = try pack(after: nil)
        // What nobody signed, or is not whole, is not remembered.
        #expect(try check(early, []).verdict == .notCovered)
        #expect(throws: (any Error).self) { try memory.read("seen") }
        let first = try check(early, [log.key])
        #expect(first.verdict == .verified)
        #expect(first.lines.contains { $0.contains("for the first time") })
        #expect(first.limitCodes.contains("not_continued"))
        #expect(try memory.read("seen") == early.read("checkpoint"))
        let again = try check(early, [log.key])
        #expect(again.verdict == .verified)
        #expect(!again.limitCodes.contains("not_continued"))

        let seen = try UnverifiedCheckpoint(try memory.read("seen"))
        try grow()
        let later = try pack(after: seen)
        let damaged = try later.copy()
        try damaged.remove("README.txt")
        #expect(try check(damaged, [log.key]).verdict == .absent)
        #expect(try memory.read("seen") == early.read("checkpoint"))
        let moved = try check(later, [log.key])
        #expect(moved.findings == [])
        #expect(moved.lines.contains { $0.contains("in place of the one before") })
        #expect(try memory.read("seen") == later.read("checkpoint"))

        // The one before is older than what was seen since.
        let old = try check(early, [log.key])
        #expect(old.verdict == .notCovered)
        #expect(old.findings.contains { $0.detail.contains("older than the one you remember") })
        #expect(try memory.read("seen") == later.read("checkpoint"))
    }

    @Test
    func `says of a newer pack that was made without it what to ask for, and who can make it`()
        throws
    {
        #expect(try check(try pack(after: nil), [log.key]).verdict == .verified)
        let kept = try memory.read("seen")
        let seen = try UnverifiedCheckpoint(kept)
        try grow()
        let newer = try pack(after: nil)
        let report = try check(newer, [log.key])
        #expect(report.verdict == .notCovered)
        #expect(report.findings.map(\.file) == ["consistency.txt"])
        let count = seen.claim.size.count
        #expect(report.findings.first?.detail.contains("made without it") == true)
        #expect(report.findings.first?.detail.contains("\(count) records") == true)
        let remedy = try #require(report.findings.first?.remedy)
        for words in [
            "a copy of your file", "--remembered FILE", "countersign log export --format pack",
            "POST /api/v1/exports", "Without --state", "countersign verify consistency --old FILE",
        ] {
            #expect(remedy.contains(words), "\(words)")
        }
        #expect(
            report.firstLine.contains(
                "nothing here leads from the \(count) records that you remember"))
        #expect(report.lines.contains { $0.contains(remedy) })
        // Nothing is said of a key that was not given, and nothing is remembered.
        #expect(!report.lines.contains { $0.contains("--key") })
        #expect(String(decoding: report.json, as: UTF8.self).contains("\"remedy\":"))
        #expect(try memory.read("seen") == kept)

        // What leads from somewhere else is of no help either; what was taken out is absent.
        let middle = try UnverifiedCheckpoint(try newer.read("checkpoint"))
        try grow()
        let other = try check(try pack(after: middle), [log.key])
        #expect(other.verdict == .notCovered)
        #expect(other.findings.first?.remedy == remedy)
        let whole = try pack(after: seen)
        let cut = try whole.copy()
        try cut.remove("consistency.txt")
        let absent = try check(cut, [log.key])
        #expect(absent.findings.map(\.kind) == [.absent])
        #expect(absent.limitCodes.contains("not_continued"))
        // The same pack, made as the remedy says.
        #expect(try check(whole, [log.key]).verdict == .verified)
    }

    @Test func `refuses another log, and a log with another past`() throws {
        let pack = try pack(after: nil)
        let forked = try TestDirectory()
        let fork = try LedgerLog(4)
        try Packs.write(
            try Packs.order(),
            try Packs.source(fork.directory, [fork.fixture.signer], remembered: nil), to: forked)
        #expect(try check(forked, [fork.key]).verdict == .verified)
        let kept = try memory.read("seen")
        // Shorter by one record, so that nothing leads from it.
        let split = try check(pack, [log.key])
        #expect(split.verdict == .notCovered)
        let text = String(decoding: kept, as: UTF8.self)
        let other = text.replacing("audit.example.com/test", with: "other.example.com/test")
        try memory.write(Array(other.utf8), to: "seen")
        let elsewhere = try check(pack, [log.key])
        #expect(elsewhere.verdict == .changed)
        #expect(elsewhere.findings.contains { $0.detail.contains("another log") })
        #expect(try memory.read("seen") == Array(other.utf8))
        try memory.write(Array("no checkpoint\n".utf8), to: "seen")
        #expect(throws: VerificationFault.self) { try check(pack, [log.key]) }
    }
}
