// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Ledger
internal import LogReading
internal import Merkle
package import SignedNotes

/// A log that the real ledger has written, and its files.
package struct LedgerLog {
    package let fixture: LedgerFixture
    package let storage: MemoryStorage
    package let directory: TestDirectory

    package var key: NoteVerifierKey { fixture.signer.verifierKey }

    /// Several starts of the proxy, each with so many records, each ended cleanly.
    ///
    /// - Parameter publishedAlways: whether a checkpoint is published for each group.
    package init(_ counts: Int..., publishedAlways: Bool = true) throws {
        var fixture = try LedgerFixture()
        if !publishedAlways { fixture.options.publishEvery = .seconds(3600) }
        self.fixture = fixture
        storage = MemoryStorage()
        for count in counts {
            // Each in a group of its own, however busy the host is.
            let ledger = try fixture.openWithoutThreads(storage)
            try Self.append(count, to: ledger, fixture) {
                if publishedAlways { ledger.publishApplied() }
            }
            guard ledger.close() == nil else { throw FixtureFault.notRecorded }
        }
        directory = try TestDirectory(storage)
    }

    /// Records so many accesses, each of another path.
    package static func append(
        _ count: Int, to ledger: Ledger, _ fixture: LedgerFixture, each then: () -> Void = {}
    ) throws {
        for number in 0..<count {
            let draft = fixture.record(for: ledger, path: "/v1/invoices/\(number)")
            guard case .recorded = try ledger.appendAndWait(draft, tally: .allowed) else {
                throw FixtureFault.notRecorded
            }
            then()
        }
    }

    /// All leaves as a reader of the directory gets them.
    package var leaves: [[UInt8]] {
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
