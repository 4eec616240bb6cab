// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Crypto
import Disclosures
import LogFormat
import Merkle
import Testing

@Suite("Docs/Formats: records, commitments, entries")
struct RecordFormatTests {
    @Test("The example record, in canonical form, is a record with the leaf hash beside it")
    func record() throws {
        let text = try FormatExample.text("record-example", in: "record.md")
        let leaf = CanonicalJSON.encode(
            try JSONParser.parse(Array(text.utf8), as: .strict, deepest: 6))
        #expect(leaf.count == 1564)
        #expect(Record.faults(inLeaf: leaf).isEmpty)
        let hash = Base64.encode(LeafHash(of: leaf).hash.bytes)
        #expect(hash == (try FormatExample.text("leaf-hash-example", in: "record.md")))
    }

    @Test("The example commitment commits to its value")
    func commitment() throws {
        let text = try FormatExample.text("commitment-example", in: "disclosures.md")
        let example = try JSONParser.parse(Array(text.utf8), as: .strict, deepest: 6)
        let salt = try #require(
            Base64.decode(example["salt"]?.string ?? "").flatMap { Salt($0) })
        let group = try #require(CommitGroup(rawValue: example["group"]?.string ?? ""))
        let value = CanonicalJSON.encode(try #require(example["value"]))
        let commitment = Disclosure.commitment(group: group, salt: salt, value: value)
        #expect(Base64.encode(commitment.bytes) == example["commitment"]?.string)
    }

    @Test("The example block opens under the keys that the page names")
    func block() throws {
        let bytes = try FormatExample.bytes("block-example", in: "disclosures.md")
        let block = try #require(try DisclosureBlock.read(bytes, at: 0))
        #expect(block.range == 0..<bytes.count)
        let subject = SubjectKey(
            id: block.subject, lookup: .zero,
            key: SymmetricKey(data: [UInt8](repeating: 0x11, count: 32)))
        let period = PeriodKey(
            period: block.period, key: SymmetricKey(data: [UInt8](repeating: 0x22, count: 32)))
        let opened = try #require(try block.open(subject: subject, period: period).first)
        #expect(
            Disclosure.commitment(group: opened.group, salt: opened.salt, value: opened.value)
                == opened.commitment)
        let text = try FormatExample.text("commitment-example", in: "disclosures.md")
        #expect(text.contains(Base64.encode(opened.commitment.bytes)))
    }

    @Test("The example block with any byte changed does not open")
    func changedBlock() throws {
        let bytes = try FormatExample.bytes("block-example", in: "disclosures.md")
        for position in bytes.indices {
            var changed = bytes
            changed[position] ^= 1
            #expect(throws: BlockFault.self, "byte \(position)") {
                let block = try #require(try DisclosureBlock.read(changed, at: 0))
                let subject = SubjectKey(
                    id: block.subject, lookup: .zero,
                    key: SymmetricKey(data: [UInt8](repeating: 0x11, count: 32)))
                let period = PeriodKey(
                    period: block.period,
                    key: SymmetricKey(data: [UInt8](repeating: 0x22, count: 32)))
                _ = try block.open(subject: subject, period: period)
            }
        }
    }

    @Test("The example entries are `one`, nothing and `three`")
    func entries() throws {
        let bytes = try FormatExample.bytes("entries-example", in: "entries.md")
        let (leaves, fault) = EntryFraming.scan(bytes.span)
        #expect(fault == nil)
        #expect(leaves.map { String(decoding: bytes[$0], as: UTF8.self) } == ["one", "", "three"])
    }
}
