// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Ledger
import TestSupport
import Testing

/// How far back a start has to read.
@Suite struct `What a heartbeat calls settled` {
    let fixture: LedgerFixture

    init() throws { fixture = try LedgerFixture() }

    private func append(_ draft: RecordDraft, to ledger: Ledger) throws -> UniqueID {
        let outcome = try ledger.appendAndWait(draft, tally: .uncounted)
        guard case .recorded = outcome else { throw NotRecorded() }
        return draft.uid
    }

    private struct NotRecorded: Error {}

    private func start(_ ledger: Ledger) throws -> UniqueID {
        try append(fixture.record(for: ledger, stage: .started), to: ledger)
    }

    private func end(_ uid: UniqueID, _ ledger: Ledger) throws {
        _ = try append(fixture.record(for: ledger, uid: uid), to: ledger)
    }

    private func beat(_ ledger: Ledger) {
        ledger.beat()
        ledger.writeWaiting()
    }

    private func records(_ storage: MemoryStorage) throws -> [Record] {
        try storage.leaves().map { try Record(leaf: $0) }
    }

    private func stages(of uid: UniqueID, in records: [Record]) -> [RecordStage?] {
        records.filter { $0.uid == uid }.map(\.stage)
    }

    @Test func `is not read back, and every access gets its one outcome all the same`() throws {
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        let long = try start(ledger)
        let short = try start(ledger)
        for _ in 0..<200 { try end(start(ledger), ledger) }
        let ended = try start(ledger)
        try end(short, ledger)
        beat(ledger)
        let late = try start(ledger)
        try end(ended, ledger)
        beat(ledger)
        beat(ledger)
        let last = try start(ledger)

        let left = storage.crash(keeping: .syncedOnly)
        let next = try fixture.openWithoutThreads(left)
        #expect(next.recovery.readBackRecords < 10)
        let found = try records(left)
        for uid in [long, late, last] {
            #expect(stages(of: uid, in: found) == [.started, .unknown])
        }
        for uid in [short, ended] {
            #expect(stages(of: uid, in: found) == [.started, .complete])
        }
        #expect(found.filter { $0.stage == .unknown }.count == 3)

        // The boot after that has nothing left to do, and knows it from the end of an orderly one.
        #expect(next.close() == nil)
        let again = try fixture.openWithoutThreads(left)
        #expect(again.recovery.readBackRecords == 1)
        #expect(again.close() == nil)
    }

    @Test func `names the accesses that are open, by their place in the log`() throws {
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        let first = try start(ledger)
        let second = try start(ledger)
        try end(first, ledger)
        beat(ledger)
        let records = try records(storage)
        let heartbeat = try #require(records.last)
        let settled = try #require(SettledFacts(heartbeat))
        let index = try #require(records.firstIndex { $0.uid == second })
        #expect(settled.open == [UInt64(index)])
        #expect(settled.throughSequence == heartbeat.sequence.map { $0 - 1 })
    }

    @Test func `ends before what does not fit into its list`() throws {
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        let many = try (0..<SettledFacts.mostOpen + 3).map { _ in try start(ledger) }
        beat(ledger)
        let found = try records(storage)
        let settled = try #require(found.last.flatMap { SettledFacts($0) })
        #expect(settled.open.count == SettledFacts.mostOpen)
        let next = try #require(found.first { $0.uid == many[SettledFacts.mostOpen] })
        #expect(settled.throughSequence == next.sequence.map { $0 - 1 })

        let left = storage.crash(keeping: .syncedOnly)
        let again = try fixture.openWithoutThreads(left)
        let all = try records(left)
        for uid in many { #expect(stages(of: uid, in: all) == [.started, .unknown]) }
        #expect(again.close() == nil)
    }

    @Test func `is nothing while a lost number has no name, so that the next start finds it`()
        throws
    {
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        for _ in 0..<20 { try end(start(ledger), ledger) }
        storage.inject { _, operation, _ in
            operation == .reserve ? .init(.noSpace, effect: .nothing) : nil
        }
        ledger.beat()
        ledger.writeWaiting()
        storage.inject(nil)
        // Queued before the gap's own record.
        ledger.beat()
        ledger.writeWaiting()
        let heartbeat = try #require(try records(storage).last)
        #expect(heartbeat.action == EventAction.heartbeat.rawValue)
        #expect(SettledFacts(heartbeat) == nil)

        let left = storage.crash(keeping: .syncedOnly)
        let next = try fixture.openWithoutThreads(left)
        #expect(next.recovery.readBackRecords > 40)
        let named = try records(left).filter { $0.action == EventAction.gap.rawValue }
        #expect(named.count == 1)
        #expect(next.close() == nil)
    }

    @Test func `is believed only where the tree has the hash of what it names`() throws {
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        _ = try start(ledger)
        for _ in 0..<5 { try end(start(ledger), ledger) }
        beat(ledger)
        beat(ledger)
        let left = storage.crash(keeping: .syncedOnly)
        left.injectReads { _, operation, file in
            operation == .read && file == .tree(level: 0) ? .flippedBit(0) : nil
        }
        #expect(throws: OpenFault.self) { _ = try fixture.openWithoutThreads(left) }
        left.injectReads(nil)
        #expect(throws: Never.self) { try fixture.openWithoutThreads(left) }
    }
}
