// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import Ledger
import LogFormat
import Merkle
import Synchronization
import TestSupport
import Testing

@Suite struct `A log that has stopped` {
    /// The files whose sync can fail while a checkpoint is published.
    @Test(arguments: [LogFile.entries(SegmentNumber(0)), .checkpointJournal, .state])
    func `PoisonedStaysPoisoned: a sync that failed is never tried again`(file: LogFile) throws {
        let fixture = try LedgerFixture()
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        let outcome = try ledger.appendAndWait(fixture.record(for: ledger), tally: .allowed)
        guard case .recorded(let receipt) = outcome else {
            Issue.record("not recorded")
            return
        }
        // The kernel forgets the pages that it could not write, and takes them for written from then on.
        let failed = Mutex(false)
        storage.inject { _, operation, at in
            guard operation == .sync, at == file, !failed.withLock({ $0 }) else { return nil }
            failed.withLock { $0 = true }
            return .init(.system(5), effect: .unsettled)
        }
        ledger.publishApplied()
        #expect(failed.withLock { $0 })
        #expect(ledger.status.poisoned != nil)
        let count = storage.operations.count
        // Nothing that comes later touches the disk: neither turns of the two threads, nor records, nor the end.
        ledger.publishApplied()
        ledger.beat()
        ledger.writeWaiting()
        #expect(throws: AppendRefusal.self) {
            _ = try ledger.appendAndWait(fixture.record(for: ledger), tally: .allowed)
        }
        #expect(ledger.close() != nil)
        #expect(storage.operations.count == count)
        // What was acknowledged comes back after a power cut.
        let left = storage.crash(keeping: .syncedOnly)
        let again = try fixture.openWithoutThreads(left)
        #expect(again.status.size.count > receipt.index.value + 1)
        #expect(again.close() == nil)
    }

    @Test func `stops groups that were queued when publishing failed`() throws {
        var fixture = try LedgerFixture()
        // One record a group.
        fixture.options.mostGroupBytes = 1
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        _ = try ledger.appendAndWait(fixture.record(for: ledger), tally: .allowed)
        let size = ledger.status.size
        for _ in 0..<3 {
            ledger.append(
                unattended: SystemRecord.logStop(
                    uid: ledger.newRecord().uid, time: fixture.clock.now, cause: .shutdown))
        }
        // The housekeeper's sync fails between the first and the second of three groups.
        storage.inject { _, operation, file in
            guard operation == .write, file == .state else {
                let isEvidence = file == .entries(SegmentNumber(0))
                return operation == .sync && isEvidence ? .init(.system(5), effect: .nothing) : nil
            }
            ledger.publishApplied()
            return nil
        }
        ledger.writeWaiting()
        #expect(ledger.status.poisoned != nil)
        #expect(ledger.status.size == TreeSize(size.count + 1))
        #expect(ledger.close() != nil)
    }
}
