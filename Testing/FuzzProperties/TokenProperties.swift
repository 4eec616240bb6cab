// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import ByteCoding
internal import Crypto
internal import Identity

/// No token is accepted that the issuer did not sign, or that says what it must not.
///
/// The first byte selects what is read: a stranger's token, header and payload that the issuer signs as they
/// are (one line each), a key set, or the value of a field that carries a credential.
enum TokenProperties {
    static func check(_ input: [UInt8]) throws(BrokenProperty) -> Bool {
        var steering = Steering(input)
        switch steering.choice(of: 4) {
        case 0: return try stranger(Array(steering.rest))
        case 1: return try signed(Array(steering.rest))
        case 2: return try keySet(Array(steering.rest))
        default: return try field(Array(steering.rest))
        }
    }

    private static func stranger(_ token: [UInt8]) throws(BrokenProperty) -> Bool {
        let verdict = FuzzIssuer.shared.verdict(token)
        try require(verdict.reason != nil, "a token that nobody signed identifies nobody")
        return false
    }

    private static func signed(_ input: [UInt8]) throws(BrokenProperty) -> Bool {
        let lines = input.split(
            separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
        guard lines.count == 2 else { return false }
        let token = FuzzIssuer.shared.token(header: lines[0], payload: lines[1])
        switch FuzzIssuer.shared.verdict(token) {
        case .foreign(let refusal), .refused(let refusal):
            try require(
                refusal.reason != .tokenSignature, "what the issuer signed is not refused as forged"
            )
            return false
        case .identified(let identity):
            try believed(identity, header: Array(lines[0]), payload: Array(lines[1]))
            return true
        }
    }

    private static func believed(
        _ identity: VerifiedIdentity, header: [UInt8], payload: [UInt8]
    ) throws(BrokenProperty) {
        guard let header = object(header), let payload = object(payload) else {
            throw BrokenProperty("a token consists of strict JSON")
        }
        try require(
            header["alg"] == .string("EdDSA") && header["crit"] == nil && header["zip"] == nil,
            "a token is signed as its issuer signs")
        try require(
            payload["iss"] == .string(FuzzIssuer.issuer)
                && ["sub", "client_id", "azp"].contains { name in
                    payload[name]?.string.map { $0.utf8.elementsEqual(identity.subject.utf8) }
                        == true
                },
            "a token names its issuer and subject")
        let audiences = payload["aud"]?.array ?? payload["aud"].map { [$0] } ?? []
        try require(audiences.contains(.string(FuzzIssuer.audience)), "a token is meant for us")
        let now = FuzzIssuer.now.microseconds / 1_000_000
        try require((seconds(payload["exp"]) ?? 0) > Double(now - 30), "a token has not ended")
        try require((seconds(payload["nbf"]) ?? 0) <= Double(now + 30), "a token has begun")
        try require(
            payload["cnf"] == nil || payload["cnf"] == .null,
            "a bound token is nothing without its key")
        let texts =
            [identity.subject, identity.name, identity.email, identity.session].compactMap(\.self)
            + identity.roles
        try require(
            texts.allSatisfy { text in
                (1...256).contains(text.utf8.count)
                    && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
            }, "what a token says is short and without control characters")
        try require(identity.roles.count <= 64, "roles are few")
    }

    private static func seconds(_ value: JSONValue?) -> Double? {
        switch value {
        case .integer(let whole): Double(whole)
        case .number(let text): Double(text)
        default: nil
        }
    }

    private static func object(_ text: [UInt8]) -> JSONValue? {
        do {
            return try JSONParser.parse(text, as: .strict, deepest: 8)
        } catch {
            return nil
        }
    }

    private static func keySet(_ text: [UInt8]) throws(BrokenProperty) -> Bool {
        let keys: KeySet
        do {
            keys = try KeySet(parsing: text)
        } catch {
            try require(!error.message.isEmpty, "a key set is refused for a reason")
            return false
        }
        try require(keys.count > 0, "a key set has a key")
        let items = object(text)?["keys"]?.array ?? []
        try require(items.count >= keys.count, "no key comes from nowhere")
        let secrets = ["d", "k", "p", "q", "dp", "dq", "qi", "oth", "priv"]
        try require(
            items.allSatisfy { item in secrets.allSatisfy { item[$0] == nil } },
            "a key set with a secret is refused")
        return true
    }

    private static func field(_ value: [UInt8]) throws(BrokenProperty) -> Bool {
        let offset = value.count % 7
        var one = CredentialFields()
        let kinds: CredentialKinds = [.keys, .tokens]
        one.addAuthorization(value.span, at: offset, kinds)
        var other = CredentialFields()
        other.addAPIKey(value.span, at: offset, kinds)
        var isAccepted = false
        for credential in [one.credential, other.credential] {
            guard case .one(let shown) = credential else { continue }
            isAccepted = true
            try require(
                shown.range.lowerBound >= offset && shown.range.upperBound == offset + value.count,
                "a credential lies in its field")
        }
        one.addAuthorization(value.span, at: offset, kinds)
        if case .one = one.credential {
            throw BrokenProperty("two fields are never one credential")
        }
        if case .several = one.credential {
            throw BrokenProperty("two fields of one name are never told apart")
        }
        return isAccepted
    }
}
