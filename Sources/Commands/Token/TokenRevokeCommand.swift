// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import Messages
import Server
import Settings

/// `countersign token revoke`.
struct TokenRevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Withdraw an API key, at once.",
        discussion: """
            EXAMPLES:
              countersign token revoke abcdefgh
              countersign token revoke abcdefgh --json

            The key's hash stays in the file with the time of its end, so that records name whoever still uses \
            it. A running proxy refuses the key when the command ends.
            """)

    @Argument(help: "The key's id: the eight characters behind `csk_`.")
    var id: String

    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let settings = try deployment.read().settings
        let (file, key) = try KeyFile.holding(id, in: settings)
        let revoked = key.revoked ?? CommandContext.current.now()
        let digest = try file.write(changing: [(id, .revoke(at: revoked))])
        if try output.isJSON {
            try output.screen.json(
                .object([
                    JSONMember("id", .string(id)), JSONMember("holder", .string(key.name)),
                    JSONMember("revoked", .string(revoked.rfc3339)),
                    JSONMember("file", .string(file.path)),
                ]))
        }
        try output.messages.line("key \(id) of \(key.name) is revoked in \(file.path)")
        try await TokenCommand.announce(keyFile: digest, settings, output)
    }
}
