// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A value of the header's `typ` that an issuer's tokens may have.
///
/// The default is all three. `at+jwt` (RFC 9068 §2.1) is the safest, but most providers still send
/// `JWT`, or nothing, which means the same (RFC 7519 §5.1). Tokens of another kind either name it
/// in `typ` and are refused, or are recognised by their claims: see ``TokenClaims``.
package enum TokenType: String, CaseIterable, Hashable, Sendable {
    case absent
    case jwt = "JWT"
    case accessToken = "at+jwt"

    /// The type that a header names, or nil for any other.
    ///
    /// Media types ignore case, and the prefix `application/` may be left out (RFC 7515 §4.1.9).
    init?(header: String?) {
        guard let header else {
            self = .absent
            return
        }
        switch header.lowercased() {
        case "jwt", "application/jwt": self = .jwt
        case "at+jwt", "application/at+jwt": self = .accessToken
        default: return nil
        }
    }
}
