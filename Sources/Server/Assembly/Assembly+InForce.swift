// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import Identity
import LedgerFiles
import Messages
import Policy
import Settings
import SystemPackage

extension Assembly {
    /// Keeps the text of the rules beside the records that will name its digest, before any of them.
    func keepRules() throws(CommandFailure) {
        let rulebook = deployment.rulebook
        do throws(DirectoryFault) {
            try KeptRules.keep(
                rulebook.text, version: rulebook.version,
                in: FilePath(deployment.settings.log.directory.text))
        } catch {
            throw CommandFailure(.failure, "\(error.description)")
        }
    }

    /// Everything read so far that decides about requests.
    ///
    /// - Parameter isWhole: whether that is everything there is.
    func state(
        _ roll: CredentialRoll, isWhole: Bool
    ) -> ConfigurationChange.State {
        ConfigurationChange.State(
            configuration: deployment.configHash, files: files.digests, roll: roll,
            isWhole: isWhole)
    }
}
