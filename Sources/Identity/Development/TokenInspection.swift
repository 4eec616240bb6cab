// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// What a token says, for people to read; nothing in it is verified.
package struct TokenInspection: Sendable {
    /// The warning above everything that is shown of the token.
    package static let warning = "UNVERIFIED: anyone can write this; the signature was not checked."

    package let header: JSONValue
    package let claims: JSONValue
    package let signatureByteCount: Int
    /// `exp`, if it is a number of seconds.
    package let expires: UTCInstant?

    /// Takes the token apart; surrounding text such as a line end is not removed.
    package init(_ token: Span<UInt8>) throws(TokenFault) {
        let token = try UnverifiedToken(token)
        header = token.header
        claims = token.payload
        signatureByteCount = token.signature.count
        expires = TokenClaims(payload: token.payload).usableInstant("exp")
    }
}
