// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import JWTKit

/// The claims in the form that the token library signs.
struct DevelopmentPayload: JWTPayload {
    var iss: String
    var sub: String
    var aud: [String]
    var iat: Int64
    var exp: Int64
    var jti: String
    var roles: [String]
    var name: String?
    var email: String?
    var sid: String?
    var amr: [String]?

    init(issuer: String, claims: DevelopmentClaims) {
        iss = issuer
        sub = claims.subject
        aud = claims.audiences
        iat = claims.issuedAt.seconds
        exp = claims.issuedAt.seconds + max(1, claims.lifetime.components.seconds)
        jti = claims.id
        roles = claims.roles
        name = claims.name
        email = claims.email
        sid = claims.session
        amr = claims.authenticationMethods.isEmpty ? nil : claims.authenticationMethods
    }

    /// Required by the library for reading tokens, which this type is not used for.
    func verify(using algorithm: some JWTAlgorithm) throws {}
}
