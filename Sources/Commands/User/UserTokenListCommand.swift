// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import ArgumentParser
import ByteCoding
import Messages
import Server
import Settings

/// `countersign user token list`.
struct UserTokenListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the access tokens: whose they are, what they may, when they end.",
        discussion: """
            EXAMPLES:
              countersign user token list
              countersign user token list --json

            The last use is known to the hour. The tokens themselves are stored nowhere.
            """)

    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let book = try HostAccounts(try deployment.read()).read()
        let now = CommandContext.current.now()
        guard try output.isJSON else {
            guard !book.tokens.isEmpty else {
                return try output.messages.line(
                    "no tokens; `countersign user token mint NAME` makes one")
            }
            return try output.screen.table(
                Table(
                    ["ID", "ACCOUNT", "STATE", "ENDS", "LAST USED", "BY", "SCOPE", "NOTE"],
                    rows: book.tokens.map { token in
                        [
                            "\(token.id)", "\(book.called(token.account))",
                            "\(Self.state(token, in: book, now))",
                            "\(token.expires.rfc3339.prefix(10))",
                            "\(token.lastUsed?.rfc3339.prefix(13) ?? "never")",
                            "\(book.called(token.created.by))",
                            "\(token.scope.map(\.rawValue).sorted().joined(separator: ","))",
                            "\(token.note)",
                        ]
                    }))
        }
        try output.screen.json(
            .array(
                book.tokens.map { token in
                    .object([
                        JSONMember("id", .string(token.id)),
                        JSONMember("account", .string(book.called(token.account))),
                        JSONMember("state", .string(Self.state(token, in: book, now))),
                        JSONMember(
                            "scope",
                            .array(token.scope.map(\.rawValue).sorted().map { .string($0) })),
                        JSONMember("note", .string(token.note)),
                        JSONMember("created", token.created.shown),
                        JSONMember("expires", .string(token.expires.rfc3339)),
                        JSONMember("revoked", token.revoked?.shown ?? .null),
                        JSONMember(
                            "last_used", token.lastUsed.map { .string($0.rfc3339) } ?? .null),
                    ])
                }))
    }

    private static func state(
        _ token: AccessToken, in book: AccountBook, _ now: UTCInstant
    ) -> String {
        if token.revoked != nil { return "revoked" }
        if book.account(id: token.account)?.removed != nil { return "removed" }
        return now < token.expires ? "good" : "expired"
    }
}
