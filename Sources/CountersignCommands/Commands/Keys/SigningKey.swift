// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import LedgerFiles
import Settings
import SignedNotes
import SystemPackage

/// The log's signing key, as commands read it.
enum SigningKey {
    /// The key that a configuration names.
    static func read(_ log: LogSettings) throws(CommandFailure) -> NoteSigner {
        let signer: NoteSigner
        do throws(DirectoryFault) {
            signer = try SigningKeyFile.read(FilePath(log.keyFile.text))
        } catch {
            throw CommandFailure(.failure, "\(error.description)")
        }
        guard signer.name.text == log.origin.text else {
            throw CommandFailure(
                .usage,
                "\(log.keyFile.text) is the key of `\(signer.name.text)`, which is not what log.origin says; set log.key_file or log.origin to match."
            )
        }
        return signer
    }
}
