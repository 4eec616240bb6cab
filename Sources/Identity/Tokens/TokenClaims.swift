// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import ByteCoding

/// Reads claims of a payload with their bounds; a claim of the wrong form refuses the token.
///
/// An access token is told from its relatives by claims where `typ` does not tell: `at_hash`, `c_hash` and
/// `s_hash` stand only in ID tokens, `events` in logout tokens, and some providers write the kind into
/// the payload's `typ` or `token_use` (RFC 8725 §3.12).
struct TokenClaims {
    static let longestText = 256
    static let mostItems = 64
    /// End of the year 9999, the last instant that records can write.
    static let latestSecond: Int64 = 253_402_300_799

    let payload: JSONValue

    /// A text of 1 to 256 bytes without control characters.
    func text(_ name: String) throws(TokenRefusal) -> String? {
        guard let value = payload[name] else { return nil }
        guard let text = value.string, Self.isBounded(text) else {
            throw TokenRefusal(.tokenClaims)
        }
        return text
    }

    /// One text or a list of texts.
    func texts(_ name: String) throws(TokenRefusal) -> [String] {
        try Self.texts(payload[name])
    }

    static func texts(_ value: JSONValue?) throws(TokenRefusal) -> [String] {
        switch value {
        case nil: return []
        case .string(let text):
            guard isBounded(text) else { throw TokenRefusal(.tokenClaims) }
            return [text]
        case .array(let items):
            var texts: [String] = []
            for item in items {
                guard let text = item.string, isBounded(text) else {
                    throw TokenRefusal(.tokenClaims)
                }
                texts.append(text)
            }
            return texts
        default: throw TokenRefusal(.tokenClaims)
        }
    }

    /// A NumericDate (RFC 7519 §2) in whole seconds; fractions, texts and years beyond 9999 are refused.
    func instant(_ name: String) throws(TokenRefusal) -> UTCInstant? {
        guard let value = payload[name] else { return nil }
        guard let seconds = value.integer, (0...Self.latestSecond).contains(seconds) else {
            throw TokenRefusal(.tokenClaims)
        }
        return UTCInstant(microseconds: seconds * 1_000_000)
    }

    /// The values of all role claims, those that are not known left out.
    func roles(of issuer: TrustedIssuer) throws(TokenRefusal) -> [String] {
        var roles: Set<String> = []
        for claim in issuer.roleClaims {
            let value = claim.value(in: payload)
            if claim.isScope, let scope = value?.string {
                roles.formUnion(scope.split(separator: " ").map(String.init))
            } else {
                roles.formUnion(try Self.texts(value))
            }
        }
        if let known = issuer.knownRoles { roles.formIntersection(known) }
        guard roles.count <= Self.mostItems, roles.allSatisfy(Self.isBounded) else {
            throw TokenRefusal(.tokenClaims)
        }
        return roles.sorted()
    }

    /// Refuses ID, refresh and logout tokens that do not say so in the header.
    func checkKind() throws(TokenRefusal) {
        for name in ["at_hash", "c_hash", "s_hash", "events"] where payload[name] != nil {
            throw TokenRefusal(.tokenType)
        }
        if let kind = payload["typ"]?.string,
            ["id", "refresh", "offline", "logout"].contains(kind.lowercased())
        {
            throw TokenRefusal(.tokenType)
        }
        if payload["token_use"]?.string == "id" { throw TokenRefusal(.tokenType) }
    }

    /// A user, unless the token was given to a client in its own name: `client_id` or `azp` equals `sub`
    /// (RFC 9068 §2.2), or the provider says so with `gty` or `idtyp`.
    func kind(subject: String) throws(TokenRefusal) -> Principal.Kind {
        let client = try text("client_id")
        let party = try text("azp")
        let isService =
            client == subject || party == subject
            || payload["gty"]?.string == "client-credentials" || payload["idtyp"]?.string == "app"
        return isService ? .service : .user
    }

    /// Whether a second factor was used (RFC 8176); nil where the token does not say how.
    func multiFactor() throws(TokenRefusal) -> Bool? {
        guard payload["amr"] != nil else { return nil }
        let methods = try texts("amr")
        return methods.contains { ["mfa", "otp", "hwk"].contains($0) }
    }

    /// The e-mail address, unless the provider says that it was never checked.
    func email() throws(TokenRefusal) -> String? {
        let email = try text("email")
        switch payload["email_verified"] {
        case .bool(false), .string("false"): return nil
        default: return email
        }
    }

    private static func isBounded(_ text: String) -> Bool {
        (1...longestText).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }
}
