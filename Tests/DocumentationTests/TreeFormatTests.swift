// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Crypto
import Merkle
import SignedNotes
import Testing

@Suite("Docs/Formats: tree, checkpoints, journal, keys")
struct TreeFormatTests {
    /// The key of the examples: the Ed25519 seed 00 01 02 … 1f.
    private func signer() throws -> NoteSigner {
        let key = try Curve25519.Signing.PrivateKey(rawRepresentation: [UInt8](0..<32))
        return NoteSigner(name: try #require(KeyName("log.example/docs")), key: key)
    }

    private func tile() throws -> [NodeHash] {
        let bytes = try FormatExample.bytes("tile-example", in: "tree.md")
        return stride(from: 0, to: bytes.count, by: 32).compactMap {
            Hash256(bytes[$0..<$0 + 32]).map { NodeHash($0) }
        }
    }

    @Test("The example tile holds `first` and the example record, and joins to the example root")
    func tree() throws {
        let text = try FormatExample.text("record-example", in: "record.md")
        let leaf = CanonicalJSON.encode(
            try JSONParser.parse(Array(text.utf8), as: .strict, deepest: 6))
        let leaves = [LeafHash(of: Array("first".utf8)), LeafHash(of: leaf)].map { NodeHash($0) }
        let record = try Record(leaf: leaf)
        #expect(record.index == LeafIndex(1))
        #expect(record.previous == leaves[0].hash)
        #expect(record.origin == (try signer()).name.text)
        let tile = try tile()
        #expect(tile == leaves)
        let root = NodeHash(left: tile[0], right: tile[1])
        #expect(
            Base64.encode(root.hash.bytes)
                == (try FormatExample.text("root-example", in: "tree.md")))
    }

    @Test("The example checkpoint is what the example key signs")
    func checkpoint() throws {
        let signer = try signer()
        #expect(
            signer.verifierKey.text
                == (try FormatExample.text("vkey-example", in: "checkpoints.md")))
        let tile = try tile()
        let checkpoint = Checkpoint(
            origin: LogOrigin(signer.name), size: TreeSize(2),
            root: RootHash(NodeHash(left: tile[0], right: tile[1]).hash))
        let note = try checkpoint.signed(by: [signer]).encode()
        let example = try FormatExample.text("checkpoint-example", in: "checkpoints.md")
        #expect(String(decoding: note, as: UTF8.self) == example + "\n")
    }

    @Test("The example frame is whole, and any change of it is noticed")
    func frame() throws {
        let bytes = try FormatExample.bytes("frame-example", in: "commit-journal.md")
        let frame = try #require(CommitFrame(in: bytes, at: 0))
        #expect(frame.header.number == 7)
        #expect(frame.header.firstIndex == LeafIndex(2))
        #expect(frame.header.sizeAfter == TreeSize(5))
        #expect(frame.header.entriesOffset == 40)
        #expect(EntryFraming.scan(Array(frame.entries).span).leaves.count == 3)
        #expect(
            String(decoding: frame.checkpoint, as: UTF8.self).hasPrefix("log.example/docs\n2\n"))
        for position in bytes.indices {
            var changed = bytes
            changed[position] ^= 0x80
            #expect(CommitFrame(in: changed, at: 0) == nil, "byte \(position)")
        }
    }

    @Test("The example slots are a live subject and the tombstone of a period")
    func slots() throws {
        let live = try FormatExample.bytes("subject-slot-example", in: "keys.md")
        let subject = try SubjectSlot(live[...])
        #expect(subject.state == .live)
        #expect(subject.id.text == "sub_0123456789abcdef")
        #expect(subject.bytes == live)
        let dead = try FormatExample.bytes("period-slot-example", in: "keys.md")
        let period = try PeriodSlot(dead[...])
        #expect(period.state == .destroyed)
        #expect(period.id.text == "2026-11")
        #expect(period.bytes == dead)
    }
}
