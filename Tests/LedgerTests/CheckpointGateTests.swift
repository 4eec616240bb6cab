// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import Dispatch
import Ledger
import LogFormat
import Merkle
import SignedNotes
import Synchronization
import TestSupport
import Testing

/// A gate that lets nothing through before it is told to.
private final class HeldGate: CheckpointGate {
    private struct Held: Sendable {
        let note: [UInt8]
        let size: TreeSize
        let pass: @Sendable ([UInt8]) -> Void
    }

    private let held = Mutex<[Held]>([])
    private let asked = Mutex<DispatchSemaphore?>(nil)

    /// Has a semaphore signalled each time that it is asked.
    func onAsk(_ semaphore: DispatchSemaphore) { asked.withLock { $0 = semaphore } }

    /// The sizes that it was asked about, in order, and has not let go.
    var sizes: [TreeSize] { held.withLock { $0.map(\.size) } }

    func ask(
        _ note: [UInt8], of size: TreeSize, pass: @escaping @Sendable (_ note: [UInt8]) -> Void
    ) {
        held.withLock { $0.append(Held(note: note, size: size, pass: pass)) }
        asked.withLock { $0 }?.signal()
    }

    func letGo() {
        let first = held.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        if let first { first.pass(first.note) }
    }
}

@Suite struct `The gate before publication` {
    var fixture: LedgerFixture
    private let gate = HeldGate()

    init() throws {
        fixture = try LedgerFixture()
        fixture.options.gate = gate
    }

    private func append(_ count: Int, to ledger: Ledger) throws {
        for _ in 0..<count {
            guard
                case .recorded = try ledger.appendAndWait(
                    fixture.record(for: ledger), tally: .allowed)
            else { throw NotRecorded() }
        }
    }

    private struct NotRecorded: Error {}

    private func published(_ storage: MemoryStorage) throws -> TreeSize? {
        try storage.files[.checkpoint].map { try UnverifiedCheckpoint($0).claim.size }
    }

    private func journalled(_ storage: MemoryStorage) -> Int {
        CheckpointJournal.scan(storage.files[.checkpointJournal] ?? []).notes.count
    }

    @Test func `holds what is published, and nothing else`() throws {
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        var sizes: [TreeSize] = []
        for _ in 0..<4 {
            try append(3, to: ledger)
            ledger.publishApplied()
            sizes.append(ledger.status.size)
        }
        // Acknowledged, applied, journalled, and the journal's files are free; only `checkpoint` waits.
        #expect(journalled(storage) == 4)
        #expect(try published(storage) == nil)
        #expect(gate.sizes == [sizes[0]])
        gate.letGo()
        ledger.publishApplied()
        #expect(try published(storage) == sizes[0])
        // Then the newest, and none of those between.
        #expect(gate.sizes == [sizes[3]])
        gate.letGo()
        ledger.publishApplied()
        #expect(try published(storage) == sizes[3])
        #expect(gate.sizes == [])
        #expect(ledger.close() == nil)
    }

    @Test func `does not hold up records, however long it is closed`() throws {
        var fixture = fixture
        fixture.options.commitJournalBytes = 8 << 10
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        try append(100, to: ledger)
        #expect(try published(storage) == nil)
        #expect(journalled(storage) > 2)
        #expect(ledger.close() == nil)
        // Opening offers what was never let through; nobody is left behind.
        let size = ledger.status.size
        let left = storage.crash(keeping: .syncedOnly)
        fixture.options.gate = OpenGate()
        let again = try fixture.openWithoutThreads(left)
        #expect(try published(left) == size)
        #expect(again.close() == nil)
        #expect(try published(left) == again.status.size)
    }

    @Test func `A start asks the gate, too`() throws {
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        try append(2, to: ledger)
        let left = storage.crash(keeping: .everything)
        let newest = ledger.status.size
        let again = try fixture.openWithoutThreads(left)
        #expect(try published(left) == nil)
        #expect(gate.sizes == [newest])
        gate.letGo()
        again.publishApplied()
        #expect(try published(left) == newest)
        #expect(again.close() == nil)
    }

    @Test func `Let through from another thread, it is published without anything else to do`()
        throws
    {
        var fixture = fixture
        fixture.options.publishEvery = .milliseconds(1)
        let storage = MemoryStorage()
        let (asked, published) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        gate.onAsk(asked)
        storage.observe { operation, file in
            if operation == .replace, file == .checkpoint { published.signal() }
        }
        let ledger = try fixture.open(storage)
        try append(1, to: ledger)
        try #require(asked.wait(timeout: .now() + 60) == .success, "the gate is not asked")
        gate.letGo()
        try #require(published.wait(timeout: .now() + 60) == .success, "nothing is published")
        storage.observe(nil)
        #expect(ledger.close() == nil)
    }
}
