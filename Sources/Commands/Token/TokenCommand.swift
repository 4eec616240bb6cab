// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Messages
import Settings

/// `countersign token`.
struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Make, list and withdraw API keys, and look into tokens.",
        discussion: """
            EXAMPLES:
              countersign token mint --as alice --role reader
              countersign token list
              countersign token rotate abcdefgh --overlap 7d
              countersign token revoke abcdefgh
              countersign token inspect < token.txt
            """,
        subcommands: [
            TokenMintCommand.self, TokenListCommand.self, TokenRotateCommand.self,
            TokenRevokeCommand.self, TokenInspectCommand.self,
        ])

    /// Refuses what a key file cannot hold as the name of a holder or role.
    static func check(_ name: String, of option: String) throws(CommandFailure) {
        let isPlain = name.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: false
            default: true
            }
        }
        guard isPlain, (1...128).contains(name.utf8.count) else {
            throw CommandFailure(
                .usage,
                "\(option) is `\(name)`; give a name of 1 to 128 bytes on one line, without control characters."
            )
        }
    }

    /// Waits until the running proxy, if any, has adopted a changed key file, and says so.
    static func announce(
        keyFile digest: String, _ settings: DeploymentSettings, _ output: OutputOptions
    ) async throws {
        guard let server = await RunningServer(settings) else {
            return try output.messages.line("no proxy runs here; the next one to start knows it")
        }
        switch try await server.adoption(ofKeyFile: digest) {
        case .inForce:
            try output.messages.line("in force in the running proxy, which has recorded it")
        case .unrecorded(let why):
            throw CommandFailure(
                .unavailable, "the file is changed, but it is not in force: \(why)")
        case .notTaken:
            throw CommandFailure(
                .unavailable,
                "the file is changed, but the proxy on \(settings.admin.address.text) has not taken it; look at its messages and at `countersign check`."
            )
        }
    }
}
