// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Dispatch
import Ledger
import LogFormat
import Merkle
import Synchronization
import TestSupport
import Testing

/// `log.durability: written`.
@Suite struct `Records that are acknowledged once they are written` {
    let fixture: LedgerFixture

    init() throws {
        var fixture = try LedgerFixture()
        fixture.options.durability = .written
        self.fixture = fixture
    }

    private struct NotRecorded: Error {}

    /// Appends records, each a group of its own, and has them acknowledged.
    private func append(_ count: Int, to ledger: Ledger) throws -> [UniqueID] {
        try (0..<count).map { _ in
            let draft = fixture.record(for: ledger)
            guard case .recorded = try ledger.appendAndWait(draft, tally: .allowed) else {
                throw NotRecorded()
            }
            return draft.uid
        }
    }

    private func records(_ storage: MemoryStorage) throws -> [Record] {
        try storage.leaves().map { try Record(leaf: $0) }
    }

    /// What readers of the directory are shown.
    private func shown(_ storage: MemoryStorage) -> TreeSize {
        let files = storage.files
        let journals = [files[.commits(0)] ?? [], files[.commits(1)] ?? []]
        let run = CommitFrame.newestRun(journals[0], journals[1])
        let settled = CommitFrame.settledCount(of: run, in: journals, given: .empty)
        return run[..<settled].last?.header.sizeAfter ?? .empty
    }

    private func lastStart(_ records: [Record]) throws -> Record {
        try #require(records.last { $0.action == EventAction.logStart.rawValue })
    }

    @Test func `SaidBeforeDone: the start that says so is durable before anything is less`() throws
    {
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        let left = storage.crash(keeping: .syncedOnly)
        #expect(try left.leaves().count == 0)
        let again = try fixture.openWithoutThreads(left)
        #expect(again.recovery.replayedRecords == 1)
        #expect(again.close() == nil)
        #expect(try records(left).map(\.durability) == [.written, .written, .written, .synced])
        #expect(try records(left)[0].word(.durability) == "written")
        #expect(ledger.close() == nil)
        // A heartbeat says it, too, so that whoever reads back meets it soon.
        let beats = try records(storage).filter { $0.action == EventAction.heartbeat.rawValue }
        #expect(beats.map(\.durability) == [.written])
    }

    @Test func `ShownOnceDurable: acknowledged at once, shown and remembered after the sync`()
        throws
    {
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        ledger.publishApplied()
        let start = ledger.status.size
        let state = storage.files[.state]
        let syncs = storage.operations.count { $0.0 == .sync }
        _ = try append(5, to: ledger)
        #expect(storage.operations.count { $0.0 == .sync } == syncs)
        #expect(ledger.status.unsyncedRecords == 5)
        #expect(ledger.status.unsyncedFor > .zero)
        #expect(ledger.status.size == start)
        #expect(shown(storage) == start)
        ledger.publishApplied()
        #expect(storage.files[.state] == state)
        #expect(ledger.syncWritten())
        #expect(storage.operations.count { $0.0 == .sync } == syncs + 1)
        #expect(ledger.status.unsyncedRecords == 0)
        #expect(ledger.status.unsyncedFor == .zero)
        #expect(ledger.status.size.count == start.count + 5)
        #expect(shown(storage) == ledger.status.size)
        #expect(storage.files[.state] != state)
        #expect(!ledger.syncWritten())
        #expect(ledger.close() == nil)
    }

    @Test func `A kill loses nothing, whatever was synced`() throws {
        for syncAfter in 0..<8 {
            let storage = MemoryStorage()
            let ledger = try fixture.openWithoutThreads(storage)
            var uids = try append(syncAfter, to: ledger)
            ledger.syncWritten()
            uids += try append(7 - syncAfter, to: ledger)
            let left = storage.crash(keeping: .everything)
            let again = try fixture.openWithoutThreads(left)
            #expect(again.recovery.discardedBytes == 0)
            #expect(again.recovery.unsynced == .possible)
            #expect(again.close() == nil)
            #expect(try Set(records(left).compactMap(\.uid)).isSuperset(of: uids))
        }
    }

    /// ```text
    /// written   ├── window ──┤ sync ├── window ──┤ power cut
    ///                               any sector of it may be there
    /// ```
    @Test func `A power cut takes at most what was not synced, and the next start says so`() throws
    {
        var told: Set<String> = []
        for seed in 0..<200 as Range<UInt64> {
            var storage = MemoryStorage()
            var kept: [UniqueID] = []
            for round in 0..<3 as Range<UInt64> {
                let ledger = try fixture.openWithoutThreads(storage)
                if round > 0 {
                    let start = try lastStart(try records(storage))
                    told.insert(start.value[path: "recovery", "unsynced"]?.string ?? "")
                    #expect(
                        start.value[path: "recovery", "unsynced"]?.string
                            == ledger.recovery.unsynced?.rawValue)
                    if ledger.recovery.unsynced == .lost { #expect(start.severity == .high) }
                }
                kept += try append(Int(seed % 3), to: ledger)
                ledger.syncWritten()
                if seed % 2 == 0 { ledger.publishApplied() }
                kept += try append(Int(seed % 5), to: ledger)
                ledger.syncWritten()
                _ = try append(Int(seed % 11), to: ledger)
                storage = storage.crash(keeping: .someSectors(seed: seed &* 31 &+ round))
            }
            let ledger = try fixture.openWithoutThreads(storage)
            #expect(ledger.close() == nil)
            let records = try records(storage)
            #expect(Set(records.compactMap(\.uid)).isSuperset(of: kept))
            var previous = Hash256.zero
            for (index, leaf) in try storage.leaves().enumerated() {
                #expect(records[index].previous == previous)
                previous = LeafHash(of: leaf).hash
            }
        }
        #expect(told == ["lost", "possible"])
    }

    @Test func `An orderly end has nothing to say about losses`() throws {
        let storage = MemoryStorage()
        var ledger = try fixture.openWithoutThreads(storage)
        _ = try append(3, to: ledger)
        #expect(ledger.close() == nil)
        let left = storage.crash(keeping: .syncedOnly)
        ledger = try fixture.openWithoutThreads(left)
        #expect(ledger.recovery.unsynced == nil)
        #expect(ledger.close() == nil)
        let start = try lastStart(try records(left))
        #expect(start.value[path: "recovery", "unsynced"] == nil)
    }

    @Test func `Damage before a record that was synced is damage all the same`() throws {
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        ledger.publishApplied()
        _ = try append(4, to: ledger)
        ledger.syncWritten()
        let left = storage.crash(keeping: .syncedOnly)
        // Found by the mark behind the last of the window.
        let names = [LogFile.commits(0), .commits(1)]
        let file = try #require(
            names.first { CommitFrame.scan(left.files[$0] ?? []).contains { $0.kind == .opening } })
        let frames = CommitFrame.scan(left.files[file] ?? [])
        #expect(frames.suffix(4).map(\.kind) == [.opening, .continuing, .continuing, .continuing])
        let second = frames[frames.count - 3]
        storage.tamper(file) { $0[second.bytes.startIndex + CommitFrame.headerLength] ^= 1 }
        #expect {
            try fixture.openWithoutThreads(storage.crash(keeping: .everything))
        } throws: { ($0 as? OpenFault)?.code == .damaged }
    }

    @Test func `PoisonedStaysPoisoned: a sync that fails ends it, though its records were told`()
        throws
    {
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        let uids = try append(3, to: ledger)
        storage.inject { _, operation, file in
            guard operation == .sync, case .commits = file else { return nil }
            return .init(.system(5), effect: .unsettled)
        }
        #expect(!ledger.syncWritten())
        #expect(ledger.status.poisoned != nil)
        #expect(throws: AppendRefusal.self) { _ = try ledger.permit() }
        storage.inject(nil)
        // The process alone ends: what it had written is written again, and synced.
        let left = storage.crash(keeping: .everything)
        let again = try fixture.openWithoutThreads(left)
        let settled = left.crash(keeping: .syncedOnly)
        #expect(again.close() == nil)
        let after = try fixture.openWithoutThreads(settled)
        #expect(after.close() == nil)
        #expect(try Set(records(settled).compactMap(\.uid)).isSuperset(of: uids))
    }

    @Test func `Nothing more is acknowledged while something waits too long for its sync`() throws {
        var fixture = fixture
        fixture.options.mostUnsynced = .zero
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        let syncs = storage.operations.count { $0.0 == .sync }
        _ = try append(4, to: ledger)
        // All but the last were synced before the next one was acknowledged.
        #expect(storage.operations.count { $0.0 == .sync } == syncs + 3)
        #expect(ledger.status.unsyncedRecords == 1)
        #expect(ledger.close() == nil)
    }

    @Test func `A journal file that is full is synced at once, and the order kept`() throws {
        var fixture = fixture
        fixture.options.commitJournalBytes = 8 << 10
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        let uids = try append(60, to: ledger)
        let left = storage.crash(keeping: .everything)
        #expect(ledger.close() == nil)
        let again = try fixture.openWithoutThreads(left)
        #expect(again.close() == nil)
        for storage in [storage, left] {
            #expect(try records(storage).compactMap(\.uid).filter(Set(uids).contains) == uids)
        }
    }

    @Test func `A thread of its own syncs what was acknowledged, without being asked`() throws {
        let storage = MemoryStorage()
        let ledger = try fixture.open(storage)
        let synced = DispatchSemaphore(value: 0)
        storage.observe { operation, file in
            if operation == .sync, case .commits = file { synced.signal() }
        }
        for _ in 0..<3 {
            _ = try append(10, to: ledger)
            try #require(synced.wait(timeout: .now() + 60) == .success, "nobody syncs")
        }
        storage.observe(nil)
        #expect(ledger.close() == nil)
        #expect(ledger.status.unsyncedRecords == 0)
        let left = storage.crash(keeping: .syncedOnly)
        #expect(try left.leaves().count == storage.leaves().count)
    }
}
