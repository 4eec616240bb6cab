// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import ArgumentParser
import ByteCoding
import Messages
import Server
import Settings

/// `countersign user add`.
struct UserAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Make an account for somebody who looks at the log.",
        discussion: """
            EXAMPLES:
              countersign user add alice --role auditor
              countersign user add bob --role operator --password-file bob.txt

            Roles, none of which includes another:
            \(UserCommand.rolesText)
            """)

    @Argument(help: "What they are called at the login.")
    var name: String

    @Option(name: .customLong("role"), help: "A role that they get; may be repeated.")
    var roles: [String] = []

    @OptionGroup var password: PasswordOptions
    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let name = try UserCommand.name(name)
        let roles = try UserCommand.roles(roles)
        let accounts = HostAccounts(try deployment.read())
        guard try accounts.read().account(named: name) == nil else {
            throw CommandFailure(.usage, "\(AccountFault.nameTaken(name).text)")
        }
        let hash = try password.hash(for: name)
        var random = SystemRandomNumberGenerator()
        let id = Account.newID(random: &random)
        try await accounts.commit(
            .create(id: id, name: name, roles: roles, hash: hash, isFirst: false))
        if try output.isJSON {
            try output.screen.json(
                .object([
                    JSONMember("id", .string(id)), JSONMember("name", .string(name.text)),
                    JSONMember("roles", .array(roles.names.map { .string($0) })),
                ]))
        } else {
            try output.screen.line("\(id)")
        }
        try output.messages.line(
            "account \(name.text) is made; records call it \(id)")
    }
}
