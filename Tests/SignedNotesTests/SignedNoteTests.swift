// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import SignedNotes
import Testing

struct SignedNoteTests {
    private func note(_ text: String) -> Result<SignedNote, NoteFault> {
        Result { () throws(NoteFault) in try SignedNote(Array(text.utf8)) }
    }

    private func fault(_ text: String) -> NoteFault.Kind? {
        if case .failure(let fault) = note(text) { fault.kind } else { nil }
    }

    /// A line with a good form; five bytes decoded.
    static let line = "— a AAAAAAA=\n"

    @Test func `the last empty line splits, earlier ones belong to the text`() throws {
        let parsed = try note("one\n\ntwo\n\n" + Self.line).get()
        #expect(parsed.text == Array("one\n\ntwo\n".utf8))
        #expect(parsed.signatures.count == 1)
        let blank = try note("\n\n" + Self.line).get()
        #expect(blank.text == Array("\n".utf8))
    }

    @Test(arguments: [
        "", "\n", "\n\n", "a", "a\n", "a\n\n", "a\n" + line, line, "a\n\n" + line.dropLast(),
        "a\n\n\n", "a\n\n" + line + "\n",
    ])
    func `a note without text, empty line or signature is refused`(text: String) {
        #expect(fault(text) != nil)
    }

    @Test(arguments: [
        "- a AAAAAAA=", "—a AAAAAAA=", "— a", "— a ", "— a AAAAAA==", "— a AAAAAAA", "— a AAAAAAB=",
        "—  AAAAAAA=", "— a+b AAAAAAA=", "— a\u{A0}b AAAAAAA=", "— a\u{2003}b AAAAAAA=",
        "— a AAAAAAA= ", "— a AAAAAAA= x", "— a  AAAAAAA=", " — a AAAAAAA=", "— a AAAA-AA=",
        "—\u{A0}a AAAAAAA=", "plain text", "— a\u{85}b AAAAAAA=",
    ])
    func `a line that is no signature line is refused`(line: String) {
        #expect(fault("text\n\n" + Self.line + line + "\n") == .badSignatureLine)
    }

    @Test func `control characters and bytes that are no UTF-8 are refused anywhere`() throws {
        let good = Array("text\n\n\(Self.line)".utf8)
        #expect(throws: Never.self) { try SignedNote(good) }
        for position in good.indices {
            for byte in [0x00, 0x09, 0x0D, 0x1F, 0xFF, 0xC0] as [UInt8] {
                var changed = good
                changed[position] = byte
                #expect(throws: NoteFault.self) { try SignedNote(changed) }
            }
        }
        // DEL and C1 controls are above 0x20 in UTF-8 and allowed in text.
        #expect(fault("te\u{7F}xt\u{85}\n\n" + Self.line) == nil)
    }

    @Test func `a hundred signature lines are read, one more is refused`() throws {
        let lines = { (count: Int) in String(repeating: Self.line, count: count) }
        #expect(try note("t\n\n" + lines(100)).get().signatures.count == 100)
        #expect(fault("t\n\n" + lines(101)) == .tooManySignatures)
    }

    @Test func `a note of a million bytes is read, a longer one is refused`() {
        let rest = "\n\n" + Self.line
        let text = String(repeating: "x", count: SignedNote.mostBytes - rest.utf8.count)
        #expect(fault(text + rest) == nil)
        #expect(fault("x" + text + rest) == .tooLong)
    }

    @Test func `signed notes survive the way to bytes and back`() throws {
        let text = Array("line\n\nlast ünïcode line\n".utf8)
        let signers = [try TestKeys.signer("log", 1), try TestKeys.signer("log", 2)]
        let note = SignedNote(text: text, signatures: try signers.map { try $0.sign(text) })
        #expect(try SignedNote(note.encode()) == note)
    }
}
