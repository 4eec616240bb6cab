// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Disclosures
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

    /// All that a scanner says of a leaf.
    private func words(of scanner: inout LeafScanner, on leaf: [UInt8]) -> [String]? {
        guard scanner.scan(leaf.span) else { return nil }
        let facts = scanner.facts
        let texts = [facts.origin, facts.producer, facts.action, facts.logTime]
        return texts.map { "\($0) \(text(leaf, $0))" } + [
            "\(facts.index) \(facts.previous) \(facts.uid) \(facts.boot) \(facts.sequence)",
            "\(facts.stage?.rawValue ?? "?") \(facts.effect?.rawValue ?? "?") \(facts.tally) \(facts.found)",
            "\(CommitGroup.allCases.map { facts.commitments[$0]?.base64 ?? "none" })",
        ]
    }

    @Test func `says the same of a leaf whatever it has seen before`() throws {
        let leaf = String(decoding: try leaves()[1], as: UTF8.self)
        var changed = [
            (#""stage":"complete""#, #""stage":"started""#),
            (#""stage":"complete""#, #""stage":"complet""#),
            (#""effect":"allow""#, #""effect":"error""#), (#""rule":"#, #""rulf":"#),
            (#""schema":"#, #""schemb":"#), (#""written":{"#, #""written":{"a":1,"#),
            (#""written":{"index":1,"#, #""written":{"index":10,"#),
            (#""written":{"index":1,"#, #""written":{"index":1"#),
            (#""written":{"index":1,"#, #""written":{"index":01,"#),
            (#""written":{"index":1,"#, #""written":{"#), ("}}", "}"), ("{", "{ "),
        ].map { leaf.replacing($0, with: $1) }
        // Each value made longer, shorter and another, so that all that follows moves.
        for quote in leaf.indices where leaf[quote] == "\"" {
            var (longer, shorter) = (leaf, leaf)
            longer.insert("a", at: quote)
            changed.append(longer)
            guard quote > leaf.startIndex else { continue }
            shorter.remove(at: leaf.index(before: quote))
            changed.append(shorter)
        }
        for digit in leaf.indices where leaf[digit].isNumber {
            changed.append(leaf.replacingCharacters(at: digit, with: "7"))
            changed.append(leaf.replacingCharacters(at: digit, with: "70"))
        }
        changed += changed.map { $0 + " " } + changed.map { String($0.dropLast()) }
        var vouched = 0
        for text in changed {
            let bytes = Array(text.utf8)
            var (fresh, taught) = (LeafScanner(), LeafScanner())
            let isKnown = taught.scan(Array(leaf.utf8).span)
            #expect(isKnown)
            let expected = words(of: &fresh, on: bytes)
            #expect(words(of: &taught, on: bytes) == expected, "\(text)")
            if expected != nil { vouched += 1 }
        }
        #expect(vouched > 100)
        #expect(changed.count - vouched > 100)
    }

    @Test func `asks members of a record that those of an error may lack`() throws {
        let whole = String(decoding: try leaves()[1], as: UTF8.self)
        let lacking = whole.replacing(#/"rule":"[^"]*",?/#, with: "").replacing(",}", with: "}")
        #expect(lacking != whole)
        let error = lacking.replacing(#""effect":"allow""#, with: #""effect":"error""#)
        for text in [lacking, error] {
            #expect(Record.faults(inLeaf: Array(text.utf8)).isEmpty == (text == error))
        }
        var scanner = LeafScanner()
        var verdicts: [Bool] = []
        for text in [error, lacking, error] {
            verdicts.append(scanner.scan(Array(text.utf8).span))
        }
        #expect(verdicts == [true, false, true])
    }

    @Test func `reads ids as everybody else does`() {
        let good = "01938a2b-4c5d-7e6f-8a9b-0c1d2e3f4a5b"
        for position in good.indices {
            for byte in UInt8.min...UInt8.max {
                var bytes = Array(good.utf8)
                bytes[good.utf8.distance(from: good.startIndex, to: position)] = byte
                let id = FixedText.uniqueID(bytes.span, 0..<bytes.count)
                #expect(id == UniqueID(String(decoding: bytes, as: UTF8.self)), "\(bytes)")
            }
        }
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

extension String {
    fileprivate func replacingCharacters(at place: Index, with other: String) -> String {
        String(self[..<place]) + other + String(self[index(after: place)...])
    }
}
