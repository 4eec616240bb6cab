// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A text with signature lines, none of them checked yet (C2SP signed-note).
package struct SignedNote: Hashable, Sendable {
    /// The signed text with its final LF: UTF-8 without control characters but LF.
    package let text: [UInt8]
    /// At least one; in a note that was read, at most ``mostSignatures``.
    package private(set) var signatures: [NoteSignature]

    /// A longer note is refused unread.
    package static let mostBytes = 1_000_000
    /// A note with more signature lines is refused.
    package static let mostSignatures = 100

    /// Joins a text and the signatures made over it.
    ///
    /// - Precondition: `NotesAreWellFormed`: the text ends in LF, and there is a signature.
    package init(text: [UInt8], signatures: [NoteSignature]) {
        precondition(
            text.last == UInt8(ascii: "\n") && !signatures.isEmpty,
            "NotesAreWellFormed: a note has a text that ends in LF and at least one signature")
        self.text = text
        self.signatures = signatures
    }

    /// The note with more signature lines at its end, such as those that witnesses return.
    package mutating func add(_ more: [NoteSignature]) { signatures.append(contentsOf: more) }

    /// The whole note: text, empty line, signature lines.
    package func encode() -> [UInt8] {
        var note = text
        note.append(UInt8(ascii: "\n"))
        for signature in signatures { signature.append(to: &note) }
        return note
    }

    /// Reads a note; what it accepts, ``encode()`` gives back byte for byte.
    package init(_ note: [UInt8]) throws(NoteFault) {
        guard note.count <= Self.mostBytes else {
            throw NoteFault(kind: .tooLong, offset: Self.mostBytes)
        }
        if let control = note.firstIndex(where: { $0 < 0x20 && $0 != UInt8(ascii: "\n") }) {
            throw NoteFault(kind: .controlCharacter, offset: control)
        }
        guard note.last == UInt8(ascii: "\n") else {
            throw NoteFault(kind: .unfinishedLine, offset: note.count)
        }
        guard String(validating: note, as: UTF8.self) != nil else {
            throw NoteFault(kind: .notUTF8, offset: 0)
        }
        guard let split = Self.lastEmptyLine(in: note) else {
            throw NoteFault(kind: .noSignatures, offset: note.count)
        }
        text = Array(note[..<split])
        signatures = []
        var start = split + 1
        while start < note.count {
            guard signatures.count < Self.mostSignatures else {
                throw NoteFault(kind: .tooManySignatures, offset: start)
            }
            let end = note[start...].firstIndex(of: UInt8(ascii: "\n")) ?? note.count
            guard let signature = NoteSignature(line: note[start..<end]) else {
                throw NoteFault(kind: .badSignatureLine, offset: start)
            }
            signatures.append(signature)
            start = end + 1
        }
        guard !signatures.isEmpty else {
            throw NoteFault(kind: .noSignatures, offset: note.count)
        }
    }

    /// The offset of the LF of the last empty line: the text may have empty lines, signatures may not.
    private static func lastEmptyLine(in note: [UInt8]) -> Int? {
        var at = note.count - 1
        while at > 0 {
            if note[at] == UInt8(ascii: "\n"), note[at - 1] == UInt8(ascii: "\n") { return at }
            at -= 1
        }
        return nil
    }
}

/// Why bytes are not a signed note, and at which byte.
package struct NoteFault: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case tooLong
        case controlCharacter
        case notUTF8
        case unfinishedLine
        case noSignatures
        case badSignatureLine
        case tooManySignatures
    }

    package var kind: Kind
    package var offset: Int

    package init(kind: Kind, offset: Int) {
        self.kind = kind
        self.offset = offset
    }
}
