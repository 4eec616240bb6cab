// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Crypto
import Disclosures
import LogFormat
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
        let record = CanonicalJSON.encode(
            try JSONParser.parse(
                Array(try FormatExample.text("record-example", in: "record.md").utf8), as: .strict,
                deepest: 6))
        #expect(frame.header.entriesOffset == UInt64(2 + "first".utf8.count + 2 + record.count))
        let entries = Array(frame.entries)
        let leaves = EntryFraming.scan(entries.span).leaves.map { LeafHash(of: entries[$0]) }
        #expect(leaves.count == 3)
        // The checkpoint is that of the example tree with these entries.
        var frontier = Frontier()
        for leaf in try tile() { frontier.append(leaf, height: .leaf) { _, _ in } }
        for leaf in leaves { frontier.append(leaf) }
        let signer = try signer()
        let checkpoint = Checkpoint(
            origin: LogOrigin(signer.name), size: TreeSize(5), root: frontier.root())
        #expect(try checkpoint.signed(by: [signer]).encode() == Array(frame.checkpoint))
        for position in bytes.indices {
            var changed = bytes
            changed[position] ^= 0x80
            #expect(CommitFrame(in: changed, at: 0) == nil, "byte \(position)")
        }
    }

    @Test("The table of the example frame has every byte of it, and says what it is")
    func frameMembers() throws {
        let bytes = try FormatExample.bytes("frame-example", in: "commit-journal.md")
        let frame = try #require(CommitFrame(in: bytes, at: 0))
        var place = 0
        var values: [Int: UInt64] = [:]
        for row in try FormatExample.rows(of: "commit-journal.md", columns: 4) {
            guard let offset = Int(row[0]) else { continue }
            #expect(offset == place, "\(row)")
            let digits = row[1].filter { $0.isHexDigit }
            let isCut = row[1].contains("…")
            let shown = try #require(Hex.decode(digits), "\(row)")
            #expect(Array(bytes[offset...].prefix(shown.count)) == shown, "\(row)")
            place = isCut ? bytes.count : offset + shown.count
            values[offset] = UInt64(row[3])
        }
        #expect(place == bytes.count)
        let header = frame.header
        #expect(
            values == [
                8: header.number, 16: header.firstIndex.value, 24: header.entriesOffset,
                32: header.disclosuresOffset, 40: header.subjectsOffset,
                48: header.periodsOffset, 56: UInt64(header.entryCount),
                60: UInt64(header.entriesLength), 64: UInt64(header.disclosuresLength),
                68: UInt64(header.subjectsLength), 72: UInt64(header.periodsLength),
                76: UInt64(header.checkpointLength), 88: 3, 93: 0, 95: 5,
                102: UInt64(header.checkpointLength),
            ])
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
