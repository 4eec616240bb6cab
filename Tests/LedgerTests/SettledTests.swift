// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Ledger
import LogFormat
import Merkle
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

    /// Starts so many accesses in one group.
    private func start(_ count: Int, _ ledger: Ledger) throws -> [UniqueID] {
        let port = ledger.addPort(Unheard())
        var batch = ledger.batch(for: port)
        var uids: [UniqueID] = []
        for number in 0..<count {
            let draft = fixture.record(for: ledger, stage: .started)
            uids.append(draft.uid)
            try batch.append(draft, tally: .uncounted, ticket: UInt64(number))
        }
        ledger.handOver(&batch)
        while ledger.writeWaiting() {}
        return uids
    }

    private final class Unheard: ReplyPort {
        func settle(_ settlements: [Settlement]) {}
    }

    @Test(arguments: [64, 65, SettledFacts.mostOpen, SettledFacts.mostOpen + 3])
    func `is all that is open, however much that is`(count: Int) throws {
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        let many = try start(count, ledger)
        for _ in 0..<20 { try end(start(ledger), ledger) }
        try end(many[1], ledger)
        beat(ledger)
        try end(many[2], ledger)
        let found = try records(storage)
        let parts = (count - 1 + SettledFacts.mostOpen - 1) / SettledFacts.mostOpen
        let named = found.suffix(parts + 1).compactMap { SettledFacts($0) }
        #expect(named.count == parts)
        #expect(named.map(\.part) == Array(1...parts))
        let open = Set(many).subtracting([many[1]])
        let indices = found.indices.filter { place in
            found[place].stage == .started && found[place].uid.map(open.contains) ?? false
        }
        #expect(named.flatMap(\.open) == indices.map { UInt64($0) })

        let left = storage.crash(keeping: .syncedOnly)
        let next = try fixture.openWithoutThreads(left)
        // Nothing but what came after the heartbeat, and the heartbeat itself.
        #expect(next.recovery.readBackRecords < UInt64(parts) + 5)
        let all = try records(left)
        let ended = Set(all.filter { $0.stage == .unknown }.compactMap(\.uid))
        #expect(ended == open.subtracting([many[2]]))
        #expect(next.close() == nil)
    }

    @Test func `is not believed where a part of it is missing`() throws {
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        let many = try start(SettledFacts.mostOpen + 3, ledger)
        for _ in 0..<20 { try end(start(ledger), ledger) }
        // The heartbeats are queued; the disk has room for the first of them only.
        ledger.beat()
        ledger.writeWaiting(overlapping: .inOrder)
        let whole = try records(storage)
        let last = try #require(whole.last.flatMap { SettledFacts($0) })
        #expect(last.part == 2 && last.parts == 2)
        let left = storage.crash(keeping: .everything)
        // As if the last group had never been written.
        for file in [LogFile.commits(0), .commits(1)] {
            left.tamper(file) { bytes in
                let frames = CommitFrame.scan(bytes)
                guard let newest = frames.last,
                    newest.header.sizeAfter.count == UInt64(whole.count)
                else { return }
                bytes.removeLast(bytes.count - newest.bytes.startIndex)
            }
        }
        left.remove(.state)
        var adopting = fixture
        adopting.options.adoption = Adoption(reason: "INC-7", user: 1234)
        let next = try adopting.openWithoutThreads(left)
        #expect(next.recovery.readBackRecords > 40)
        let all = try records(left)
        let ended = Set(all.filter { $0.stage == .unknown }.compactMap(\.uid))
        #expect(ended == Set(many))
        #expect(next.close() == nil)
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
