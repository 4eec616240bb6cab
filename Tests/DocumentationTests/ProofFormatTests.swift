// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import LogFormat
import Merkle
import SignedNotes
import Testing

@Suite("Docs/Formats: keys, journal of checkpoints, proofs")
struct ProofFormatTests {
    private func leaf() throws -> [UInt8] {
        let text = try FormatExample.text("record-example", in: "record.md")
        return CanonicalJSON.encode(
            try JSONParser.parse(Array(text.utf8), as: .strict, deepest: 6))
    }

    private func verifierKey() throws -> NoteVerifierKey {
        try NoteVerifierKey(try FormatExample.text("vkey-example", in: "checkpoints.md"))
    }

    private func proof() throws -> String {
        try FormatExample.text("proof-example", in: "tlog-proof.md") + "\n"
    }

    @Test("The example private key is the one whose public key is beside it")
    func privateKey() throws {
        let text = try FormatExample.text("private-key-example", in: "checkpoints.md")
        let signer = try NoteSigner(privateText: text)
        #expect(signer.privateText == text)
        #expect(signer.verifierKey.text == (try verifierKey().text))
    }

    @Test(
        "The example checkpoint is believed under the example key, and in a journal is found again")
    func checkpoint() throws {
        let text = try FormatExample.text("checkpoint-example", in: "checkpoints.md") + "\n"
        let trust = try #require(TrustPolicy(logKeys: [try verifierKey()]))
        guard
            case .verified(let checkpoint) = try UnverifiedCheckpoint(Array(text.utf8))
                .verify(with: trust)
        else {
            Issue.record("refused")
            return
        }
        #expect(checkpoint.size == TreeSize(2))
        // As the page says: a length of two bytes and the signed note.
        let count = text.utf8.count
        let journal = [UInt8(count >> 8), UInt8(count & 255)] + Array(text.utf8)
        let (notes, length) = CheckpointJournal.scan(journal + [0, 200, 1, 2])
        #expect(notes.map { Array($0) } == [Array(text.utf8)])
        #expect(length == journal.count)
    }

    @Test("The example proof proves the example record, and nothing else")
    func tlogProof() throws {
        let proof = try TlogProof(Array(try proof().utf8))
        #expect(proof.index == LeafIndex(1))
        #expect(try Record(leaf: leaf()).index == proof.index)
        #expect(String(decoding: proof.encode(), as: UTF8.self) == (try self.proof()))
        let trust = try #require(TrustPolicy(logKeys: [try verifierKey()]))
        let leaf = try leaf()
        guard case .proven(let checkpoint) = proof.verify(LeafHash(of: leaf), with: trust) else {
            Issue.record("not proven")
            return
        }
        #expect(checkpoint.size == TreeSize(2))
        for place in stride(from: 0, to: leaf.count, by: 97) {
            var changed = leaf
            changed[place] ^= 1
            guard case .notIncluded = proof.verify(LeafHash(of: changed), with: trust) else {
                Issue.record("a changed record is proven")
                return
            }
        }
    }

    @Test("Without one of its characters the example proof proves nothing")
    func cutProof() throws {
        let text = Array(try proof().utf8)
        let trust = try #require(TrustPolicy(logKeys: [try verifierKey()]))
        let leaf = LeafHash(of: try leaf())
        for place in text.indices {
            var changed = text
            changed.remove(at: place)
            let verdict = Result { try TlogProof(changed).verify(leaf, with: trust) }
            if case .success(.proven) = verdict { Issue.record("proven without byte \(place)") }
        }
    }
}
