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

    package var file: ResolvedPath
    /// What `iss` must be, exactly.
    package var issuer: String
    package var audience: [String]
    /// No other is accepted, whatever a token says.
    package var algorithms: [Algorithm] = [.es256, .edDSA]
    /// How far clocks may be apart.
    package var clockSkew = Duration.seconds(30)
    package var types = TokenType.allCases
    /// Clients (`azp`, else `client_id`) to which the token may have been issued; none: any.
    package var authorizedParties: [String] = []
    /// Names of claims, and paths of names that begin with `/`; their values are roles, all of them together.
    package var rolesClaims = ["roles", "groups"]
    /// The first one present names the subject of a token without `sub`; none: such tokens are refused.
    package var subjectClaims = ["client_id", "azp"]
    /// Where to look for tokens. In `authorization` a token follows `Bearer`; elsewhere it stands alone.
    package var fields = ["authorization"]

    static let section = Section(
        start: JWKSSettings(file: .placeholder, issuer: "", audience: []),
        keys: [
            Key(
                "file", \.file, .file, isRequired: true,
                "The key set, public keys only. Entries that cannot be used are skipped, and "
                    + "`check` says which and why.", example: "jwks.json"),
            Key(
                "issuer", \.issuer, .text("an issuer"), isRequired: true,
                "What `iss` must be, exactly.", example: "https://id.example.com"),
            Key(
                "audience", \.audience, .set(of: .text("an audience"), isEmptyAllowed: false),
                isRequired: true, "`aud` must name one of these.", example: "[countersign]"),
            Key(
                "algs", \.algorithms, .set(of: .choice(), isEmptyAllowed: false),
                "No other algorithm is accepted, whatever a token says.",
                example: "[ES256, RS256]"),
            Key(
                "clock_skew", \.clockSkew, .duration(.zero ... .seconds(300)),
                "How far clocks may be apart.", example: "10s"),
            Key(
                "types", \.types, .set(of: .choice(), isEmptyAllowed: false),
                "Which values of the header's `typ` are accepted; `absent` is none.",
                example: "[at+jwt]"),
            Key(
                "authorized_parties", \.authorizedParties,
                .set(of: .text("a client's id"), isEmptyAllowed: true),
                "Clients (`azp`, else `client_id`) to which the token may have been issued; an "
                    + "empty list admits any.", example: "[web]"),
            Key(
                "roles_claims", \.rolesClaims, .set(of: .claim, isEmptyAllowed: true),
                "Claims whose values are roles, all of them together. A text that begins with `/` is a "
                    + "path; a name that has a dot and is no URL stands in double quotes of its own. An "
                    + "empty list: tokens give no roles.", example: "[/realm_access/roles]"),
            Key(
                "subject_claims", \.subjectClaims,
                .set(of: .text("a claim's name"), isEmptyAllowed: true, most: 8),
                "Claims that name the subject of a token without `sub`; the first one present "
                    + "counts. An empty list refuses such tokens.", example: "[client_id]"),
            Key(
                "fields", \.fields, .set(of: .credentialField, isEmptyAllowed: false, most: 8),
                "Request fields that may hold a token. In `authorization` a token follows "
                    + "`Bearer`; elsewhere it stands alone.", example: "[x-access-token]"),
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
