// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import ArgumentParser
import ByteCoding
import Messages
import Server
import Settings

/// `countersign user roles`.
struct UserRolesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roles",
        abstract: "Give an account other roles, in place of those it has.",
        discussion: """
            EXAMPLES:
              countersign user roles alice --role auditor --role privacy

            The account's sessions end; its tokens may at most what its roles may. Roles, none of which includes \
            another:
            \(UserCommand.rolesText)
            """)

    @Argument(help: "The account's name.")
    var name: String

    @Option(name: .customLong("role"), help: "A role that it has from now on; may be repeated.")
    var roles: [String] = []

    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let name = try UserCommand.name(name)
        let roles = try UserCommand.roles(roles)
        let accounts = HostAccounts(try deployment.read())
        let account = try accounts.account(name)
        try await accounts.commit(.setRoles(name, roles))
        if try output.isJSON {
            try output.screen.json(
                .object([
                    JSONMember("id", .string(account.id)), JSONMember("name", .string(name.text)),
                    JSONMember("roles", .array(roles.names.map { .string($0) })),
                ]))
        }
        try output.messages.line(
            "account \(name.text) has the roles \(roles.names.joined(separator: ", "))")
    }
}
