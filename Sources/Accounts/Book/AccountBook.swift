// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
internal import Identity

/// All accounts and access tokens, and what may become of them.
package struct AccountBook: Hashable, Sendable {
    /// Removed ones, too.
    package internal(set) var accounts: [Account] = []
    /// Those that have ended, too, for as long as there is room.
    package internal(set) var tokens: [AccessToken] = []

    static let mostAccounts = 10_000
    static let mostTokens = 10_000

    package init() {}

    /// The account of a name, unless it was removed.
    package func account(named name: AccountName) -> Account? {
        accounts.first { $0.name == name && $0.removed == nil }
    }

    /// The account of an id, removed or not.
    package func account(id: String) -> Account? { accounts.first { $0.id == id } }

    package func token(id: String) -> AccessToken? { tokens.first { $0.id == id } }

    /// Whose token it is that was shown, and what it may now.
    package func identity(
        token text: Span<UInt8>, now: UTCInstant
    ) -> (token: AccessToken, identity: AccountIdentity)? {
        guard SecretText.accessToken.isShaped(text),
            let token = token(id: SecretText.accessToken.id(of: text)),
            token.digest == APIKeyDigest(of: text),
            let identity = identity(token: token.id, now: now)
        else { return nil }
        return (token, identity)
    }

    /// Whose token it is that has been shown, by its public id, and what it may now; nil if it is no longer good.
    package func identity(token id: String, now: UTCInstant) -> AccountIdentity? {
        guard let token = token(id: id), token.isGood(at: now),
            let account = account(id: token.account), account.removed == nil
        else { return nil }
        let rights = token.scope.intersection(account.rights)
        return AccountIdentity(account, rights: rights, token: token.id)
    }

    /// Does a change, or leaves everything as it is.
    ///
    /// - Parameters:
    ///   - actor: who does it.
    ///   - now: when.
    package mutating func apply(
        _ change: AccountChange, by actor: AccountActor, at now: UTCInstant
    ) throws(AccountFault) {
        let deed = Account.Deed(at: now, by: actor.text)
        switch change {
        case .create(let id, let name, let roles, let hash, let isFirst):
            guard !isFirst || accounts.isEmpty else { throw .notFirst }
            guard account(named: name) == nil, account(id: id) == nil else {
                throw .nameTaken(name)
            }
            guard !roles.isEmpty else { throw .noRoles }
            guard accounts.count < Self.mostAccounts else { throw .full }
            accounts.append(
                Account(id: id, name: name, roles: roles, hash: hash, created: deed))
        case .setRoles(let name, let roles):
            guard !roles.isEmpty else { throw .noRoles }
            try edit(name) { account in
                guard account.roles != roles else { return }
                account.roles = roles
                account.generation += 1
            }
        case .setPassword(let name, let hash):
            try edit(name) { account in
                account.hash = hash
                account.generation += 1
                // The holder's own change makes nobody else privy to the password.
                if actor.text != account.id { account.reset = deed }
            }
        case .rehash(let id, let hash):
            guard let place = accounts.firstIndex(where: { $0.id == id }) else {
                throw .noSuchAccount(id)
            }
            accounts[place].hash = hash
        case .remove(let name):
            try edit(name) { account in
                account.removed = deed
                account.generation += 1
            }
        case .addToken(let token):
            try add(token, at: now)
        case .revokeToken(let id):
            guard let place = tokens.firstIndex(where: { $0.id == id }) else {
                throw .noSuchToken(id)
            }
            if tokens[place].revoked == nil { tokens[place].revoked = deed }
        case .noteUse(let id):
            guard let place = tokens.firstIndex(where: { $0.id == id }) else {
                throw .noSuchToken(id)
            }
            tokens[place].lastUsed = now
        }
    }

    /// Changes an account, unless nobody could manage accounts after it.
    private mutating func edit(
        _ name: AccountName, _ change: (inout Account) -> Void
    ) throws(AccountFault) {
        guard
            let place = accounts.firstIndex(where: { $0.name == name && $0.removed == nil })
        else { throw .noSuchAccount(name.text) }
        var changed = accounts[place]
        change(&changed)
        let wasAdmin = accounts[place].rights.contains(.accountManage)
        let isManaged = accounts.indices.contains { other in
            (other == place ? changed : accounts[other]).rights.contains(.accountManage)
        }
        guard !wasAdmin || isManaged else { throw .lastAdmin(name) }
        accounts[place] = changed
    }

    private mutating func add(_ token: AccessToken, at now: UTCInstant) throws(AccountFault) {
        guard let account = account(id: token.account), account.removed == nil else {
            throw .noSuchAccount(token.account)
        }
        for right in token.scope.sorted(by: { $0.rawValue < $1.rawValue })
        where !account.rights.contains(right) { throw .scope(right) }
        let latest = now.microseconds + Int64(AccessToken.mostDays) * 86_400_000_000
        guard token.expires > now, token.expires.microseconds <= latest else { throw .expiry }
        guard token.note.utf8.count <= 128,
            token.note.unicodeScalars.allSatisfy({ !Self.isControl($0) })
        else { throw .note }
        guard self.token(id: token.id) == nil else { throw .full }
        if tokens.count >= Self.mostTokens {
            guard let ended = tokens.firstIndex(where: { !$0.isGood(at: now) }) else {
                throw .full
            }
            tokens.remove(at: ended)
        }
        tokens.append(token)
    }

    static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
