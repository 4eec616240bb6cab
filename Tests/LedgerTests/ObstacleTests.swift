// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import Ledger
import Synchronization
import TestSupport
import Testing

/// What a load balancer is told while the disk is not as it should be.
@Suite struct `Whether the log takes records` {
    private func waitUntil(_ isSo: () -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while !isSo() {
            try #require(ContinuousClock.now < deadline, "waited in vain")
            sched_yield()
        }
    }

    /// ```text
    /// test                               writer
    /// no obstacle
    /// record ───────────────────────────▶ write, sync … hangs
    /// stalled, longer each time
    /// let go ───────────────────────────▶ … returns, settles
    /// no obstacle
    /// ```
    @Test func `is answered while a sync hangs, without waiting for it`() throws {
        let fixture = try LedgerFixture()
        let storage = MemoryStorage()
        let ledger = try fixture.open(storage)
        try waitUntil { ledger.obstacle(patience: .zero) == nil }

        let letGo = DispatchSemaphore(value: 0)
        let hangs = Atomic(false)
        storage.inject { _, operation, file in
            guard operation == .sync, case .commits = file,
                !hangs.exchange(true, ordering: .sequentiallyConsistent)
            else { return nil }
            letGo.wait()
            return nil
        }
        let fate = Mutex<RecordFate?>(nil)
        let caller = Thread {
            let found = try? ledger.appendAndWait(fixture.record(for: ledger), tally: .allowed)
            fate.withLock { $0 = found }
        }
        caller.start()
        try waitUntil { hangs.load(ordering: .sequentiallyConsistent) }
        guard case .stalled(let first) = ledger.obstacle(patience: .zero),
            case .stalled(let second) = ledger.obstacle(patience: .zero)
        else {
            letGo.signal()
            Issue.record("not stalled")
            return
        }
        #expect(first < second)
        // Shorter than somebody's patience, it is a disk that works.
        #expect(ledger.obstacle(patience: .seconds(3600)) == nil)
        letGo.signal()
        try waitUntil { fate.withLock { $0 } != nil }
        guard case .recorded = fate.withLock({ $0 }) else {
            Issue.record("not recorded")
            return
        }
        try waitUntil { ledger.obstacle(patience: .zero) == nil }
        #expect(ledger.close() == nil)
        #expect(ledger.obstacle(patience: .seconds(3600)) == .closed)
    }

    /// ```text
    /// test                               writer                          housekeeper
    /// the disk is full
    /// record ──────────────────────────▶ no room: rejected
    /// no room                                                            looks for room, in vain
    /// the disk is not full
    ///                                    names the lost number ◀──────── looks for room
    /// no obstacle
    /// ```
    @Test func `is no while it finds no room, and yes again without any request`() throws {
        let fixture = try LedgerFixture()
        let storage = MemoryStorage()
        let ledger = try fixture.open(storage)
        let looks = Atomic(0)
        storage.inject { _, operation, _ in
            guard operation == .reserve else { return nil }
            looks.add(1, ordering: .sequentiallyConsistent)
            return .init(.noSpace, effect: .nothing)
        }
        let fate = try ledger.appendAndWait(fixture.record(for: ledger), tally: .allowed)
        guard case .rejected = fate else {
            Issue.record("not rejected")
            return
        }
        guard case .noRoom(let fault) = ledger.obstacle(patience: .seconds(3600)) else {
            Issue.record("no obstacle")
            return
        }
        #expect(fault.cause == .noSpace)
        // Looking loses no number: an idle proxy on a full disk has nothing more to confess.
        try waitUntil { looks.load(ordering: .sequentiallyConsistent) > 1 }
        #expect(ledger.lostRecords == 1)
        storage.inject(nil)
        try waitUntil { ledger.obstacle(patience: .seconds(3600)) == nil }
        #expect(ledger.lostRecords == 1)
        #expect(ledger.close() == nil)
    }

    @Test func `is no once it has stopped, with the cause`() throws {
        let fixture = try LedgerFixture()
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        storage.inject { _, operation, _ in
            operation == .sync ? .init(.system(5), effect: .nothing) : nil
        }
        _ = try ledger.appendAndWait(fixture.record(for: ledger), tally: .allowed)
        guard case .stopped(let cause) = ledger.obstacle(patience: .seconds(3600)) else {
            Issue.record("not stopped")
            return
        }
        #expect(cause == ledger.status.poisoned)
        _ = ledger.close()
    }
}
