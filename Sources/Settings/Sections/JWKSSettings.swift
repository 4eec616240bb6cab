// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// `identity[].jwks`: bearer tokens signed with a key of a set (RFC 7517, RFC 8725).
package struct JWKSSettings: Hashable, Sendable {
    package enum Algorithm: String, CaseIterable, Sendable {
        case es256 = "ES256"
        case edDSA = "EdDSA"
        case rs256 = "RS256"
    }

    /// What the header's `typ` may be.
    package enum TokenType: String, CaseIterable, Sendable {
        /// There is none, which means `JWT`.
        case absent
        case jwt = "JWT"
        case accessToken = "at+jwt"
    }

    /// `file`, required: the key set, public keys only.
    package var file: ResolvedPath
    /// `issuer`, required: what `iss` has to be, to the letter.
    package var issuer: String
    /// `audience`, required, at least one: `aud` has to name one of these.
    package var audience: [String]
    /// `algs`, default ES256 and EdDSA, at least one: no other algorithm is accepted, whatever a
    /// token says.
    package var algorithms: [Algorithm]
    /// `clock_skew`, default 30s, up to 5m: how far clocks may be apart; 0s: not at all.
    package var clockSkew: Duration
    /// `types`, default all, at least one: which types of token are accepted.
    package var types: [TokenType]
    /// `authorized_parties`, default none: clients (`azp`, else `client_id`) that may have been
    /// given the token; none: every one.
    package var authorizedParties: [String]
    /// `roles_claims`, default `roles` and `groups`: claims whose values are roles, all of them
    /// together. A text that begins with `/` is a path, such as `/realm_access/roles`; a name that has a dot and
    /// is no URL stands in double quotes of its own. An empty list: tokens give no roles.
    package var rolesClaims: [String]
    /// `subject_claims`, default `client_id` and `azp`: claims that name the subject of a token without `sub`, the
    /// first that is there; none: such tokens are refused.
    package var subjectClaims: [String]
    /// `fields`, default authorization, at least one: request fields in which tokens are looked for. In
    /// `authorization` a token stands behind `Bearer`; elsewhere it stands alone.
    package var fields: [String]

    static let section = Section(
        start: JWKSSettings(
            file: .placeholder, issuer: "", audience: [], algorithms: [.es256, .edDSA],
            clockSkew: .seconds(30), types: [.absent, .jwt, .accessToken], authorizedParties: [],
            rolesClaims: ["roles", "groups"], subjectClaims: ["client_id", "azp"],
            fields: ["authorization"]),
        fields: [
            Field("file", \.file, .path, isRequired: true),
            Field("issuer", \.issuer, .text("an issuer"), isRequired: true),
            Field(
                "audience", \.audience, .set(of: .text("an audience"), isEmptyAllowed: false),
                isRequired: true),
            Field("algs", \.algorithms, .set(of: .choice(), isEmptyAllowed: false)),
            Field("clock_skew", \.clockSkew, .duration(.zero ... .seconds(300))),
            Field("types", \.types, .set(of: .choice(), isEmptyAllowed: false)),
            Field(
                "authorized_parties", \.authorizedParties,
                .set(of: .text("a client's id"), isEmptyAllowed: true)),
            Field(
                "roles_claims", \.rolesClaims, .set(of: .claim, isEmptyAllowed: true)),
            Field(
                "subject_claims", \.subjectClaims,
                .set(of: .text("a claim's name"), isEmptyAllowed: true, most: 8)),
            Field("fields", \.fields, .set(of: .credentialField, isEmptyAllowed: false, most: 8)),
        ],
        notAvailable: ["require_dpop"])
}

extension Form where Value == String {
    /// A claim's name, or a path of names that begins with `/`.
    fileprivate static let claim: Form = {
        let text = Form.text("a claim's name")
        return Form(
            read: { place, reading in
                guard let claim = text.read(place, reading) else { return nil }
                let names = claim.split(separator: "/", omittingEmptySubsequences: false)
                guard !claim.hasPrefix("/") || !names.dropFirst().contains("") else {
                    reading.note(
                        .badValue, at: place, "the path of a claim has an empty name in it")
                    return nil
                }
                let isQuoted =
                    claim.utf8.count > 2 && claim.hasPrefix("\"") && claim.hasSuffix("\"")
                let isPlain = claim.hasPrefix("/") || isQuoted || claim.contains("://")
                guard isPlain || !claim.contains(".") else {
                    let path = "/" + claim.split(separator: ".").joined(separator: "/")
                    reading.note(
                        .badValue, at: place,
                        "`\(claim)` is one name with a dot in it; write `\(path)` for a path, or `'\"\(claim)\"'` if the name has the dot"
                    )
                    return nil
                }
                return claim
            },
            write: text.write, schema: text.schema)
    }()
}
