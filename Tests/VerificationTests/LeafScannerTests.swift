// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Merkle
import TestSupport
import Testing

@testable import Verification

/// The scanner is trusted to say "good" only; everything else is asked of the slow reader.
@Suite struct `The leaf scanner` {
    private func leaves() throws -> [[UInt8]] { try LedgerLog(3, 1).leaves }

    @Test func `vouches for every record of the ledger and reads it as the slow reader does`()
        throws
    {
        var scanner = LeafScanner()
        for (index, leaf) in try leaves().enumerated() {
            let isVouched = scanner.scan(leaf.span)
            #expect(isVouched)
            let record = try Record(leaf: leaf)
            let facts = scanner.facts
            #expect(facts.index == UInt64(index))
            #expect(record.index == LeafIndex(facts.index))
            #expect(record.previous == facts.previous)
            #expect(record.uid == facts.uid)
            #expect(record.boot == facts.boot)
            #expect(record.sequence == facts.sequence)
            #expect(record.stage == facts.stage)
            #expect(record.effect == facts.effect)
            #expect((record.event("category")?.string == "access") == facts.isAccess)
            for group in CommitGroup.allCases {
                #expect(record.commitments[group] == facts.commitments[group])
            }
            #expect(text(leaf, facts.origin) == record.origin)
            #expect(text(leaf, facts.producer) == record.producer)
            #expect(text(leaf, facts.action) == record.action)
            #expect(text(leaf, facts.logTime) == record.logTime?.rfc3339)
        }
    }

    private func text(_ leaf: [UInt8], _ place: Range<Int>) -> String {
        String(decoding: leaf[place], as: UTF8.self)
    }

    @Test func `vouches for nothing that the slow reader finds fault with`() throws {
        var scanner = LeafScanner()
        let replacements: [UInt8] = [
            0x00, 0x1F, 0x20, 0x22, 0x2C, 0x2D, 0x2E, 0x30, 0x31, 0x39, 0x3A, 0x41, 0x5B, 0x5C,
            0x5D,
            0x61, 0x65, 0x6E, 0x7A, 0x7B, 0x7D, 0x7F, 0x80, 0xC3, 0xE2, 0xFF,
        ]
        var accepted = 0
        var unlike = 0
        for leaf in try leaves().prefix(2) {
            for position in leaf.indices {
                for byte in replacements {
                    var changed = leaf
                    changed[position] = byte
                    let isGood = Record.faults(inLeaf: changed).isEmpty
                    let isVouched = scanner.scan(changed.span)
                    if isVouched, !isGood { Issue.record("byte \(byte) at \(position)") }
                    if isVouched { accepted += 1 }
                    if isGood, !isVouched { unlike += 1 }
                }
                var cut = leaf
                cut.remove(at: position)
                if scanner.scan(cut.span), !Record.faults(inLeaf: cut).isEmpty {
                    Issue.record("without byte \(position)")
                }
            }
        }
        // It may be stricter, but a scanner that refuses what it meets often would be slow.
        #expect(accepted > 1000)
        #expect(unlike == 0)
    }

    @Test func `reads strings with every kind of escape and letter`() throws {
        var scanner = LeafScanner()
        let leaf = String(decoding: try leaves()[0], as: UTF8.self)
        for (text, isGood) in [
            ("é€😀\u{7F}", true), (#"\n\t\b\f\r\"\\"#, true), (#"\u0000\u001f\u000b"#, true),
            (#"\u000a"#, false), (#"\u001F"#, false), (#"\u0041"#, false), (#"\/"#, false),
            (#"\u00e9"#, false), (#"\ud800"#, false), ("", false), ("\u{1}", false),
            (String(repeating: "x", count: 2048), true),
            (String(repeating: "x", count: 2049), false), (#"\"#, false), (#"\x"#, false),
        ] {
            let changed = Array(
                leaf.replacing(#""reason":"rule_allowed""#, with: #""reason":"\#(text)""#).utf8)
            #expect(Record.faults(inLeaf: changed).isEmpty == isGood, "\(text)")
            let isVouched = scanner.scan(changed.span)
            #expect(isVouched == isGood, "\(text)")
        }
    }

    @Test func `holds instants to the calendar`() {
        for (text, isGood) in [
            ("2024-02-29T23:59:59.999999Z", true), ("2023-02-29T00:00:00.000000Z", false),
            ("2000-02-29T00:00:00.000000Z", true), ("1900-02-29T00:00:00.000000Z", false),
            ("2026-04-31T00:00:00.000000Z", false), ("2026-00-01T00:00:00.000000Z", false),
            ("2026-13-01T00:00:00.000000Z", false), ("2026-01-00T00:00:00.000000Z", false),
            ("2026-01-32T00:00:00.000000Z", false), ("2026-01-01T24:00:00.000000Z", false),
            ("2026-01-01T00:60:00.000000Z", false), ("2026-01-01T00:00:60.000000Z", false),
            ("2026-01-01T00:00:00.00000Z", false), ("2026-01-01 00:00:00.000000Z", false),
            ("2026-01-01T00:00:00.00000aZ", false), ("+026-01-01T00:00:00.000000Z", false),
        ] {
            let bytes = Array(text.utf8)
            let isInstant = FixedText.isInstant(bytes.span, 0..<bytes.count)
            #expect(isInstant == isGood, "\(text)")
            #expect((UTCInstant(rfc3339: text) != nil) == isGood, "\(text)")
        }
    }
}
