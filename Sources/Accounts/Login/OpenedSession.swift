// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// A new session, for whoever has just shown a password.
package struct OpenedSession: Sendable {
    /// The secret for the browser's cookie: 256 random bits, kept nowhere here.
    package let secret: String
    package let session: HeldSession
}

/// A session as a request shows it.
package struct HeldSession: Sendable {
    package let identity: AccountIdentity
    /// What a request that changes something has to carry besides the cookie; another one for each session.
    package let csrfToken: String
    /// When it ends however much it is used.
    package let expires: UTCInstant

    /// Whether a text is the session's token against forged requests. Compares all of it.
    package func admits(csrf text: String) -> Bool {
        let (one, other) = (Array(csrfToken.utf8), Array(text.utf8))
        guard one.count == other.count else { return false }
        var difference: UInt8 = 0
        for (left, right) in zip(one, other) { difference |= left ^ right }
        return difference == 0
    }
}
