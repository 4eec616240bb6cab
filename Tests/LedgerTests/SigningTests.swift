// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Crypto
import Disclosures
import Ledger
import SignedNotes
import TestSupport
import Testing

@Suite struct `Keys of a ledger` {
    let fixture: LedgerFixture
    let new: NoteSigner

    init() throws {
        fixture = try LedgerFixture()
        new = NoteSigner(name: fixture.signer.name, key: Curve25519.Signing.PrivateKey())
    }

    /// Key ids on the newest checkpoint after one record more.
    private func signers(_ ledger: Ledger) throws -> [KeyID] {
        _ = try ledger.appendAndWait(fixture.record(for: ledger), tally: .allowed)
        let note = try #require(ledger.status.checkpoint)
        return try UnverifiedCheckpoint(note).note.signatures.map(\.keyID)
    }

    @Test func `KeysOverlap: change between two groups, and only to some that overlap`() throws {
        let storage = MemoryStorage()
        let ledger = try fixture.open(storage)
        let old = fixture.signer
        #expect(try signers(ledger) == [old.keyID])
        let refusal = #expect(throws: OpenFault.self) { try ledger.perform(.sign(with: [new])) }
        #expect(refusal?.code == .untrustedCheckpoint)
        #expect(try signers(ledger) == [old.keyID])
        try ledger.perform(.sign(with: [new, old]))
        #expect(ledger.signingKeys == [new, old].map(\.verifierKey))
        #expect(try signers(ledger) == [new.keyID, old.keyID])
        try ledger.perform(.sign(with: [new]))
        #expect(try signers(ledger) == [new.keyID])
        #expect(throws: OpenFault.self) { try ledger.perform(.sign(with: [old])) }
        #expect(ledger.close() == nil)
        // Only the key that is left opens it.
        let fault = #expect(throws: OpenFault.self) { try fixture.open(storage) }
        #expect(fault?.code == .untrustedCheckpoint)
        let again = try Ledger.open(
            storage, signers: [new], options: fixture.options, clock: fixture.clock.ledgerClock,
            randomness: .init(source: .kernel))
        #expect(again.close() == nil)
    }

    @Test func `may be examined without a trace: what opens is said to open, what does not is not`()
        throws
    {
        let storage = MemoryStorage()
        let ledger = try fixture.open(storage)
        _ = try signers(ledger)
        #expect(ledger.close() == nil)
        let before = storage.operations.count
        func examine(_ keys: [NoteSigner]) throws -> RecoveryReport {
            try Ledger.examine(
                OverlaidStorage(storage), signers: keys, options: fixture.options,
                randomness: .init(source: .kernel))
        }
        #expect(try examine([fixture.signer]).restoredFiles == [])
        let fault = #expect(throws: OpenFault.self) { try examine([new]) }
        #expect(fault?.code == .untrustedCheckpoint)
        #expect(storage.operations.count == before)
    }
}
