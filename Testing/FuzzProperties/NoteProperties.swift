// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import SignedNotes

/// Notes, keys and policies are written as they were read, and nothing but the true text verifies.
enum NoteProperties {
    static func check(_ input: [UInt8]) throws(BrokenProperty) -> Bool {
        var isAccepted = try note(input)
        if let text = String(validating: input, as: UTF8.self), try isKey(text) {
            isAccepted = true
        }
        do {
            _ = try TrustPolicy(input)
            return true
        } catch {
            let lines = input.count { $0 == UInt8(ascii: "\n") } + 1
            try require(
                !error.faults.isEmpty && error.faults.allSatisfy { (1...lines).contains($0.line) },
                "a policy is refused for faults in its lines")
            return isAccepted
        }
    }

    private static func note(_ input: [UInt8]) throws(BrokenProperty) -> Bool {
        let note: SignedNote
        do {
            note = try SignedNote(input)
        } catch {
            try require((0...input.count).contains(error.offset), "a fault lies in its note")
            return false
        }
        try require(note.encode() == input, "a note is written as it was read")
        guard case .verified(let signatures) = note.verify(with: FuzzLog.shared.knownKeys) else {
            return true
        }
        try require(
            note.text == FuzzLog.shared.checkpoint.encode() && signatures.count == 1,
            "only the text that was signed verifies")
        return true
    }

    private static func isKey(_ text: String) throws(BrokenProperty) -> Bool {
        guard let key = verifierKey(text) else { return false }
        try require(key.text.utf8.elementsEqual(text.utf8), "a key is written as it was read")
        return true
    }

    private static func verifierKey(_ text: String) -> NoteVerifierKey? {
        do {
            return try NoteVerifierKey(text)
        } catch {
            return nil
        }
    }
}
