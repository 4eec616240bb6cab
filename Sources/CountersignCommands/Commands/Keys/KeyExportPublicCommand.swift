// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import Settings
import SignedNotes

/// `countersign key export-public`.
struct KeyExportPublicCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export-public",
        abstract: "Print the log's public key, for whoever verifies.",
        discussion: """
            EXAMPLES:
              countersign key export-public > log.vkey

            Give it to auditors by another way than the log itself.
            """)

    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let key = try SigningKey.read(try deployment.read().settings.log).verifierKey
        guard try output.isJSON else { return try output.screen.line("\(key.text)") }
        try output.screen.json(.object([JSONMember("vkey", .string(key.text))]))
    }
}
