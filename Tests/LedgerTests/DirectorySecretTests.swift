// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Disclosures
import Ledger
import Merkle
import TestSupport
import Testing

/// Whoever was given an id keeps it, or the log does not open.
@Suite struct `The secret under which subjects are looked up` {
    let fixture: LedgerFixture

    init() throws { fixture = try LedgerFixture() }

    private static func isCommit(_ file: LogFile) -> Bool {
        if case .commits = file { true } else { false }
    }

    @Test func `is durable before the first write of a commit group`() throws {
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        let operations = storage.operations
        #expect(ledger.close() == nil)
        let made = operations.firstIndex { $0.0 == .replace && $0.1 == .directorySecret }
        let committed = operations.firstIndex { $0.0 == .write && Self.isCommit($0.1) }
        let (first, then) = (try #require(made), try #require(committed))
        #expect(first < then)
    }

    @Test func `is missed in a log of which every caller was anonymous`() throws {
        let storage = MemoryStorage()
        let ledger = try fixture.open(storage)
        _ = try ledger.appendAndWait(fixture.record(for: ledger), tally: .allowed)
        #expect(ledger.close() == nil)
        storage.remove(.directorySecret)
        let fault = #expect(throws: OpenFault.self) { _ = try fixture.open(storage) }
        #expect(fault?.code == .damaged)
        let text = fault?.description ?? ""
        #expect(text.contains("keys/directory is gone"))
        #expect(text.contains("Restore it from a copy of the same log"))
        #expect(text.contains("new log.origin"), "what to do where no copy is left")
        #expect(storage.files[.directorySecret] == nil)
    }

    @Test func `is put back from a copy of the log, and everybody is who they were`() throws {
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        var randomness = BufferedRandomness(source: .kernel)
        let key = ledger.subjects.key(issuer: "https://issuer", subject: "s")
        let draft = fixture.record(
            for: ledger, path: "/v1/invoices/1", stage: .complete, subject: key,
            randomness: &randomness)
        _ = try ledger.appendAndWait(draft, tally: .allowed)
        #expect(ledger.close() == nil)
        let secret = try #require(storage.files[.directorySecret])
        storage.remove(.directorySecret)
        #expect(throws: OpenFault.self) { _ = try fixture.openWithoutThreads(storage) }
        storage.tamper(.directorySecret) { $0 = secret }
        let again = try fixture.openWithoutThreads(storage)
        #expect(again.subjects.key(issuer: "https://issuer", subject: "s").id == key.id)
        #expect(again.close() == nil)
    }

    @Test(arguments: [true, false])
    func `is made anew after a first start that left no record`(isDurable: Bool) throws {
        let storage = MemoryStorage()
        storage.inject { _, operation, file in
            if operation == .sync, Self.isCommit(file) {
                return .init(.system(5), effect: .nothing)
            }
            guard !isDurable, operation == .replace, file == .directorySecret else { return nil }
            return .init(.system(5), effect: .unsettled)
        }
        #expect(throws: OpenFault.self) { _ = try fixture.openWithoutThreads(storage) }
        let left = storage.crash(keeping: .syncedOnly)
        #expect((left.files[.directorySecret] != nil) == isDurable)
        left.remove(.directorySecret)
        let ledger = try fixture.openWithoutThreads(left)
        #expect(ledger.status.size.count > 0)
        #expect(ledger.close() == nil)
        #expect(left.files[.directorySecret] != nil)
    }
}
