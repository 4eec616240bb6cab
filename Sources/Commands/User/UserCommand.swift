// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import ArgumentParser
import Messages

/// `countersign user`.
struct UserCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "Make, list and change the accounts of those who look at the log.",
        discussion: """
            EXAMPLES:
              countersign user add alice --role auditor
              countersign user list
              countersign user roles alice --role auditor --role privacy
              countersign user passwd alice
              countersign user token mint alice --days 30
              countersign user remove alice

            Accounts are for the admin address; callers of services have nothing to do with them. Each change is a \
            record of the log before it is in force, and in force when the command ends.
            """,
        subcommands: [
            UserAddCommand.self, UserListCommand.self, UserRolesCommand.self,
            UserPasswordCommand.self, UserRemoveCommand.self, UserTokenCommand.self,
        ])

    /// A name as it can be one.
    static func name(_ text: String) throws(CommandFailure) -> AccountName {
        guard let name = AccountName(text) else {
            throw CommandFailure(
                .usage,
                "`\(text)` is no name of an account; use 1 to 64 letters, digits and `.-_@`, a letter or digit first."
            )
        }
        return name
    }

    /// Roles by their names, one at least.
    static func roles(_ names: [String]) throws(CommandFailure) -> Set<Role> {
        let all = Role.allCases.map(\.rawValue)
        var roles: Set<Role> = []
        for name in names {
            guard let role = Role(rawValue: name) else {
                let hint = NearestName.hint(name, among: all)
                throw CommandFailure(
                    .usage,
                    "there is no role `\(name)`\(hint.isEmpty ? "." : hint) There are \(all.joined(separator: ", "))."
                )
            }
            roles.insert(role)
        }
        guard !roles.isEmpty else {
            throw CommandFailure(
                .usage,
                "an account without a role may nothing; give one with --role: \(all.joined(separator: ", "))."
            )
        }
        return roles
    }

    /// What the roles are for, for the help of commands that give them.
    static let rolesText = Role.allCases.map { "  \($0.rawValue): \($0.meaning)" }
        .joined(separator: "\n")
}
