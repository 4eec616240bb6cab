// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import SignedNotes

/// Public keys as people give them: the line itself, or a file that holds it.
enum VerifierKeyText {
    static func key(_ text: String) throws(CommandFailure) -> NoteVerifierKey {
        do throws(VerifierKeyFault) {
            return try NoteVerifierKey(text)
        } catch {
            guard let bytes = try LocalFile.read(text, most: 4096) else {
                throw CommandFailure(
                    .usage,
                    "`\(text)` is neither a public key (name+id+key) nor a file with one: \(describing: error)."
                )
            }
            return try key(inFile: text, bytes)
        }
    }

    private static func key(
        inFile path: String, _ bytes: [UInt8]
    ) throws(CommandFailure) -> NoteVerifierKey {
        let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first ?? ""
        do throws(VerifierKeyFault) {
            return try NoteVerifierKey(line)
        } catch {
            throw CommandFailure(
                .usage, "\(path) holds no public key (name+id+key): \(describing: error).")
        }
    }
}
