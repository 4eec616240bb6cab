// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import ByteCoding

/// Reads the claims that say more about a caller than a decision needs: one of the wrong form
/// yields nothing and is noted.
///
/// Whoever signed the token vouches for all of it, so leaving out a claim can only take a role
/// away.
struct OptionalClaims {
    private let claims: TokenClaims
    /// Names of the claims that were present but could not be used.
    private(set) var unused: [String] = []

    init(_ claims: TokenClaims) { self.claims = claims }

    /// A text of 1 to 256 bytes without control characters.
    mutating func text(_ name: String) -> String? {
        guard let value = claims.payload[name], !value.isNothing else { return nil }
        guard let text = claims.usableText(name) else {
            note(name)
            return nil
        }
        return text
    }

    /// The values of all role claims, without unknown ones.
    ///
    /// A token with more known ones than a record can list is refused: none may decide without
    /// being recorded.
    mutating func roles(of issuer: TrustedIssuer) throws(TokenRefusal) -> [String] {
        var roles: Set<String> = []
        for claim in issuer.roleClaims {
            guard let value = claim.value(in: claims.payload), !value.isNothing else { continue }
            var texts: [JSONValue]
            switch value {
            case .string(let scope) where claim.isScope:
                texts = scope.split(separator: " ").map { .string(String($0)) }
            case .array(let items): texts = items.filter { !$0.isNothing }
            case .object, .string, .integer, .number, .bool, .null: texts = [value]
            }
            texts.removeAll { item in
                guard let text = item.string, let known = issuer.knownRoles else { return false }
                return !known.contains(text)
            }
            for item in texts {
                if let text = item.string, TokenClaims.isBounded(text) {
                    roles.insert(text)
                } else {
                    note(claim.text)
                }
            }
        }
        guard roles.count <= TokenClaims.mostItems else { throw TokenRefusal(.tokenClaims) }
        return roles.sorted()
    }

    /// Whether a second factor was used (RFC 8176); nil if the token does not say.
    mutating func multiFactor() -> Bool? {
        guard let value = claims.payload["amr"], value != .null else { return nil }
        let items = value.array ?? [value]
        guard items.allSatisfy({ $0.string != nil }) else {
            note("amr")
            return nil
        }
        return items.contains { item in
            item.string.map { ["mfa", "otp", "hwk"].contains($0) } ?? false
        }
    }

    /// The e-mail address, unless the provider says that it was never checked.
    mutating func email() -> String? {
        let email = text("email")
        switch claims.payload["email_verified"] {
        case .bool(false), .string("false"): return nil
        default: return email
        }
    }

    private mutating func note(_ name: String) {
        if !unused.contains(name) { unused.append(name) }
    }
}

extension JSONValue {
    /// Null, and an empty text or list, count as absent.
    fileprivate var isNothing: Bool {
        switch self {
        case .null, .string(""), .array([]): true
        case .object, .array, .string, .integer, .number, .bool: false
        }
    }
}
