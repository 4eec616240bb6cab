// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Ledger
import LogFormat
import Simulation
import TestSupport
import Testing
import Verification

/// The same of the files `checkpoint` and `checkpoints`.
extension `What is missing in a log` {
    @Test func `is a checkpoint of the journal of checkpoints: a heartbeat has counted it`()
        async throws
    {
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        for _ in 0..<5 {
            _ = try ledger.appendAndWait(fixture.record(for: ledger), tally: .allowed)
            ledger.publishApplied()
        }
        #expect(ledger.close() == nil)
        let log = storage.crash(keeping: .everything)
        removeJournal(of: log)
        #expect(try await inspect(log).concerns.isEmpty)
        let (notes, _) = CheckpointJournal.scan(log.files[.checkpointJournal] ?? [])
        try #require(notes.count > 4)
        for left in [
            [0, notes.count - 1], Array(1..<notes.count),
            Array(0..<notes.count - 2) + [notes.count - 1],
        ] {
            let copy = log.crash(keeping: .everything)
            copy.tamper(.checkpointJournal) { bytes in
                bytes = []
                for number in left { CheckpointJournal.append(notes[number], to: &bytes) }
            }
            let found = try await inspect(copy).concerns
            #expect(found.map(\.code) == [.checkpointsMissing], "\(found.map(\.text))")
        }
    }

    @Test func `is the end of the journal of checkpoints: put back from the file checkpoint`()
        async throws
    {
        let log = try log()
        let whole = try #require(log.files[.checkpointJournal])
        let (notes, _) = CheckpointJournal.scan(whole)
        let last = try #require(notes.last).count + 2
        for left in [0, 1, 2, last / 2, last - 1] {
            for hasJournal in [true, false] {
                let copy = log.crash(keeping: .everything)
                if !hasJournal { removeJournal(of: copy) }
                copy.tamper(.checkpointJournal) { $0.removeLast(last - left) }
                let seen = try await inspect(copy)
                #expect(seen.concerns.isEmpty, "\(left): \(seen.concerns.map(\.text))")
                #expect(seen.report.findings.contains { $0.code == .checkpointRestorable })
                let ledger = try fixture.openWithoutThreads(copy)
                #expect(ledger.recovery.restoredFiles == ["checkpoints"])
                #expect(ledger.close() == nil)
                #expect(copy.files[.checkpointJournal]?.starts(with: whole) == true)
                #expect(try await inspect(copy).concerns.isEmpty)
            }
        }
    }

    @Test func `is the end of that journal and more: a refusal and a finding`() async throws {
        let log = try log()
        log.tamper(.checkpointJournal) { $0 += [0, 200, 7, 7] }
        let (notes, length) = CheckpointJournal.scan(try #require(log.files[.checkpointJournal]))
        let last = try #require(notes.last).count + 2
        log.tamper(.checkpointJournal) { $0.removeSubrange(length - last..<length) }
        #expect(try await !inspect(log).concerns.isEmpty)
        let fault = #expect(throws: OpenFault.self) { _ = try fixture.openWithoutThreads(log) }
        #expect(fault?.code == .damaged)
    }

    /// Heartbeats tell that something was published, or where the commit journal begins does.
    @Test(arguments: [true, false])
    func `is every checkpoint that was published: a refusal and a finding`(
        isCounted: Bool
    ) async throws {
        let log = try isCounted ? log() : log(journalBytes: 8 << 10, isKilled: true)
        for files in [[LogFile.checkpointJournal], [.checkpointJournal, .checkpoint]] {
            for isEmptied in [false, true] {
                let copy = log.crash(keeping: .everything)
                for file in files {
                    if isEmptied { copy.tamper(file) { $0 = [] } } else { copy.remove(file) }
                }
                let seen = try await inspect(copy)
                #expect(VerificationVerdict(seen.concerns) == .integrityFailure)
                #expect(
                    seen.concerns.contains {
                        $0.file == "checkpoints"
                            && [.checkpointsMissing, .checkpointNotJournalled].contains($0.code)
                    }, "\(seen.concerns.map(\.text))")
                let fault = #expect(throws: OpenFault.self) {
                    _ = try fixture.openWithoutThreads(copy)
                }
                #expect(fault?.code == .damaged)
                #expect(fault?.description.contains("checkpoints") == true)
            }
        }
    }
}
