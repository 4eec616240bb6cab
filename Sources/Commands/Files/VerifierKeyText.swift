// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Messages
import Server
import SignedNotes

/// Public keys as people pass them: the line itself, or a file that holds it.
enum VerifierKeyText {
    /// The key, or all of a file, one at least.
    static func keys(_ text: String) throws(CommandFailure) -> [NoteVerifierKey] {
        let bytes = try LocalFile.read(text, most: 1 << 20)
        do throws(VerifierKeyFault) {
            guard let bytes else { return [try NoteVerifierKey(text)] }
            let keys = try NoteVerifierKey.list(inFile: bytes)
            guard !keys.isEmpty else { throw VerifierKeyFault.notThreeParts }
            return keys
        } catch {
            throw CommandFailure(
                .usage,
                "`\(text)` is neither a public key (name+id+key) nor a file with one: \(describing: error)."
            )
        }
    }
}
