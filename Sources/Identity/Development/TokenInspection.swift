// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// What a token says, for people to look at; nothing in it was verified.
package struct TokenInspection: Sendable {
    /// The word that stands over everything that is shown of the token.
    package static let warning = "UNVERIFIED: anyone can write this; the signature was not checked."

    package let header: JSONValue
    package let claims: JSONValue
    package let signatureByteCount: Int
    /// `exp`, where it is a number of seconds.
    package let expires: UTCInstant?

    /// Takes the token apart; text around it such as a line's end is not removed.
    package init(_ token: Span<UInt8>) throws(TokenFault) {
        let token = try UnverifiedToken(token)
        header = token.header
        claims = token.payload
        signatureByteCount = token.signature.count
        expires = TokenClaims(payload: token.payload).usableInstant("exp")
    }
}
