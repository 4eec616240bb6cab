// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import SignedNotes

/// Public keys as people give them: the line itself, or a file that holds it.
enum VerifierKeyText {
    /// The key, or the first one of a file.
    static func key(_ text: String) throws(CommandFailure) -> NoteVerifierKey {
        let bytes = try LocalFile.read(text, most: 1 << 20)
        do throws(VerifierKeyFault) {
            guard let bytes else { return try NoteVerifierKey(text) }
            guard let first = try NoteVerifierKey.list(inFile: bytes).first else {
                throw VerifierKeyFault.notThreeParts
            }
            return first
        } catch {
            throw CommandFailure(
                .usage,
                "`\(text)` is neither a public key (name+id+key) nor a file with one: \(describing: error)."
            )
        }
    }
}
