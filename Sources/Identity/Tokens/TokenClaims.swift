// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import ByteCoding

/// Reads the claims that decide whether a token is accepted, with their bounds: one of the wrong form refuses it.
///
/// If `typ` does not say so, an access token is distinguished from its relatives by claims:
/// `at_hash`, `c_hash` and `s_hash` occur only in ID tokens, `events` in logout tokens, and some
/// providers write the kind into the payload's `typ` or `token_use` (RFC 8725 §3.12). A claim that
/// is null is absent.
struct TokenClaims {
    static let longestText = 256
    static let mostItems = 64
    /// End of the year 9999, the last instant that records can write.
    static let latestSecond: Int64 = 253_402_300_799

    let payload: JSONValue

    /// A text of 1 to 256 bytes without control characters, or nil for any other value.
    func usableText(_ name: String) -> String? {
        guard let text = payload[name]?.string, Self.isBounded(text) else { return nil }
        return text
    }

    /// One text or a list of texts.
    func texts(_ name: String) throws(TokenRefusal) -> [String] {
        switch payload[name] {
        case nil: return []
        case .string(let text):
            guard Self.isBounded(text) else { throw TokenRefusal(claim: name) }
            return [text]
        case .array(let items):
            var texts: [String] = []
            for item in items {
                guard let text = item.string, Self.isBounded(text) else {
                    throw TokenRefusal(claim: name)
                }
                texts.append(text)
            }
            return texts
        default: throw TokenRefusal(claim: name)
        }
    }

    /// A NumericDate (RFC 7519 §2), which may have a fraction; texts and years beyond 9999 are
    /// refused.
    func instant(_ name: String) throws(TokenRefusal) -> UTCInstant? {
        guard let value = payload[name], value != .null else { return nil }
        guard let instant = Self.instant(value) else { throw TokenRefusal(claim: name) }
        return instant
    }

    /// The same, or nil for any other value.
    func usableInstant(_ name: String) -> UTCInstant? { payload[name].flatMap(Self.instant) }

    private static func instant(_ value: JSONValue) -> UTCInstant? {
        switch value {
        case .integer(let seconds):
            guard (0...latestSecond).contains(seconds) else { return nil }
            return UTCInstant(microseconds: seconds * 1_000_000)
        case .number(let text):
            // A double is exact to the microsecond for some centuries, and never loses a second.
            guard let seconds = Double(text), seconds.sign == .plus,
                seconds < Double(latestSecond + 1)
            else { return nil }
            return UTCInstant(microseconds: Int64((seconds * 1_000_000).rounded(.down)))
        case .object, .array, .string, .bool, .null: return nil
        }
    }

    /// Whom the token is about: `sub`, or the first claim present of those that the issuer uses
    /// instead.
    ///
    /// A user, unless the token was given to a client in its own name: `client_id` or `azp` is the subject (RFC 9068
    /// §2.2), or the provider says so with `gty` or `idtyp`.
    func subject(of issuer: TrustedIssuer) throws(TokenRefusal) -> (
        text: String, kind: Principal.Kind
    ) {
        var text: String?
        for name in ["sub"] + issuer.subjectClaims where text == nil {
            guard let value = payload[name], value != .null else { continue }
            guard let found = value.string, Self.isBounded(found) else {
                throw TokenRefusal(claim: name)
            }
            text = found
        }
        guard let text else { throw TokenRefusal(claim: "sub") }
        let isService =
            usableText("client_id") == text || usableText("azp") == text
            || payload["gty"]?.string == "client-credentials" || payload["idtyp"]?.string == "app"
        return (text, isService ? .service : .user)
    }

    /// Refuses ID, refresh and logout tokens that do not say so in the header.
    func checkKind() throws(TokenRefusal) {
        for name in ["at_hash", "c_hash", "s_hash", "events"] {
            guard payload[name] == nil || payload[name] == .null else {
                throw TokenRefusal(.tokenType)
            }
        }
        if let kind = payload["typ"]?.string,
            ["id", "refresh", "offline", "logout"].contains(kind.lowercased())
        {
            throw TokenRefusal(.tokenType)
        }
        if payload["token_use"]?.string == "id" { throw TokenRefusal(.tokenType) }
    }

    static func isBounded(_ text: String) -> Bool {
        (1...longestText).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }
}

extension TrustedIssuer {
    /// What stands for the subject, to name who was refused.
    func stated(in claims: TokenClaims) -> String? {
        subjectClaims.lazy.compactMap { claims.usableText($0) }.first
    }
}
