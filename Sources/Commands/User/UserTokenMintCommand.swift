// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import ArgumentParser
import ByteCoding
import Messages
import Server
import Settings

/// `countersign user token mint`.
struct UserTokenMintCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mint",
        abstract: "Make an access token of an account; it is printed once.",
        discussion: """
            EXAMPLES:
              countersign user token mint alice --scope log.read --days 30
              TOKEN=$(countersign user token mint prometheus --scope status.read)

            Programs send it as `Authorization: Bearer TOKEN`. Rights:
            \(Right.allCases.map { "  \($0.rawValue): \($0.meaning)" }.joined(separator: "\n"))
            """)

    @Argument(help: "The account's name.")
    var name: String

    @Option(
        name: .customLong("scope"),
        help: "A right that it has; may be repeated. Without it, all that the account has.")
    var scope: [String] = []

    @Option(help: "After how many days it ends, 366 at most.")
    var days = AccessToken.usualDays

    @Option(help: "What it is for.")
    var note = ""

    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        guard (1...AccessToken.mostDays).contains(days) else {
            throw CommandFailure(
                .usage, "--days is \(days); use 1 to \(AccessToken.mostDays).")
        }
        let name = try UserCommand.name(name)
        let accounts = HostAccounts(try deployment.read())
        let account = try accounts.account(name)
        let now = CommandContext.current.now()
        var random = SystemRandomNumberGenerator()
        let (text, token) = AccessToken.mint(
            for: account, note: note,
            scope: scope.isEmpty ? account.rights : try rights(),
            created: Account.Deed(
                at: now, by: AccountActor.host(HostPerson.current(.current)).text),
            expires: UTCInstant(microseconds: now.microseconds + Int64(days) * 86_400_000_000),
            random: &random)
        try await accounts.commit(.addToken(token))
        if try output.isJSON {
            try output.screen.json(
                .object([
                    JSONMember("token", .string(text)), JSONMember("id", .string(token.id)),
                    JSONMember("account", .string(name.text)),
                    JSONMember(
                        "scope", .array(token.scope.map(\.rawValue).sorted().map { .string($0) })),
                    JSONMember("expires", .string(token.expires.rfc3339)),
                ]))
        } else {
            try output.screen.line("\(text)")
        }
        try output.messages.line(
            "token \(token.id) of \(name.text) ends at \(token.expires.rfc3339); it is shown this once"
        )
    }

    private func rights() throws(CommandFailure) -> Set<Right> {
        let all = Right.allCases.map(\.rawValue)
        var rights: Set<Right> = []
        for name in scope {
            guard let right = Right(rawValue: name) else {
                let hint = NearestName.hint(name, among: all)
                throw CommandFailure(
                    .usage,
                    "there is no right `\(name)`\(hint.isEmpty ? "." : hint) There are \(all.joined(separator: ", "))."
                )
            }
            rights.insert(right)
        }
        return rights
    }
}
