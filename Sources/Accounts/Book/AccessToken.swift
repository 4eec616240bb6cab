// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import Identity

/// A personal access token, as the accounts file keeps it: everything but the token.
package struct AccessToken: Hashable, Sendable {
    /// Eight characters, part of the token's text and of records.
    package var id: String
    package var digest: APIKeyDigest
    /// Whose it is: an account's id.
    package var account: String
    /// What it is for, in its maker's words.
    package var note: String
    /// What it may at most; less where the account itself has less.
    package var scope: Set<Right>
    package var created: Account.Deed
    package var expires: UTCInstant
    package var revoked: Account.Deed?
    /// To the hour; nil before the first use.
    package var lastUsed: UTCInstant?

    package static let usualDays = 90
    package static let mostDays = 366

    package init(
        id: String, digest: APIKeyDigest, account: String, note: String, scope: Set<Right>,
        created: Account.Deed, expires: UTCInstant, revoked: Account.Deed? = nil,
        lastUsed: UTCInstant? = nil
    ) {
        self.id = id
        self.digest = digest
        self.account = account
        self.note = note
        self.scope = scope
        self.created = created
        self.expires = expires
        self.revoked = revoked
        self.lastUsed = lastUsed
    }

    /// Makes one.
    ///
    /// - Returns: its text as well, to be shown once.
    package static func mint(
        for account: Account, note: String, scope: Set<Right>, created: Account.Deed,
        expires: UTCInstant, random: inout some RandomNumberGenerator
    ) -> (text: String, token: AccessToken) {
        let made = SecretText.accessToken.make(random: &random)
        let bytes = Array(made.text.utf8)
        return (
            made.text,
            AccessToken(
                id: made.id, digest: APIKeyDigest(of: bytes.span), account: account.id,
                note: note, scope: scope, created: created, expires: expires)
        )
    }

    /// Whether it is good at a moment.
    package func isGood(at now: UTCInstant) -> Bool { revoked == nil && now < expires }
}
