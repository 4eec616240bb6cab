// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Disclosures
import Ledger
import LogReading
import Merkle
import Messages
import TestSupport
import Testing

@testable import Commands

@Suite struct `Values of a record that are not shown` {
    /// What `log get` says of the groups of a record.
    private func unseen(
        _ index: LeafIndex, _ snapshot: LogSnapshot, isOpen: Bool
    ) throws -> [String: String] {
        let lines = try RecordView.unseen(
            index, try snapshot.leaf(at: index), in: snapshot, isOpen: isOpen)
        return Dictionary(uniqueKeysWithValues: lines.map { ($0.0.plain, $0.1.plain) })
    }

    @Test func `are sealed, or erased on a day and by a record`() throws {
        let fixture = try LedgerFixture()
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        let subject = ledger.subjects.key(issuer: "https://id.example.com", subject: "ada")
        var randomness = BufferedRandomness(source: .kernel)
        let salt = randomness.salt()
        let draft = fixture.record(
            for: ledger, subject: subject,
            who: Disclosure.who(name: "Ada", email: nil, subject: subject, salt: salt),
            actor: .person(subject), randomness: &randomness)
        guard case .recorded(let receipt) = try ledger.appendAndWait(draft, tally: .allowed) else {
            Issue.record("not recorded")
            return
        }
        ledger.publishApplied()
        let before = try TestDirectory(storage)
        try withExtendedLifetime(before) {
            let snapshot = try LogSnapshot(directory: before.path)
            #expect(try unseen(receipt.index, snapshot, isOpen: true) == [:])
            let sealed = try unseen(receipt.index, snapshot, isOpen: false)
            #expect(sealed["who"] == "sealed: not opened for this reading")
        }

        let erasure = try ledger.erase([subject.id])
        ledger.publishApplied()
        let after = try TestDirectory(storage)
        try withExtendedLifetime(after) {
            let snapshot = try LogSnapshot(directory: after.path)
            let time = try Record(leaf: try snapshot.leaf(at: erasure.index)).time
            let day = try #require(time).rfc3339
            let words = "erased on \(day) by record \(erasure.index.value) (privacy.erase)"
            for isOpen in [true, false] {
                #expect(try unseen(receipt.index, snapshot, isOpen: isOpen)["who"] == words)
            }
        }
        #expect(ledger.close() == nil)
    }
}
