// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Ledger
import Synchronization
import TestSupport
import Testing

@Suite struct `A want of file descriptors` {
    private let fixture: LedgerFixture

    init() throws { fixture = try LedgerFixture() }

    private final class Count: Sendable {
        let value = Atomic<Int>(0)
    }

    @Test(arguments: [StorageFault.Operation.replace, .sync])
    func `puts publishing off, and stops nothing`(_ operation: StorageFault.Operation) throws {
        let storage = MemoryStorage()
        let ledger = try fixture.open(storage)
        let failed = Count()
        storage.inject { _, attempted, file in
            guard attempted == operation, file == .checkpoint || file == .checkpointJournal else {
                return nil
            }
            failed.value.add(1, ordering: .relaxed)
            return .init(.noDescriptors, effect: .nothing)
        }
        while failed.value.load(ordering: .relaxed) < 2 {
            guard
                case .recorded = try ledger.appendAndWait(
                    fixture.record(for: ledger), tally: .allowed)
            else {
                Issue.record("the log stopped")
                return
            }
        }
        storage.inject(nil)
        #expect(ledger.close() == nil)
        let text = String(decoding: storage.files[.checkpoint] ?? [], as: UTF8.self)
        let size = text.split(separator: "\n").dropFirst().first.flatMap { Int($0) }
        #expect(size == (try storage.leaves().count))
    }

    @Test func `for a new file rejects the group, and the log lives`() throws {
        let storage = MemoryStorage()
        let ledger = try fixture.open(storage)
        storage.inject { _, operation, _ in
            operation == .reserve ? .init(.noDescriptors, effect: .nothing) : nil
        }
        let rejected = try ledger.appendAndWait(fixture.record(for: ledger), tally: .allowed)
        guard case .rejected = rejected else {
            Issue.record("not rejected: \(rejected)")
            return
        }
        storage.inject(nil)
        guard
            case .recorded = try ledger.appendAndWait(fixture.record(for: ledger), tally: .allowed)
        else {
            Issue.record("the log did not go on")
            return
        }
        #expect(ledger.close() == nil)
    }
}
