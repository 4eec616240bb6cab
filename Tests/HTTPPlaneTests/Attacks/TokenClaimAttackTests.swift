// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Identity
import TestSupport
import Testing

/// Tokens that are truly signed and say what they must not.
@Suite("Attacks: claims of tokens")
struct TokenClaimAttackTests {
    @Test("A token is used in its time")
    func times() async throws {
        let now = Provider.nowSeconds
        var rows: [Attack] = []
        for (claim, json, reason) in [
            ("exp", "\(now - 30)", "token_expired"), ("exp", "0", "token_expired"),
            ("nbf", "\(now + 31)", "token_not_yet_valid"),
            ("iat", "\(now + 31)", "token_not_yet_valid"), ("exp", nil, "token_claims"),
        ] { rows.append(try .challenged(claim: claim, json, reason)) }
        for claim in ["exp", "nbf"] {
            for json in [
                "-1", "\"\(now + 300)\"", "true", "[]", "253402300800", "18446744073709551616",
                "1e400",
            ] { rows.append(try .challenged(claim: claim, json, "token_claims")) }
        }
        rows += [
            try .challenged(claim: "exp", "null", "token_claims"),
            try .challenged(claim: "exp", "\(now - 31).999999", "token_expired"),
            try .challenged(claim: "nbf", "\(now + 30).5", "token_not_yet_valid"),
            try .challenged(claim: "iat", "1e10", "token_not_yet_valid"),
            .believed(
                "a fraction",
                token: try Provider.token(Provider.claims.with("exp", "\(now + 300).5"))),

            .believed(
                "exp within the skew",
                token: try Provider.token(Provider.claims.with("exp", "\(now - 29)"))),
            .believed(
                "nbf within the skew",
                token: try Provider.token(Provider.claims.with("nbf", "\(now + 30)"))),
        ]
        try await AttackTable.perform(rows, .trusting())
    }

    @Test("A token is of this issuer, for this audience, given to this client")
    func parties() async throws {
        var rows: [Attack] = []
        for json in [
            nil, "null", #""""#, #""https://id.example.com/""#, #""HTTPS://id.example.com""#,
            #""http://id.example.com""#, #""https://evil.example.com""#,
            #"["https://id.example.com"]"#,
        ] { rows.append(try .challenged(claim: "iss", json, "token_issuer")) }
        for json in [nil, "[]", #""other""#, #"["other"]"#, #""Countersign""#, #""*""#] {
            rows.append(try .challenged(claim: "aud", json, "token_audience"))
        }
        for json in ["null", "1", #"["countersign",1]"#, #""""#] {
            rows.append(try .challenged(claim: "aud", json, "token_claims"))
        }
        // Given to another client, or to nobody in particular.
        rows.append(try .challenged(claim: "azp", #""cli""#, "token_audience"))
        rows.append(.challenged("no client", token: try Provider.token(), "token_audience"))
        rows.append(
            .believed(
                "the right client",
                token: try Provider.token(Provider.claims.with("azp", #""web""#))))
        try await AttackTable.perform(rows, .trusting { $0.authorizedParties = ["web"] })
    }

    @Test("Other kinds of token, and tokens that are bound to a key, are no bearer tokens")
    func kinds() async throws {
        var rows: [Attack] = []
        for (claim, json) in [
            ("at_hash", #""x""#), ("c_hash", #""x""#), ("events", "{}"), ("typ", #""ID""#),
            ("typ", #""Refresh""#), ("token_use", #""id""#), ("cnf", #"{"jkt":"x"}"#),
            ("cnf", #"{"x5t#S256":"x"}"#), ("cnf", "{}"),
        ] { rows.append(try .challenged(claim: claim, json, "token_type")) }
        for (claim, json) in [
            ("sub", nil), ("sub", #""""#), ("sub", #""a\u0000b""#), ("sub", #""a\nb""#),
            ("sub", "\"\(String(repeating: "s", count: 257))\""), ("sub", "null"), ("cnf", #""x""#),
        ] { rows.append(try .challenged(claim: claim, json, "token_claims")) }
        try await AttackTable.perform(rows, .trusting())
    }

    @Test("A token is strict JSON in canonical base64, of bounded size and depth")
    func forms() async throws {
        let good = TokenParts(try Provider.token())
        var rows: [Attack] = []
        for change in ["=", "+", "/", "%3D", "\u{E9}"] {
            for part in [\TokenParts.header, \.payload, \.signature] {
                var changed = good
                changed[keyPath: part] += change
                let fields = "Authorization: Bearer \(changed.text)\r\n"
                rows.append(
                    .challenged(
                        "\(change.debugDescription) in a part", fields: fields, "token_malformed"))
            }
        }
        let alphabet = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let last = try #require(good.signature.last.flatMap { alphabet.firstIndex(of: $0) })
        var trailing = good
        trailing.signature = good.signature.dropLast() + String(alphabet[last | 1])
        rows.append(.challenged("bits left over", token: trailing.text, "token_malformed"))
        for text in ["", ".", "..", "...", "a", "a.b", good.text + ".", "." + good.text] {
            rows.append(.challenged("parts \(text.prefix(9))", token: text, "token_malformed"))
        }
        for header in [
            #"{"alg":"none","alg":"ES256","kid":"es"}"#,
            #"{"alg":"ES256","kid":"es","\u0061lg":"ES256"}"#,
            #"{"alg":"ES256","kid":"es",}"#, #"{"alg":"ES256","kid":"\ud800"}"#, "[]", "null", "",
            #"{"alg":"ES256","kid":"es","x":[[[[[0]]]]]}"#, #"{"alg":"ES256","kid":"es"}x"#,
        ] {
            rows.append(
                .challenged(
                    "header \(header.prefix(40))", token: try Provider.token(header: header),
                    "token_malformed"))
        }
        for (name, json) in Provider.claims.members {
            let claims = "{\"\(name)\":\(json)," + Provider.claims.json.dropFirst()
            rows.append(
                .challenged(
                    "\(name) twice", token: try Provider.token(claims: claims), "token_malformed"))
        }
        for bytes: [UInt8] in [[0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80]] {
            let claims =
                Array(Provider.claims.json.dropLast().utf8) + Array(",\"x\":\"".utf8) + bytes
                + Array("\"}".utf8)
            let input = Base64URL.encode(Provider.header.json.utf8) + "." + Base64URL.encode(claims)
            let token = input + "." + Base64URL.encode(try Provider.signES(Array(input.utf8)))
            rows.append(.challenged("bytes \(bytes)", token: token, "token_malformed"))
        }
        rows.append(
            try .challenged(
                claim: "deep",
                String(repeating: "[", count: 2_000) + String(repeating: "]", count: 2_000),
                "token_malformed"))
        rows.append(
            try .challenged(
                claim: "many", "[" + repeatElement("0", count: 3_000).joined(separator: ",") + "]",
                "token_malformed"))
        rows.append(
            try .challenged(
                claim: "long", "\"\(String(repeating: "x", count: 13_000))\"", "token_malformed"))
        try await AttackTable.perform(rows, .trusting())
    }

    @Test("One credential in one field is a credential")
    func fields() async throws {
        let good = try Provider.token()
        let bearer = "Authorization: Bearer \(good)\r\n"
        var rows: [Attack] = [
            .challenged("twice", fields: bearer + bearer, "ambiguous_credentials"),
            .challenged(
                "with an API key", fields: bearer + "X-Api-Key: {key}\r\n", "ambiguous_credentials"),
            .challenged(
                "key first", fields: "X-Api-Key: {key}\r\n" + bearer, "ambiguous_credentials"),
            .challenged(
                "list", fields: "Authorization: Bearer \(good), Bearer \(good)\r\n",
                "ambiguous_credentials"),
            .challenged(
                "comma", fields: "Authorization: Bearer \(good),\r\n", "ambiguous_credentials"),
            .challenged(
                "two tokens", fields: "Authorization: Bearer \(good) \(good)\r\n",
                "ambiguous_credentials"),
            .believed("two spaces", token: " " + good),
            .challenged("no scheme", fields: "Authorization: \(good)\r\n", "no_credentials"),
            .challenged("scheme only", fields: "Authorization: Bearer\r\n", "token_malformed"),
            .challenged("nothing", fields: "Authorization:\r\n", "token_malformed"),
            .challenged("basic", fields: "Authorization: Basic dTpw\r\n", "no_credentials"),
            .challenged("as DPoP", fields: "Authorization: DPoP \(good)\r\n", "token_type"),
            .challenged(
                "for proxies", fields: "Proxy-Authorization: Bearer \(good)\r\n", "no_credentials"),
            .challenged(
                "in a cookie", fields: "Cookie: access_token=\(good); token=\(good)\r\n",
                "no_credentials"),
            .challenged(
                "another field", fields: "X-Authorization: Bearer \(good)\r\n", "no_credentials"),
            .believed("lower case", token: good),
        ]
        // In the query it counts for nothing, whatever its name.
        rows += ["access_token", "token", "jwt", "Authorization"].map { name in
            .denied(
                "query \(name)",
                "GET /v1/invoices/1?\(name)=\(good) HTTP/1.1\r\nHost: a\r\n\r\n", 401,
                "no_credentials")
        }
        try await AttackTable.perform(rows, .trusting())
    }
}
