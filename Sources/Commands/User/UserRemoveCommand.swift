// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import ArgumentParser
import ByteCoding
import Messages
import Server
import Settings

/// `countersign user remove`.
struct UserRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove an account: its sessions and tokens end at once.",
        discussion: """
            EXAMPLES:
              countersign user remove alice

            The name may be given to somebody else, who gets another id: what records say stays true.
            """)

    @Argument(help: "The account's name.")
    var name: String

    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let name = try UserCommand.name(name)
        let accounts = HostAccounts(try deployment.read())
        let account = try accounts.account(name)
        try await accounts.commit(.remove(name))
        if try output.isJSON {
            try output.screen.json(
                .object([
                    JSONMember("id", .string(account.id)), JSONMember("name", .string(name.text)),
                ]))
        }
        try output.messages.line("account \(name.text) is removed; records call it \(account.id)")
    }
}
