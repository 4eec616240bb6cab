// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import ArgumentParser
import ByteCoding
import Messages
import Server
import Settings

/// `countersign user list`.
struct UserListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the accounts: what they may, who made them and when.",
        discussion: """
            EXAMPLES:
              countersign user list
              countersign user list --all --json

            Records name accounts by their ids. Accounts that were removed keep theirs, so that --all says whose \
            it was.
            """)

    @Flag(help: "List accounts that were removed, too.")
    var all = false

    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let book = try HostAccounts(try deployment.read()).read()
        let accounts = book.accounts.filter { all || $0.removed == nil }
            .sorted { ($0.name, $0.created.at) < ($1.name, $1.created.at) }
        guard try output.isJSON else {
            guard !accounts.isEmpty else {
                return try output.messages.line(
                    "no accounts; `countersign user add NAME --role ROLE` makes one")
            }
            return try output.screen.table(
                Table(
                    ["NAME", "ROLES", "STATE", "MADE", "BY", "ID"],
                    rows: accounts.map { account in
                        [
                            "\(account.name.text)",
                            "\(account.roles.names.joined(separator: ","))",
                            account.removed == nil ? "good" : "removed",
                            "\(account.created.at.rfc3339.prefix(10))",
                            "\(book.called(account.created.by))", "\(account.id)",
                        ]
                    }))
        }
        try output.screen.json(.array(accounts.map(\.shown)))
    }
}

extension AccountBook {
    /// Who did something, by their name where they have one here.
    func called(_ actor: String) -> String {
        account(id: actor).map(\.name.text) ?? actor
    }
}

extension Account {
    /// The account for programs, without anything of its password.
    fileprivate var shown: JSONValue {
        .object([
            JSONMember("id", .string(id)), JSONMember("name", .string(name.text)),
            JSONMember("roles", .array(roles.names.map { .string($0) })),
            JSONMember("rights", .array(rights.map(\.rawValue).sorted().map { .string($0) })),
            JSONMember("created", created.shown),
            JSONMember("password_reset", reset?.shown ?? .null),
            JSONMember("removed", removed?.shown ?? .null),
        ])
    }
}

extension Account.Deed {
    /// When and by whom, for programs.
    var shown: JSONValue {
        .object([JSONMember("at", .string(at.rfc3339)), JSONMember("by", .string(by))])
    }
}
