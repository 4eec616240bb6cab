// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import ArgumentParser
import ByteCoding
import Messages
import Server
import Settings

/// `countersign user token`.
struct UserTokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Make, list and withdraw access tokens, with which programs look.",
        discussion: """
            EXAMPLES:
              countersign user token mint alice --scope log.read --days 30
              countersign user token list
              countersign user token revoke abcdefgh

            A token stands for its account, and may at most what that account may.
            """,
        subcommands: [
            UserTokenMintCommand.self, UserTokenListCommand.self, UserTokenRevokeCommand.self,
        ])
}

/// `countersign user token revoke`.
struct UserTokenRevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Withdraw an access token, at once.",
        discussion: """
            EXAMPLES:
              countersign user token revoke abcdefgh
            """)

    @Argument(help: "The token's id: the eight characters behind `cst_`.")
    var id: String

    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let accounts = HostAccounts(try deployment.read())
        try await accounts.commit(.revokeToken(id: id))
        if try output.isJSON {
            try output.screen.json(.object([JSONMember("id", .string(id))]))
        }
        try output.messages.line("token \(id) is withdrawn")
    }
}
