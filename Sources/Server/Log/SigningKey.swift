// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import LedgerFiles
package import Messages
package import Settings
package import SignedNotes
import SystemPackage

/// The log's signing keys, as commands and the server read them.
package enum SigningKey {
    /// The keys that a configuration names, the newest first; all of them sign.
    package static func read(_ log: LogSettings) throws(CommandFailure) -> [NoteSigner] {
        let signers: [NoteSigner]
        do throws(DirectoryFault) {
            signers = try SigningKeyFile.read(FilePath(log.keyFile.text))
        } catch {
            let status: ExitStatus =
                switch error.code {
                case .keyForbidden: .notPermitted
                case .keyTooOpen, .keyMalformed: .usage
                case .notMade, .locked, .keyUnreadable, .keyExists, .rulesNotKept: .failure
                }
            throw CommandFailure(status, "\(error.description)")
        }
        for signer in signers where signer.name.text != log.origin.text {
            throw CommandFailure(
                .usage,
                "\(log.keyFile.text) is the key of `\(signer.name.text)`, which is not what log.origin says; set log.key_file or log.origin to match."
            )
        }
        return signers
    }

    /// What others check these keys' signatures with.
    package static func readPublic(_ log: LogSettings) throws(CommandFailure) -> [NoteVerifierKey] {
        try read(log).map(\.verifierKey)
    }
}
