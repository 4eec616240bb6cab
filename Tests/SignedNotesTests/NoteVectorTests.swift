// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Merkle
import SignedNotes
import Testing

struct NoteVectorTests {
    @Test func `the published notes verify, and signing again gives the same bytes`() throws {
        let examples = try #require(try NoteVectors.json("note-examples.json")["examples"]?.array)
        #expect(examples.count == 2)
        for example in examples {
            let vkey = try #require(example["vkey"]?.string)
            let key = try NoteVerifierKey(vkey)
            #expect(key.text == vkey)
            let bytes = Array(try #require(example["note"]?.string).utf8)
            let note = try SignedNote(bytes)
            #expect(note.encode() == bytes)
            guard case .verified(let valid) = note.verify(with: try TestKeys.known(key)) else {
                Issue.record("not verified: \(vkey)")
                continue
            }
            #expect(valid.map(\.signer) == [key.signer])
            #expect(valid.map(\.time) == [nil])
            if let skey = example["skey"]?.string {
                let signer = try NoteSigner(privateText: skey)
                #expect(signer.privateText == skey)
                #expect(signer.verifierKey == key)
                let again = SignedNote(text: note.text, signatures: [try signer.sign(note.text)])
                #expect(again.encode() == bytes)
            }
        }
    }

    @Test func `cosigned checkpoints of the witness network verify with their times`() throws {
        let cases = try #require(
            try NoteVectors.json("cosigned-checkpoints.json")["cosigned"]?.array)
        #expect(cases.count == 2)
        for item in cases {
            let vkey = try #require(item["vkey"]?.string)
            let key = try NoteVerifierKey(vkey)
            #expect(key.type == .cosignature)
            #expect(key.text == vkey)
            let bytes = Array(try #require(item["checkpoint"]?.string).utf8)
            let checkpoint = try UnverifiedCheckpoint(bytes)
            #expect(checkpoint.note.encode() == bytes)
            #expect(checkpoint.claim.size == TreeSize(300))
            #expect(checkpoint.claim.encode() == checkpoint.note.text)
            guard case .verified(let valid) = checkpoint.note.verify(with: try TestKeys.known(key))
            else {
                Issue.record("not verified: \(vkey)")
                continue
            }
            #expect(valid.map(\.time) == [CosignatureTime(seconds: 0x6954_6780)])
        }
    }

    @Test func `every checkpoint of a foreign log is signed and is the root of its entries`() throws
    {
        let vkey = String(
            decoding: try NoteVectors.bytes("tessera-testdata-log/log.vkey"), as: UTF8.self)
        let key = try NoteVerifierKey(vkey.filter { $0 != "\n" })
        let policy = try #require(TrustPolicy(logKeys: [key]))
        var frontier = Frontier()
        for size in 0...15 {
            if size > 0 {
                let bundle = try NoteVectors.bytes(
                    "tessera-testdata-log/tile/entries/000.p/\(size)")
                let tile = try NoteVectors.bytes("tessera-testdata-log/tile/0/000.p/\(size)")
                let leaves = try entries(bundle).map { LeafHash(of: $0) }
                #expect(leaves.count == size)
                #expect(tile == leaves.flatMap(\.hash.bytes))
                frontier.append(leaves[size - 1])
            }
            let checkpoint = try UnverifiedCheckpoint(
                try NoteVectors.bytes("tessera-testdata-log/checkpoint.\(size)"))
            guard case .verified(let verified) = checkpoint.verify(with: policy) else {
                Issue.record("checkpoint.\(size) is not verified")
                continue
            }
            #expect(verified.size == frontier.size)
            #expect(verified.root == frontier.root())
        }
        #expect(
            try NoteVectors.bytes("tessera-testdata-log/checkpoint")
                == NoteVectors.bytes("tessera-testdata-log/checkpoint.15"))
    }

    /// The entries of a bundle: `u16be length ‖ entry`.
    private func entries(_ bundle: [UInt8]) throws -> [ArraySlice<UInt8>] {
        var entries: [ArraySlice<UInt8>] = []
        var at = 0
        while at < bundle.count {
            let length = Int(try #require(BigEndian.read(UInt16.self, from: bundle, at: at)))
            entries.append(bundle[at + 2..<at + 2 + length])
            at += 2 + length
        }
        return entries
    }
}
