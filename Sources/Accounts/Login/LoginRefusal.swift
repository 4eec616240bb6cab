// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Why somebody is not let in, or may not do what they ask for. Nothing in it tells whether an account exists.
package enum LoginRefusal: Error, Hashable, Sendable {
    /// Nothing was computed of it.
    case password(Password.Fault)
    /// Too many attempts went wrong.
    case later(Duration)
    /// Too many passwords are being hashed now.
    case busy
    /// Name or password are wrong, or both.
    case wrong
    /// There is no session, or none of this token.
    case noSession
    case change(AccountFault)
    /// There is no such first-run link.
    case noLink
    /// The first-run link was used, is too old, or there is an account.
    case linkGone
    /// It could not be recorded, and so is not done. For the log of the server, not for whoever asks.
    case unrecorded(String)
}
