// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import Messages
import Server
import Settings
import SignedNotes

/// `countersign key export-public`.
struct KeyExportPublicCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export-public",
        abstract: "Print the log's public keys, a line each, for whoever verifies.",
        discussion: """
            EXAMPLES:
              countersign key export-public > log.vkey

            Give them to auditors by another way than the log itself. While keys are changed there are two.
            """)

    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let keys = try SigningKey.readPublic(try deployment.readLog())
        guard try output.isJSON else {
            for key in keys { try output.screen.line("\(key.text)") }
            return
        }
        try output.screen.json(
            .object([JSONMember("vkeys", .array(keys.map { .string($0.text) }))]))
    }
}
