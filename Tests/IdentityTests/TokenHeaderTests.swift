// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ByteCoding
import Crypto
import Foundation
import CryptoExtras
import Identity
import TestSupport
import Testing

/// attacks.md, JWT: `alg`, `crit`, `b64`, `zip`, embedded keys, `kid`, `typ`.
@Suite struct TokenHeaderTests {
    @Test(arguments: [
        "none", "None", "NONE", "NoNe", "nOnE", "", "HS256", "HS384", "HS512", "RS384", "RS512",
        "PS256", "ES384", "ES512", "ES256K", "Ed25519", "Ed448", "es256", "ES256 ", "eddsa",
        "RSA-OAEP", "dir",
    ])
    func `An algorithm that is not allowed is refused, signed or not`(name: String) throws {
        let header = Provider.header.with("alg", "\"\(name)\"").json
        let signed = try Provider.token(header: header)
        let unsigned = try Provider.token(header: header) { _ in [] }
        #expect(try Provider.verdict(signed).reason == .tokenAlgorithm)
        #expect(try Provider.verdict(unsigned).reason == .tokenAlgorithm)
    }

    @Test(arguments: [nil, "null", "256", "true", #"["ES256"]"#, #"{"name":"ES256"}"#])
    func `An algorithm that is no text is refused`(json: String?) throws {
        let token = try Provider.token(header: Provider.header.with("alg", json).json)
        #expect(try Provider.verdict(token).reason == .tokenMalformed)
    }

    @Test func `The public key does not work as a shared secret`() throws {
        let publicRSA = Provider.rsa.publicKey
        let secrets: [[UInt8]] = [
            Array(publicRSA.pemRepresentation.utf8), [UInt8](publicRSA.derRepresentation),
            Array(publicRSA.pkcs1PEMRepresentation.utf8),
            Array(Provider.es.publicKey.pemRepresentation.utf8),
            [UInt8](Provider.es.publicKey.x963Representation),
            [UInt8](Provider.ed.publicKey.rawRepresentation),
            Array(try Provider.jwk(publicRSA, kid: "rsa").json.utf8),
        ]
        for secret in secrets {
            for (name, kid) in [("HS256", "rsa"), ("RS256", "rsa"), ("ES256", "es")] {
                let header = Provider.header.with("alg", "\"\(name)\"").with("kid", "\"\(kid)\"")
                let token = try Provider.token(header: header.json) { input in
                    Array(
                        HMAC<SHA256>.authenticationCode(
                            for: input, using: SymmetricKey(data: secret)))
                }
                let verdict = try Provider.verdict(token)
                #expect(verdict.reason == (name == "HS256" ? .tokenAlgorithm : .tokenSignature))
            }
        }
    }

    @Test func `An algorithm that this issuer may not use is refused though we know it`() throws {
        let token = try Provider.token()
        let verdict = try Provider.verdict(token) { $0.algorithms = [.edDSA, .rs256] }
        #expect(verdict.reason == .tokenAlgorithm)
    }

    @Test func `An algorithm that does not go with the key is refused`() throws {
        for (name, kid) in [
            ("ES256", "ed"), ("ES256", "rsa"), ("EdDSA", "es"), ("EdDSA", "rsa"), ("RS256", "es"),
            ("RS256", "ed"),
        ] {
            let header = Provider.header.with("alg", "\"\(name)\"").with("kid", "\"\(kid)\"")
            let token = try Provider.token(header: header.json)
            #expect(try Provider.verdict(token).reason == .tokenAlgorithm)
        }
    }

    @Test(arguments: [
        ("crit", #"["exp"]"#), ("crit", #"["b64"]"#), ("crit", "[]"), ("crit", "null"),
        ("b64", "false"), ("b64", "true"), ("zip", #""DEF""#), ("enc", #""A256GCM""#),
        ("cty", #""JWT""#),
    ])
    func `Header members that change what is signed are refused`(name: String, json: String)
        throws
    {
        let token = try Provider.token(header: Provider.header.with(name, json).json)
        #expect(try Provider.verdict(token).reason == .tokenMalformed)
    }

    @Test func `An unencoded payload is refused`() throws {
        let header = Provider.header.with("b64", "false").with("crit", #"["b64"]"#).json
        let input = Base64URL.encode(header.utf8) + "." + Provider.claims.json
        let token = input + "." + Base64URL.encode(try Provider.signES(Array(input.utf8)))
        #expect(try Provider.verdict(token).reason == .tokenMalformed)
    }

    @Test func `A token within a token is refused`() throws {
        let inner = try Provider.token()
        let token = try Provider.token(claims: "\"\(inner)\"")
        #expect(try Provider.verdict(token).reason == .tokenMalformed)
    }

    @Test func `Keys in the header are ignored, those of an attacker and true ones alike`() throws {
        let attacker = Provider.otherES
        let jwk = Provider.jwk(attacker.publicKey, kid: "evil").json
        for (name, json) in [
            ("jwk", jwk), ("jku", #""http://127.0.0.1:1/jwks""#), ("x5u", #""http://[::1]/""#),
            ("x5c", #"["MIIB"]"#), ("x5t", #""AAAA""#), ("x5t#S256", #""AAAA""#),
        ] {
            let header = Provider.header.with(name, json)
            let forged = try Provider.token(header: header.json) {
                [UInt8](try attacker.signature(for: $0).rawRepresentation)
            }
            #expect(try Provider.verdict(forged).reason == .tokenSignature)
            let unknown = try Provider.token(header: header.with("kid", #""evil""#).json) {
                [UInt8](try attacker.signature(for: $0).rawRepresentation)
            }
            #expect(try Provider.verdict(unknown).reason == .tokenUnknownKey)
            #expect(try Provider.verdict(Provider.token(header: header.json)).identity != nil)
        }
    }

    @Test(arguments: [
        "../../../../dev/null", "/etc/passwd", "es' OR '1'='1", "es\\u0000", "\\u0000", "",
        "http://127.0.0.1/key", "${jndi:ldap://x}", "ES", "es ", "%65s", "e\\u0301s",
        String(repeating: "k", count: 10_000),
    ])
    func `A key id is only looked up`(kid: String) throws {
        let token = try Provider.token(header: Provider.header.with("kid", "\"\(kid)\"").json)
        #expect(try Provider.verdict(token).reason == .tokenUnknownKey)
    }

    @Test(arguments: ["null", "1", "true", #"["es"]"#, "{}"])
    func `A key id that is no text is refused`(json: String) throws {
        let token = try Provider.token(header: Provider.header.with("kid", json).json)
        #expect(try Provider.verdict(token).reason == .tokenMalformed)
    }

    @Test func `Without a key id the key must be the only one of its algorithm`() throws {
        let token = try Provider.token(header: Provider.header.with("kid", nil).json)
        #expect(try Provider.verdict(token).identity != nil)
        let twoKeys = try KeySet(
            parsing: Provider.keySetText([
                Provider.jwk(Provider.es.publicKey, kid: "es"),
                Provider.jwk(Provider.otherES.publicKey, kid: nil),
            ]))
        #expect(try Provider.verdict(token) { $0.keys = twoKeys }.reason == .tokenUnknownKey)
        let noneFits = try KeySet(
            parsing: Provider.keySetText([Provider.jwk(Provider.ed.publicKey, kid: nil)]))
        #expect(try Provider.verdict(token) { $0.keys = noneFits }.reason == .tokenUnknownKey)
    }

    @Test(arguments: [
        #""at+jwt""#, #""AT+JWT""#, #""application/at+jwt""#, #""JWT""#, #""jwt""#,
        #""application/JWT""#, nil,
    ])
    func `Access tokens may be typed in three ways`(json: String?) throws {
        let token = try Provider.token(header: Provider.header.with("typ", json).json)
        #expect(try Provider.verdict(token).identity != nil)
        let isAccessToken = json?.lowercased().contains("at+jwt") == true
        let strict = try Provider.verdict(token) { $0.types = [.accessToken] }
        #expect((strict.identity != nil) == isAccessToken)
        if !isAccessToken { #expect(strict.reason == .tokenType) }
    }

    @Test(arguments: [
        "dpop+jwt", "logout+jwt", "secevent+jwt", "id_token+jwt", "JOSE", "JOSE+JSON", "", " JWT",
        "JWT ", "at+jwt;v=1", "application/application/jwt", "text/jwt",
    ])
    func `Tokens of another type are refused`(type: String) throws {
        let token = try Provider.token(header: Provider.header.with("typ", "\"\(type)\"").json)
        #expect(try Provider.verdict(token).reason == .tokenType)
    }

    @Test(arguments: ["null", "1", "[]", "{}", "true"])
    func `A type that is no text is refused`(json: String) throws {
        let token = try Provider.token(header: Provider.header.with("typ", json).json)
        #expect(try Provider.verdict(token).reason == .tokenMalformed)
    }
}
