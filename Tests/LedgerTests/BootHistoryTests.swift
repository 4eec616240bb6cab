// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Ledger
import Synchronization
import TestSupport
import Testing

/// What a start reads back of the boots before it, and sets right.
@Suite struct `The next start` {
    let fixture: LedgerFixture

    init() throws { fixture = try LedgerFixture() }

    private func full(_ storage: MemoryStorage, _ isFull: Bool) {
        storage.inject { _, operation, _ in
            isFull && operation == .reserve ? .init(.noSpace, effect: .nothing) : nil
        }
    }

    private func queue(_ ledger: Ledger) { ledger.beat() }

    private func records(_ storage: MemoryStorage) throws -> [Record] {
        try storage.leaves().map { try Record(leaf: $0) }
    }

    /// The numbers of a boot that records have, and those that gaps name.
    private func numbers(
        of boot: UniqueID, in records: [Record]
    ) -> (held: Set<UInt64>, named: Set<UInt64>) {
        var (held, named): (Set<UInt64>, Set<UInt64>) = ([], [])
        for record in records {
            if record.boot == boot, let sequence = record.sequence { held.insert(sequence) }
            guard record.value[path: "gap", "boot"]?.string == boot.text,
                let first = record.value[path: "gap", "first_seq"]?.integer,
                let last = record.value[path: "gap", "last_seq"]?.integer
            else { continue }
            named.formUnion(UInt64(first)...UInt64(last))
        }
        return (held, named)
    }

    @Test func `GapsAreRecorded: a gap that a boot could not name is named by the next`() throws {
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        queue(ledger)
        ledger.writeWaiting()
        full(storage, true)
        for _ in 0..<2 { queue(ledger) }
        ledger.writeWaiting()
        full(storage, false)
        queue(ledger)
        // Written; the gap's own record is queued behind it, and then the process is killed.
        ledger.writeWaiting()
        let left = storage.crash(keeping: .everything)
        let next = try fixture.openWithoutThreads(left)
        #expect(next.close() == nil)
        let found = try numbers(of: ledger.boot, in: records(left))
        #expect(found.held == [1, 2, 5])
        #expect(found.named == [3, 4])
        // Once is enough.
        let again = try fixture.openWithoutThreads(left)
        #expect(again.close() == nil)
        let gaps = try records(left).filter { $0.action == EventAction.gap.rawValue }
        #expect(gaps.count == 1)
    }

    @Test func `a boot that cannot name its gaps does not end in order, and the next one does it`()
        throws
    {
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        full(storage, true)
        queue(ledger)
        ledger.writeWaiting()
        full(storage, false)
        queue(ledger)
        ledger.writeWaiting()
        full(storage, true)
        #expect(ledger.close() == nil)
        full(storage, false)
        let before = try records(storage)
        #expect(before.last?.action == EventAction.heartbeat.rawValue)
        let next = try fixture.openWithoutThreads(storage)
        #expect(next.close() == nil)
        let found = try numbers(of: ledger.boot, in: records(storage))
        #expect(found.named.contains(2))
        let last = found.held.max() ?? 0
        #expect(found.held.union(found.named).isSuperset(of: 1...last))
    }

    @Test func `a start that was cut off leaves its work to the one after it`() throws {
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        var uids: [UniqueID] = []
        for _ in 0..<3 {
            let draft = fixture.record(for: ledger, stage: .started)
            _ = try ledger.appendAndWait(draft, tally: .uncounted)
            uids.append(draft.uid)
        }
        var left = storage.crash(keeping: .everything)
        // Each start comes one sync of the commit journal further than the one before it.
        var failed = 0
        var last: Ledger?
        while last == nil {
            let syncs = Mutex(0)
            let allowed = failed + 1
            left.inject { _, operation, file in
                guard operation == .sync, case .commits = file else { return nil }
                let count = syncs.withLock { syncs in
                    syncs += 1
                    return syncs
                }
                return count > allowed ? .init(.system(5), effect: .nothing) : nil
            }
            do { last = try fixture.openWithoutThreads(left) } catch {
                #expect(error.code == .storage)
                failed += 1
                left = left.crash(keeping: .syncedOnly)
            }
        }
        #expect(failed > 2)
        left.inject(nil)
        #expect(last?.close() == nil)
        let records = try records(left)
        for uid in uids {
            #expect(records.filter { $0.uid == uid }.map(\.stage) == [.started, .unknown])
        }
    }
}
