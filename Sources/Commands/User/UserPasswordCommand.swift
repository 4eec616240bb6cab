// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import ArgumentParser
import ByteCoding
import Messages
import Server
import Settings

/// `countersign user passwd`.
struct UserPasswordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "passwd",
        abstract: "Give an account another password.",
        discussion: """
            EXAMPLES:
              countersign user passwd alice
              countersign user passwd alice --password-file alice.txt

            The account's sessions end. Who set the password is kept: until then, they and the account count as \
            one person where two are needed.
            """)

    @Argument(help: "The account's name.")
    var name: String

    @OptionGroup var password: PasswordOptions
    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let name = try UserCommand.name(name)
        let accounts = HostAccounts(try deployment.read())
        let account = try accounts.account(name)
        try await accounts.commit(.setPassword(name, try password.hash(for: name)))
        if try output.isJSON {
            try output.screen.json(
                .object([
                    JSONMember("id", .string(account.id)), JSONMember("name", .string(name.text)),
                ]))
        }
        try output.messages.line("account \(name.text) has another password; its sessions ended")
    }
}
