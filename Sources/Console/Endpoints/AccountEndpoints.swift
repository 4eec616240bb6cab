// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import ByteCoding
import Hummingbird

/// Who has an account, and which tokens there are, for those who look after that.
struct AccountEndpoints: EndpointGroup {
    let accounts: AccountOffice

    var endpoints: [Endpoint] {
        [
            .get("/accounts", .right(.accountRead)) { _, _ in
                .json(.array(accounts.book.accounts.map(Self.shown)))
            },
            .get("/accounts/tokens", .right(.accountRead)) { _, _ in
                .json(.array(accounts.book.tokens.map(Self.shown)))
            },
        ]
    }

    /// An account without anything of its password.
    private static func shown(_ account: Account) -> JSONValue {
        .object([
            JSONMember("created", shown(account.created)), JSONMember("id", .string(account.id)),
            JSONMember("name", .string(account.name.text)),
            JSONMember("password_reset", account.reset.map(shown) ?? .null),
            JSONMember("removed", account.removed.map(shown) ?? .null),
            JSONMember("roles", .array(account.roles.names.map { .string($0) })),
        ])
    }

    private static func shown(_ token: AccessToken) -> JSONValue {
        .object([
            JSONMember("account", .string(token.account)),
            JSONMember("created", shown(token.created)),
            JSONMember("expires", .string(token.expires.rfc3339)),
            JSONMember("id", .string(token.id)),
            JSONMember("last_used", token.lastUsed.map { .string($0.rfc3339) } ?? .null),
            JSONMember("note", .string(token.note)),
            JSONMember("revoked", token.revoked.map(shown) ?? .null),
            JSONMember("scope", .array(token.scope.map(\.rawValue).sorted().map { .string($0) })),
        ])
    }

    private static func shown(_ deed: Account.Deed) -> JSONValue {
        .object([JSONMember("at", .string(deed.at.rfc3339)), JSONMember("by", .string(deed.by))])
    }
}
