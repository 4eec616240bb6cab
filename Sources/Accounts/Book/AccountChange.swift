// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// A change of the accounts file.
package enum AccountChange: Hashable, Sendable {
    /// - Parameter isFirst: whether it is made only if there is no account, and has never been one.
    case create(id: String, name: AccountName, roles: Set<Role>, hash: PasswordHash, isFirst: Bool)
    case setRoles(AccountName, Set<Role>)
    case setPassword(AccountName, PasswordHash)
    /// The same password, hashed with stronger parameters.
    case rehash(account: String, PasswordHash)
    case remove(AccountName)
    case addToken(AccessToken)
    case revokeToken(id: String)
    /// A token was used.
    case noteUse(token: String)

    /// Whether anybody may more, or less, or something else after it: such a change has a record.
    package var isRecorded: Bool {
        switch self {
        case .create, .setRoles, .setPassword, .remove, .addToken, .revokeToken: true
        case .rehash, .noteUse: false
        }
    }
}

/// Why a change of accounts is refused; the text ends in what to do.
package enum AccountFault: Error, Hashable, Sendable {
    case nameTaken(AccountName)
    case noSuchAccount(String)
    case noSuchToken(String)
    /// There is an account, or there was one.
    case notFirst
    /// Nobody could manage accounts any more.
    case lastAdmin(AccountName)
    case noRoles
    case scope(Right)
    case expiry
    case note
    case full

    /// A sentence with its remedy.
    package var text: String {
        switch self {
        case .nameTaken(let name):
            "There is an account `\(name.text)` already; choose another name, or change that one."
        case .noSuchAccount(let name):
            "There is no account `\(name)`; `countersign user list` shows those that are."
        case .noSuchToken(let id):
            "There is no access token `\(id)`; `countersign user token list` shows those that are."
        case .notFirst:
            "There is an account already; ask whoever manages accounts, or run `countersign user add` on the host."
        case .lastAdmin(let name):
            "`\(name.text)` is the only account that manages accounts; give another one the role `admin` first."
        case .noRoles:
            "An account without a role may nothing; give one of \(Role.allCases.map(\.rawValue).joined(separator: ", "))."
        case .scope(let right):
            "The account has no right `\(right.rawValue)`, and a token has none that its account lacks; leave it out."
        case .expiry:
            "An access token ends within \(AccessToken.mostDays) days; choose a nearer end."
        case .note: "A note is one line of at most 128 bytes; shorten it."
        case .full: "There is no room for more; remove what is not used any more."
        }
    }
}
