// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel

/// Who does something with accounts, or reads by one.
package enum AccountActor: Hashable, Sendable {
    /// Somebody at the host's command line, by the number that the system knows them by.
    case host(UInt32)
    /// Whoever holds the first-run link.
    case setUp
    case account(AccountIdentity)
    /// Whoever tried to log in.
    case nobody

    /// As deeds in the accounts file name them.
    package var text: String {
        switch self {
        case .host(let number): "uid:\(number)"
        case .setUp: "setup"
        case .account(let identity): identity.id
        case .nobody: "nobody"
        }
    }

    /// As records name them.
    package var principal: Principal {
        switch self {
        case .host(let number): .hostUser(number)
        case .setUp:
            Principal(
                uid: "setup", kind: .user, issuer: AccountIdentity.issuer, roles: [], session: nil,
                authentication: .none)
        case .account(let identity): identity.principal
        case .nobody: .anonymous
        }
    }
}

/// An account as it was shown to be: by a password, or by an access token.
package struct AccountIdentity: Hashable, Sendable {
    /// Who vouches for accounts, in records.
    package static let issuer = "accounts"

    package var id: String
    package var name: AccountName
    package var roles: Set<Role>
    /// What may be done: what the roles allow and, with a token, its scope.
    package var rights: Set<Right>
    /// The session, as the first characters of a keyed digest; nil with a token.
    package var session: String?
    /// The token's public id; nil in a session.
    package var token: String?

    package init(
        _ account: Account, rights: Set<Right>, session: String? = nil, token: String? = nil
    ) {
        id = account.id
        name = account.name
        roles = account.roles
        self.rights = rights
        self.session = session
        self.token = token
    }

    /// As records name them: the name is in the accounts file only.
    package var principal: Principal {
        Principal(
            uid: id, kind: .user, issuer: Self.issuer, roles: roles.names, session: session,
            authentication: Authentication(method: token == nil ? .basic : .apikey, key: token))
    }
}
