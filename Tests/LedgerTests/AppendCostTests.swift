// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Crypto
import Disclosures
import Foundation
import Ledger
import LogFormat
import Merkle
import SignedNotes
import TestSupport
import Testing

@Suite struct `What a record costs` {
    private static let isLong =
        ProcessInfo.processInfo.environment["COUNTERSIGN_LONG_TESTS"] != nil

    /// Operations on the disk, and bytes that were added to files, for so many groups of one record each.
    private struct Cost {
        var operations = 0
        var bytes = 0
    }

    private func grow(_ ledger: Ledger, to size: Int) {
        let record = SystemRecord.logStop(
            uid: ledger.newRecord().uid, time: ledger.newRecord().time, cause: .shutdown)
        while Int(ledger.status.size.count) < size {
            for _ in 0..<min(5000, size - Int(ledger.status.size.count)) {
                ledger.append(unattended: record)
            }
            while ledger.writeWaiting() {}
            ledger.publishApplied()
        }
    }

    private func cost(of groups: Int, _ ledger: Ledger, _ storage: MemoryStorage) -> Cost {
        func total() -> Int {
            storage.files.filter { file, _ in
                if case .commits = file { false } else { true }
            }.values.reduce(0) { $0 + $1.count }
        }
        let (operations, bytes) = (storage.operations.count, total())
        let record = SystemRecord.logStop(
            uid: ledger.newRecord().uid, time: ledger.newRecord().time, cause: .shutdown)
        for _ in 0..<groups {
            ledger.append(unattended: record)
            ledger.writeWaiting()
            ledger.publishApplied()
        }
        return Cost(operations: storage.operations.count - operations, bytes: total() - bytes)
    }

    @Test func `is the same in a large log as in a small one`() throws {
        var fixture = try LedgerFixture()
        fixture.options.commitJournalBytes = 16 << 20
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        grow(ledger, to: 1000)
        let small = cost(of: 20, ledger, storage)
        grow(ledger, to: Self.isLong ? 1_000_000 : 20_000)
        let large = cost(of: 20, ledger, storage)
        #expect(small.operations > 20 * 5)
        // An index has some digits more; a tile, and a row of them, is full now and then.
        #expect(large.operations <= small.operations + 4, "\(small) \(large)")
        #expect(large.bytes <= small.bytes + 20 * 16 + 64, "\(small) \(large)")
        #expect(ledger.close() == nil)
    }

    @Test(arguments: [39, 60])
    func `is a checkpoint that can be remembered, or the log does not open`(count: Int) throws {
        let fixture = try LedgerFixture()
        let signers = (0..<count).map { number in
            number == 0
                ? fixture.signer
                : NoteSigner(name: fixture.signer.name, key: Curve25519.Signing.PrivateKey())
        }
        let most = Checkpoint.mostBytes(origin: fixture.options.origin, signers: signers)
        func open() throws -> Ledger {
            try Ledger.openWithoutThreads(
                MemoryStorage(), signers: signers, options: fixture.options,
                clock: fixture.clock.ledgerClock, randomness: BufferedRandomness(source: .kernel))
        }
        guard most > StateSlots.slotLength else {
            Issue.record("\(count) keys fit into \(most) bytes")
            return
        }
        let fault = #expect(throws: OpenFault.self) { _ = try open() }
        #expect(fault?.description.contains("log.state remembers 4096") == true)
    }

    @Test func `is no more in signatures than was reckoned`() throws {
        let fixture = try LedgerFixture()
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        let note = try #require(ledger.status.checkpoint)
        let most = Checkpoint.mostBytes(
            origin: fixture.options.origin, signers: [fixture.signer])
        #expect(note.count <= most && note.count >= most - 20)
        #expect(ledger.close() == nil)
    }
}
