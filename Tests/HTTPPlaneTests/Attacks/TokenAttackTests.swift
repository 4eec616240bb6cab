// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Crypto
import CryptoExtras
import Identity
import TestSupport
import Testing

/// Forged, borrowed and malformed tokens before the running proxy: 401 with a stated reason, in the record too,
/// and not a byte for the service.
@Suite("Attacks: tokens")
struct TokenAttackTests {
    @Test("An algorithm is the issuer's choice, never the token's")
    func algorithms() async throws {
        let names = [
            "none", "None", "NONE", "NoNe", "", "HS256", "HS384", "HS512", "RS384", "PS256",
            "ES384",
            "ES512", "ES256K", "es256", "ES256 ", "dir", "RSA-OAEP",
        ]
        var rows: [Attack] = []
        for name in names {
            let header = Provider.header.with("alg", "\"\(name)\"").json
            rows += [
                .challenged(
                    "alg \(name), signed", token: try Provider.token(header: header),
                    "token_algorithm"),
                .challenged(
                    "alg \(name), unsigned", token: try Provider.token(header: header) { _ in [] },
                    "token_algorithm"),
            ]
        }
        for json in [nil, "null", "256", #"["ES256"]"#] {
            rows.append(try .challenged(header: "alg", json, "token_malformed"))
        }
        rows.append(.believed("ES256", token: try Provider.token()))
        try await AttackTable.perform(rows, .trusting())
    }

    @Test("A public key is no shared secret, and no key of another algorithm")
    func confusion() async throws {
        let rsa = Provider.rsa.publicKey
        let secrets: [(String, [UInt8])] = [
            ("PEM", Array(rsa.pemRepresentation.utf8)), ("DER", [UInt8](rsa.derRepresentation)),
            ("EC PEM", Array(Provider.es.publicKey.pemRepresentation.utf8)),
            ("EC point", [UInt8](Provider.es.publicKey.x963Representation)),
            ("Ed25519", [UInt8](Provider.ed.publicKey.rawRepresentation)),
            ("JWK", Array(try Provider.jwk(rsa, kid: "rsa").json.utf8)), ("nothing", []),
        ]
        var rows: [Attack] = []
        for (name, secret) in secrets {
            for (algorithm, kid, reason) in [
                ("HS256", "rsa", "token_algorithm"), ("RS256", "rsa", "token_signature"),
                ("ES256", "es", "token_signature"),
            ] {
                let header = Provider.header.with("alg", "\"\(algorithm)\"").with(
                    "kid", "\"\(kid)\"")
                let token = try Provider.token(header: header.json) {
                    Array(
                        HMAC<SHA256>.authenticationCode(
                            for: $0, using: SymmetricKey(data: secret)))
                }
                rows.append(.challenged("\(algorithm) with \(name)", token: token, reason))
            }
        }
        for (algorithm, kid) in [
            ("ES256", "ed"), ("EdDSA", "es"), ("RS256", "es"), ("ES256", "rsa"),
        ] {
            let header = Provider.header.with("alg", "\"\(algorithm)\"").with("kid", "\"\(kid)\"")
            rows.append(
                .challenged(
                    "\(algorithm) with the key \(kid)",
                    token: try Provider.token(header: header.json),
                    "token_algorithm"))
        }
        try await AttackTable.perform(rows, .trusting())
    }

    @Test("A signature is the issuer's, over these bytes, in this form")
    func signatures() async throws {
        let other = P384.Signing.PrivateKey()
        let forms: [(String, ([UInt8]) throws -> [UInt8])] = [
            ("r = s = 0", { _ in [UInt8](repeating: 0, count: 64) }),
            ("r = s = max", { _ in [UInt8](repeating: 0xFF, count: 64) }),
            ("DER", { [UInt8](try Provider.es.signature(for: $0).derRepresentation) }),
            ("short", { try Provider.signES($0).dropLast() }),
            ("long", { try Provider.signES($0) + [0] }),
            ("none", { _ in [] }),
            ("P-384", { [UInt8](try other.signature(for: $0).rawRepresentation) }),
            ("P-384, cut", { [UInt8](try other.signature(for: $0).rawRepresentation.prefix(64)) }),
            (
                "another key",
                { [UInt8](try Provider.otherES.signature(for: $0).rawRepresentation) }
            ),
        ]
        var rows: [Attack] = []
        for (name, sign) in forms {
            rows.append(
                .challenged(name, token: try Provider.token(sign: sign), "token_signature"))
        }
        // A verified token is remembered; what differs from it is not it.
        let good = try Provider.token()
        var mixed = TokenParts(try Provider.token(Provider.claims.with("sub", #""root""#)))
        mixed.signature = TokenParts(good).signature
        rows += [
            .believed("a good one", token: good), .believed("again", token: good),
            .challenged("the signature of another", token: mixed.text, "token_signature"),
            .challenged("one letter more", token: good + "A", "token_signature"),
            .challenged("one letter less", token: String(good.dropLast()), "token_malformed"),
            .challenged(
                "no signature", token: String(good.prefix(good.count - 86)), "token_signature"),
            .challenged("in capitals", token: good.uppercased(), "token_malformed"),
        ]
        try await AttackTable.perform(rows, .trusting())
    }

    @Test("A key id is looked up and nothing else is done with it")
    func keyIDs() async throws {
        var rows: [Attack] = []
        for kid in [
            "../../../../dev/null", "/etc/passwd", "es' OR '1'='1", "es\\u0000", "\\u0000", "",
            "ES",
            "http://127.0.0.1/key", "${jndi:ldap://x}", "%65s",
            String(repeating: "k", count: 10_000),
        ] {
            rows.append(try .challenged(header: "kid", "\"\(kid)\"", "token_unknown_key"))
        }
        for json in ["null", "1", #"["es"]"#] {
            rows.append(try .challenged(header: "kid", json, "token_malformed"))
        }
        try await AttackTable.perform(rows, .trusting())
    }

    @Test("A key that a token brings is not looked at, and nobody is asked for it")
    func broughtKeys() async throws {
        try await withTaskExecutorPreference(TestThread()) {
            let listening = try await RecordingUpstream.start { _ in .bytes(ok("{}")) }
            let url = "http://127.0.0.1:\(listening.port)/jwks"
            let jwk = Provider.jwk(Provider.otherES.publicKey, kid: "es").json
            var rows: [Attack] = []
            for (name, json) in [
                ("jwk", jwk), ("jku", "\"\(url)\""), ("x5u", "\"\(url)\""), ("x5c", #"["MIIB"]"#),
                ("x5t#S256", #""AAAA""#),
            ] {
                for (kid, reason) in [("es", "token_signature"), ("evil", "token_unknown_key")] {
                    let header = Provider.header.with(name, json).with("kid", "\"\(kid)\"")
                    let token = try Provider.token(header: header.json) {
                        [UInt8](try Provider.otherES.signature(for: $0).rawRepresentation)
                    }
                    rows.append(.challenged("\(name), kid \(kid)", token: token, reason))
                }
            }
            rows.append(try .challenged(claim: "iss", "\"\(url)\"", "token_issuer"))
            try await AttackTable.perform(rows, .trusting())
            #expect(listening.connectionCount == 0)
            try await listening.stop()
        }
    }

    @Test("What changes the meaning of a token is not understood")
    func extensions() async throws {
        var rows: [Attack] = []
        for (name, json) in [
            ("crit", #"["exp"]"#), ("crit", #"["b64"]"#), ("crit", "[]"), ("b64", "false"),
            ("zip", #""DEF""#), ("enc", #""A256GCM""#), ("cty", #""JWT""#),
        ] {
            rows.append(try .challenged(header: name, json, "token_malformed"))
        }
        for type in ["dpop+jwt", "logout+jwt", "secevent+jwt", "JOSE", "", " JWT", "at+jwt;v=1"] {
            rows.append(try .challenged(header: "typ", "\"\(type)\"", "token_type"))
        }
        let good = TokenParts(try Provider.token())
        rows += [
            .challenged("encrypted", token: good.text + ".x.y", "token_malformed"),
            .challenged(
                "nested", token: try Provider.token(claims: "\"\(good.text)\""), "token_malformed"),
            .challenged(
                "as JSON",
                token:
                    #"{"payload":"\#(good.payload)","protected":"\#(good.header)","signature":"\#(good.signature)"}"#,
                "ambiguous_credentials"),
        ]
        try await AttackTable.perform(rows, .trusting())
    }
}
