// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import Ledger
import Merkle
import SignedNotes
import TestSupport
import Testing
import Verification

/// A log that the real ledger has written, and its files.
struct LedgerLog {
    let fixture: LedgerFixture
    let storage: MemoryStorage
    let directory: TestDirectory

    var key: NoteVerifierKey { fixture.signer.verifierKey }

    /// Several starts of the proxy, each with so many records, each ended in order.
    init(_ counts: Int..., publishedAlways: Bool = true) throws {
        var fixture = try LedgerFixture()
        if !publishedAlways { fixture.options.publishEvery = .seconds(3600) }
        self.fixture = fixture
        storage = MemoryStorage()
        for count in counts {
            let ledger = try fixture.open(storage)
            try Self.append(count, to: ledger, fixture)
            #expect(ledger.close() == nil)
        }
        directory = try TestDirectory(storage)
    }

    static func append(_ count: Int, to ledger: Ledger, _ fixture: LedgerFixture) throws {
        for number in 0..<count {
            let draft = fixture.record(for: ledger, path: "/v1/invoices/\(number)")
            guard case .recorded = try ledger.appendAndWait(draft, tally: .allowed) else {
                Issue.record("not recorded")
                return
            }
        }
    }
}

extension LedgerLog {
    /// All leaves as a reader of the directory gets them.
    var leaves: [[UInt8]] {
        get throws {
            let snapshot = try LogSnapshot(directory: directory.path)
            var leaves: [[UInt8]] = []
            try snapshot.forEachLeaf(in: 0..<snapshot.size.count) { _, leaf in
                leaves.append(leaf)
            }
            return leaves
        }
    }
}

extension TestDirectory {
    /// Empties the commit journal, so that nothing but the files' own bytes speaks for them.
    func forgetCommitJournal() throws {
        try write([], to: "commits.0")
        try write([], to: "commits.1")
    }
}
