// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import LogFormat
internal import Merkle
internal import SignedNotes
internal import TestSupport

extension DrillTarget {
    /// What is signed.
    func damageCheckpoints(_ table: inout DrillTable) throws {
        let (published, journal) = (LogLayout.checkpoint, LogLayout.checkpointJournal)
        func expected(_ kind: String, _ code: String, _ file: String, exit: Int32 = 10)
            -> Expectation
        {
            Expectation(kind: kind, code: code, file: file, place: .noRecord, exitCode: exit)
        }
        try drill(expected("the checkpoint edited", "checkpoint_forged", published), &table) {
            try $0.edit(published) { try Self.editRoot(&$0, from: 0) }
        }
        try drill(expected("an earlier checkpoint edited", "checkpoint_forged", journal), &table) {
            try $0.edit(journal) { bytes in
                let notes = CheckpointJournal.scan(bytes).notes
                try Self.editRoot(&bytes, from: notes[notes.count / 2].startIndex)
            }
        }
        for name in [published, journal] {
            let kind = "bytes behind the last of \(name)"
            try drill(expected(kind, "trailing_bytes", name), &table) {
                try $0.edit(name) { $0 += [9, 9, 9, 9, 9] }
            }
        }
        try drill(
            expected("all signed with a foreign key", "not_signed_by_log", published, exit: 13),
            &table
        ) { directory in
            let foreign = NoteSigner(
                name: log.fixture.signer.name, key: Curve25519.Signing.PrivateKey())
            try directory.edit(published) { $0 = try Self.signAnew($0, foreign) }
            try directory.edit(journal) { bytes in
                let notes = CheckpointJournal.scan(bytes).notes
                bytes = []
                for note in notes {
                    CheckpointJournal.append(try Self.signAnew(Array(note), foreign), to: &bytes)
                }
            }
        }
    }

    /// Changes one character of the root, which stays well-formed.
    private static func editRoot(_ bytes: inout [UInt8], from start: Int) throws {
        let lines = bytes[start...].split(separator: UInt8(ascii: "\n"), maxSplits: 3)
        guard lines.count > 2 else { throw DrillFault("no checkpoint to edit") }
        let place = lines[2].startIndex + 5
        bytes[place] = bytes[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
    }

    private static func signAnew(_ note: [UInt8], _ signer: NoteSigner) throws -> [UInt8] {
        let text = try SignedNote(note).text
        return SignedNote(text: text, signatures: [try signer.sign(text)]).encode()
    }
}
