// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Ledger
import LogFormat
import Merkle
import SignedNotes
import TestSupport
import Testing
import Verification

@Suite struct `Tampering with a stored log` {
    static let entries = "segments/00000000/entries"

    /// Where each entry of the first segment lies, length bytes included.
    private func places(_ directory: TestDirectory) throws -> [Range<Int>] {
        let bytes = try directory.read(Self.entries)
        return EntryFraming.scan(bytes.span).leaves.map { $0.lowerBound - 2..<$0.upperBound }
    }

    /// Files whose every byte is evidence or derived from it; the commit journal and the directory's
    /// secret are not, once everything is in its place.
    static let guarded = [
        entries, "segments/00000000/offsets", "segments/00000000/disclosures", "tree/0",
        "checkpoint", "checkpoints", "keys/subjects", "keys/periods",
    ]

    @Test(arguments: guarded)
    func `any flipped bit of any file is found`(file: String) async throws {
        let log = try LedgerLog(3)
        // Without the journal, which would put the newest bytes right again.
        try log.directory.forgetCommitJournal()
        let good = try log.directory.read(file)
        let step = max(1, good.count / 120)
        for position in stride(from: 0, to: good.count, by: step) {
            var bytes = good
            bytes[position] ^= 1 << UInt8(position % 8)
            try log.directory.write(bytes, to: file)
            let report = try await verify(log.directory, [log.key])
            #expect(report.verdict != .verified, "\(file), byte \(position)")
        }
    }

    @Test func `a changed record is named`() async throws {
        let log = try LedgerLog(5)
        let places = try places(log.directory)
        let at = places[3].lowerBound + 100
        try log.directory.tamper(Self.entries) { $0[at] ^= 4 }
        let report = try await verify(log.directory, [log.key])
        let finding = report.findings.first { $0.code == .leafNotInTree }
        #expect(finding?.index == LeafIndex(3))
        #expect(finding?.file == Self.entries)
        #expect(report.codes.contains(.journalConflict))
        #expect(report.verdict == .integrityFailure)
        #expect(report.codes.contains(.rootMismatch))
        // The rest of the log is shown to be as it was signed.
        #expect(report.findings.contains { $0.code == .treeAuthentic })
    }

    @Test func `a changed record is found though the tree was changed with it`() async throws {
        let log = try LedgerLog(5)
        let place = try places(log.directory)[3]
        try log.directory.tamper(Self.entries) { bytes in
            bytes[place.upperBound - 3] ^= 1
        }
        let leaf = try log.directory.read(Self.entries)[place.lowerBound + 2..<place.upperBound]
        try log.directory.tamper("tree/0") { bytes in
            bytes.replaceSubrange(3 * 32..<4 * 32, with: LeafHash(of: leaf).hash.bytes)
        }
        let report = try await verify(log.directory, [log.key])
        #expect(report.verdict == .integrityFailure)
        #expect(report.codes.contains(.rootMismatch))
        #expect(
            report.findings.contains { $0.code == .brokenChain && $0.index == LeafIndex(4) })
        #expect(!report.findings.contains { $0.code == .treeAuthentic })
    }

    @Test func `two swapped records, a dropped one and an inserted one are found`() async throws {
        let log = try LedgerLog(6)
        let places = try places(log.directory)
        let good = try log.directory.read(Self.entries)
        let all = places.map { Array(good[$0]) }
        var swapped = all
        swapped.swapAt(2, 3)
        var dropped = all
        dropped.remove(at: 4)
        var inserted = all
        inserted.insert(all[2], at: 3)
        for (name, entries, code, index) in [
            ("swapped", swapped, FindingCode.recordsReordered, 2),
            ("dropped", dropped, .recordsDeleted, 4), ("inserted", inserted, .recordsInserted, 3),
        ] as [(String, [[UInt8]], FindingCode, UInt64)] {
            try log.directory.write(entries.flatMap(\.self), to: Self.entries)
            // The journal still has the newest groups and contradicts; without it the tree does.
            for withJournal in [true, false] {
                if !withJournal {
                    try log.directory.forgetCommitJournal()
                }
                let report = try await verify(log.directory, [log.key])
                #expect(report.verdict == .integrityFailure, "\(name)")
                guard !withJournal else { continue }
                let finding = report.findings.first { $0.code == code }
                #expect(finding?.index == LeafIndex(index), "\(name)")
                #expect(finding?.file == Self.entries, "\(name)")
                let first = report.findings.filter { $0.concern == .integrity }.compactMap(\.index)
                #expect(first.min() == LeafIndex(index), "\(name)")
            }
        }
    }

    @Test func `a truncated log is found, at every length`() async throws {
        let log = try LedgerLog(2)
        try log.directory.forgetCommitJournal()
        let good = try log.directory.read(Self.entries)
        for length in stride(from: 0, to: good.count, by: 97) {
            try log.directory.write(Array(good[..<length]), to: Self.entries)
            let report = try await verify(log.directory, [log.key])
            #expect(report.verdict == .integrityFailure)
            #expect(report.codes.contains(.entryTorn))
        }
    }

    @Test func `bytes behind the signed records are found`() async throws {
        let log = try LedgerLog(2)
        for file in [
            Self.entries, "segments/00000000/offsets", "tree/0", "segments/00000001/entries",
            "checkpoint", "checkpoints",
        ] {
            let copy = try log.directory.copy()
            let bytes = copy.files.contains(file) ? try copy.read(file) : []
            try copy.write(bytes + [9, 1, 7, 9], to: file)
            let report = try await verify(copy, [log.key])
            #expect(report.codes == [.trailingBytes], "\(file)")
            #expect(report.findings.first { $0.code == .trailingBytes }?.file == file)
        }
    }

    @Test func `stored bytes that contradict the commit journal are found`() async throws {
        let log = try LedgerLog(4)
        let last = try #require(try places(log.directory).last)
        try log.directory.tamper(Self.entries) { $0[last.lowerBound + 50] ^= 1 }
        // With the tree changed too, the journal and the checkpoints still tell.
        try log.directory.tamper("tree/0") { $0.removeLast(32) }
        let report = try await verify(log.directory, [log.key])
        #expect(report.codes.contains(.journalConflict))
        #expect(report.verdict == .integrityFailure)
    }

    @Test func `a zero is a contradiction of the journal unless a sector's rest is zero with it`()
        async throws
    {
        let log = try LedgerLog(4)
        let good = try log.directory.read(Self.entries)
        let at = try #require(try places(log.directory).last).lowerBound + 50
        try log.directory.tamper(Self.entries) { $0[at] = 0 }
        #expect(try await verify(log.directory, [log.key]).codes.contains(.journalConflict))
        // So a crash leaves it; the journal has what was to be there.
        let end = min(good.count, (at / 512 + 1) * 512)
        for length in [end - at - 1, end - at] {
            var bytes = good
            bytes.replaceSubrange(at..<at + length, with: repeatElement(0, count: length))
            try log.directory.write(bytes, to: Self.entries)
            let report = try await verify(log.directory, [log.key])
            #expect((report.verdict == .verified) == (length == end - at), "\(report.findings)")
        }
    }

    @Test func `missing files are found`() async throws {
        for (file, code) in [
            (Self.entries, FindingCode.fileMissing), ("checkpoint", nil), ("tree/0", nil),
            ("segments/00000000/disclosures", .disclosureMissing),
        ] as [(String, FindingCode?)] {
            let log = try LedgerLog(2)
            try log.directory.forgetCommitJournal()
            try log.directory.remove(file)
            let report = try await verify(log.directory, [log.key])
            if let code {
                #expect(report.codes.contains(code), "\(file)")
            } else {
                // The journal of checkpoints stands in for it, or it is made anew.
                #expect(report.verdict == .verified, "\(file)")
            }
        }
    }

    @Test func `a forged checkpoint signature is found`() async throws {
        let log = try LedgerLog(2)
        var note = try SignedNote(try log.directory.read("checkpoint"))
        let bad = try log.fixture.signer.sign(Array("other\n".utf8))
        note = SignedNote(text: note.text, signatures: [bad])
        try log.directory.write(note.encode(), to: "checkpoint")
        let report = try await verify(log.directory, [log.key])
        #expect(report.codes == [.checkpointForged])
        #expect(report.verdict == .integrityFailure)
    }

    @Test func `a checkpoint of more records than there are is found`() async throws {
        let log = try LedgerLog(2)
        let beyond = Checkpoint(
            origin: log.fixture.options.origin, size: TreeSize(99), root: RootHash(.zero))
        try log.directory.write(
            try beyond.signed(by: [log.fixture.signer]).encode(), to: "checkpoint")
        let report = try await verify(log.directory, [log.key])
        #expect(report.codes.contains(.entryTorn))
        #expect(report.verdict == .integrityFailure)
    }

    @Test func `an older copy of the whole directory is found by what was remembered`() async throws
    {
        let log = try LedgerLog(3)
        let old = try log.directory.copy()
        let ledger = try log.fixture.open(log.storage)
        try LedgerLog.append(4, to: ledger, log.fixture)
        #expect(ledger.close() == nil)
        let new = try TestDirectory(log.storage)
        let remembered = try new.read("checkpoint")
        let rolledBack = try await verify(old, [log.key], remembered: remembered)
        #expect(rolledBack.codes == [.olderThanRemembered])
        #expect(rolledBack.verdict == .rollback)
        // The other way round the log has only grown.
        let grown = try await verify(new, [log.key], remembered: try old.read("checkpoint"))
        #expect(grown.verdict == .verified)
    }

    @Test func `a log rewritten by who has the key is found by what was remembered`() async throws {
        let log = try LedgerLog(6)
        let remembered = try log.directory.read("checkpoint")
        let rewritten = MemoryStorage()
        for _ in 0..<2 {
            let ledger = try log.fixture.open(rewritten)
            try LedgerLog.append(5, to: ledger, log.fixture)
            #expect(ledger.close() == nil)
        }
        let directory = try TestDirectory(rewritten)
        #expect(try await verify(directory, [log.key]).verdict == .verified)
        let report = try await verify(directory, [log.key], remembered: remembered)
        #expect(report.codes == [.forked])
        #expect(report.verdict == .rollback)
        #expect(!report.mayBeRemembered)
    }

    @Test func `a remembered checkpoint that nobody can read decides nothing`() async throws {
        let log = try LedgerLog(1)
        for bytes in [[], Array("garbage".utf8), [UInt8](repeating: 0, count: 8192)] as [[UInt8]] {
            let report = try await verify(log.directory, [log.key], remembered: bytes)
            #expect(report.codes == [.rememberedUnreadable])
            #expect(report.verdict == .undecided)
        }
    }

    @Test func `the ledger's own state file serves as memory`() async throws {
        let log = try LedgerLog(3)
        let state = try #require(log.storage.files[.state])
        #expect(try await verify(log.directory, [log.key], remembered: state).verdict == .verified)
        let slot = try #require(
            StateSlots.slot(
                for: try Checkpoint(
                    origin: log.fixture.options.origin, size: TreeSize(50), root: RootHash(.zero)
                ).signed(by: [log.fixture.signer]).encode()))
        let report = try await verify(log.directory, [log.key], remembered: slot + slot)
        #expect(report.codes == [.olderThanRemembered])
    }
}
