// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ByteCoding
import Crypto
import Identity
import TestSupport
import Testing

/// attacks.md, JWT: `iss`, `aud`, `azp`, `sub`, kinds of token, bound tokens; and what is read from good ones.
@Suite struct TokenClaimsTests {
    private func verdict(_ name: String, _ json: String?) throws -> CredentialVerdict {
        try Provider.verdict(Provider.token(Provider.claims.with(name, json)))
    }

    @Test(arguments: [
        nil, "null", "1", #""""#, #""https://id.example.com/""#, #""HTTPS://id.example.com""#,
        #""https://id.example.com ""#, #""http://id.example.com""#, #""https://id.example.com.""#,
        #""https://evil.example.com""#, #"["https://id.example.com"]"#,
        #""https://id.example.com\u0000""#,
    ])
    func `Another issuer is refused`(json: String?) throws {
        #expect(try verdict("iss", json).reason == .tokenIssuer)
    }

    @Test func `Issuers that differ in Unicode normalisation only are different`() throws {
        let token = try Provider.token(
            Provider.claims.with("iss", "\"https://id.caf\u{E9}.example\""))
        let same = try Provider.verdict(token) { $0.issuer = "https://id.caf\u{E9}.example" }
        let other = try Provider.verdict(token) { $0.issuer = "https://id.cafe\u{301}.example" }
        #expect(same.identity != nil)
        #expect(other.reason == .tokenIssuer)
    }

    @Test func `A token of one trusted issuer does not pass for one of another`() throws {
        var second = try Provider.trusted(
            keys: KeySet(
                parsing: Provider.keySetText([Provider.jwk(Provider.otherES.publicKey, kid: "es")]))
        )
        second.issuer = "https://partner.example.com"
        let verifier = try TokenVerifier(
            [Provider.trusted(), second], digestKey: Provider.digestKey)
        // Signed by the first provider's key in the name of the second.
        let forged = Array(
            try Provider.token(Provider.claims.with("iss", "\"\(second.issuer)\"")).utf8)
        let verdict = verifier.verify(forged.span, certificateThumbprint: nil, now: Provider.now)
        #expect(verdict.reason == .tokenSignature)
    }

    @Test(arguments: [
        #""countersign""#, #"["countersign"]"#, #"["other","countersign"]"#,
        #""https://api.example.com""#,
    ])
    func `A token for one of our audiences is accepted`(json: String) throws {
        #expect(try verdict("aud", json).identity != nil)
    }

    @Test(arguments: [
        nil, "[]", #""other""#, #"["other"]"#, #""Countersign""#, #""countersign ""#,
        #""countersign/""#,
        #""https://api.example.com/""#, #""*""#, #""countersign,other""#,
    ])
    func `A token for another audience is refused`(json: String?) throws {
        #expect(try verdict("aud", json).reason == .tokenAudience)
    }

    @Test(arguments: [
        "null", "1", "true", "{}", #"["countersign",1]"#, #"[["countersign"]]"#, #""""#,
    ])
    func `An audience of the wrong form is refused`(json: String) throws {
        #expect(try verdict("aud", json).reason == .tokenClaims)
    }

    @Test func `Where authorized parties are named, another client's token is refused`() throws {
        func verdict(_ claims: Members) throws -> CredentialVerdict {
            try Provider.verdict(Provider.token(claims)) { $0.authorizedParties = ["web"] }
        }
        #expect(try verdict(Provider.claims).reason == .tokenAudience)
        #expect(try verdict(Provider.claims.with("azp", #""web""#)).identity != nil)
        #expect(try verdict(Provider.claims.with("client_id", #""web""#)).identity != nil)
        #expect(
            try verdict(Provider.claims.with("azp", #""cli""#)).reason == .tokenAudience)
        let both = Provider.claims.with("azp", #""cli""#).with("client_id", #""web""#)
        #expect(try verdict(both).reason == .tokenAudience)
        #expect(try verdict(Provider.claims.with("azp", "1")).reason == .tokenAudience)
    }

    @Test func `A subject is a text of 1 to 256 bytes without control characters`() throws {
        let longest = String(repeating: "s", count: 256)
        #expect(try verdict("sub", "\"\(longest)\"").identity?.subject == longest)
        for json in [
            nil, #""""#, "1", "null", #"["alice"]"#, "\"\(longest)s\"", #""a\u0000b""#, #""a\nb""#,
            #""a\u009bb""#,
        ] {
            #expect(try verdict("sub", json).reason == .tokenClaims)
        }
    }

    @Test(arguments: [
        ("at_hash", #""x""#), ("c_hash", #""x""#), ("s_hash", #""x""#), ("events", "{}"),
        ("typ", #""ID""#), ("typ", #""Refresh""#), ("typ", #""Offline""#), ("typ", #""Logout""#),
        ("token_use", #""id""#),
    ])
    func `ID, refresh and logout tokens are no access tokens`(name: String, json: String) throws {
        #expect(try verdict(name, json).reason == .tokenType)
    }

    @Test(arguments: [("typ", #""Bearer""#), ("token_use", #""access""#), ("nonce", #""n""#)])
    func `Claims of access tokens do no harm`(name: String, json: String) throws {
        #expect(try verdict(name, json).identity != nil)
    }

    @Test func `A token bound to a DPoP key is refused as a bearer token`() throws {
        let verdict = try verdict("cnf", #"{"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}"#)
        #expect(verdict.reason == .tokenType)
    }

    @Test func `A token bound to a certificate needs that certificate`() throws {
        let thumbprint = "A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0"
        let bound = try Provider.token(
            Provider.claims.with("cnf", "{\"x5t#S256\":\"\(thumbprint)\"}"))
        #expect(try Provider.verdict(bound).reason == .tokenType)
        #expect(try Provider.verdict(bound, thumbprint: "other").reason == .tokenType)
        let identity = try #require(try Provider.verdict(bound, thumbprint: thumbprint).identity)
        #expect(identity.authentication.binding == .mtls)
        #expect(identity.authentication.key == thumbprint)
        #expect(identity.reusableUntil == nil)
    }

    @Test(arguments: [
        "{}", #"{"jwk":{}}"#, #"{"kid":"x"}"#, #"{"x5t#S256":"t","jkt":"j"}"#, #"{"x5t#S256":1}"#,
    ])
    func `Other confirmations are refused`(json: String) throws {
        let token = try Provider.token(Provider.claims.with("cnf", json))
        #expect(try Provider.verdict(token, thumbprint: "t").reason == .tokenType)
    }

    @Test(arguments: ["1", #""jkt""#, "[]", "false"])
    func `A confirmation that is no object is refused`(json: String) throws {
        #expect(try verdict("cnf", json).reason == .tokenClaims)
    }

    @Test func `A good token becomes an identity`() throws {
        let claims = Provider.claims.with("sid", #""s-9""#).with("name", #""Alice A""#)
            .with("preferred_username", #""aa""#).with("email", #""a@example.com""#)
            .with("amr", #"["pwd","otp"]"#).with("groups", #"["staff","reader"]"#)
        let identity = try #require(try Provider.verdict(Provider.token(claims)).identity)
        #expect(identity.issuer == Provider.issuer)
        #expect(identity.subject == "alice")
        #expect(identity.kind == .user)
        #expect(identity.roles == ["reader", "staff"])
        #expect(identity.session == "s-9")
        #expect(identity.name == "Alice A")
        #expect(identity.email == "a@example.com")
        #expect(identity.expires?.seconds == Provider.nowSeconds + 300)
        #expect(identity.reusableUntil == identity.expires)
        #expect(identity.authentication.method == .oidc)
        #expect(identity.authentication.multiFactor == true)
        #expect(identity.authentication.binding == Authentication.Binding.none)
        #expect(identity.authentication.key == nil)
    }

    @Test func `A second factor is known, known to be missing, or not known`() throws {
        func multiFactor(_ json: String?) throws -> Bool? {
            try #require(try verdict("amr", json).identity).authentication.multiFactor
        }
        #expect(try multiFactor(nil) == nil)
        #expect(try multiFactor(#"["pwd"]"#) == false)
        #expect(try multiFactor("[]") == false)
        for method in ["mfa", "otp", "hwk"] { #expect(try multiFactor("[\"\(method)\"]") == true) }
        #expect(try multiFactor("[1]") == nil)
        #expect(try multiFactor("null") == nil)
    }

    @Test(arguments: [
        ("client_id", #""alice""#, Principal.Kind.service), ("azp", #""alice""#, .service),
        ("gty", #""client-credentials""#, .service), ("idtyp", #""app""#, .service),
        ("client_id", #""web""#, .user), ("azp", #""web""#, .user), ("gty", #""password""#, .user),
    ])
    func `A token that a client got in its own name stands for a service`(
        name: String, json: String, kind: Principal.Kind
    ) throws {
        #expect(try verdict(name, json).identity?.kind == kind)
    }

    @Test func `Roles come from texts, lists, scopes and nested claims`() throws {
        let claims = Provider.claims.with("roles", #""auditor viewer""#)
            .with("scope", #""read  write""#)
            .with("realm_access", #"{"roles":["r1","r1"]}"#)
            .with("https://example.com/roles", #"["r2"]"#)
        let paths = ["roles", "scope", "/realm_access/roles", "https://example.com/roles", "none"]
        let verdict = try Provider.verdict(Provider.token(claims)) {
            $0.roleClaims = paths.compactMap { ClaimPath($0) }
        }
        #expect(verdict.identity?.roles == ["auditor viewer", "r1", "r2", "read", "write"])
        #expect(ClaimPath("\"a.b\"")?.names == ["a.b"])
        #expect(ClaimPath("\"\"")?.names == ["\"\""])
        #expect(ClaimPath("") == nil)
        #expect(ClaimPath("/") == nil)
        #expect(ClaimPath("/a//b") == nil)
    }

    @Test func `Roles are at most 64, counted after those that no policy knows`() throws {
        func json(_ count: Int) -> String {
            "[" + (0..<count).map { "\"r\($0)\"" }.joined(separator: ",") + "]"
        }
        #expect(try verdict("roles", json(64)).identity?.roles.count == 64)
        #expect(try verdict("roles", json(65)).reason == .tokenClaims)
        let filtered = try Provider.verdict(
            Provider.token(Provider.claims.with("roles", json(300)))
        ) { $0.knownRoles = ["r7", "r299", "admin"] }
        #expect(filtered.identity?.roles == ["r299", "r7"])
    }

    @Test(
        arguments: [
            ("1", []), ("null", []), ("{}", []), (#"["a",1]"#, ["a"]), (#"[""]"#, []), (#""""#, []),
            (#"["a\u0000","b"]"#, ["b"]), (#"[{"groupId":"admins"},"c"]"#, ["c"]),
            (#"["a",null]"#, ["a"]),
        ] as [(String, [String])])
    func `Of roles of another form the usable ones count`(json: String, roles: [String]) throws {
        let identity = try #require(try verdict("roles", json).identity)
        #expect(identity.roles == roles)
        let isAbsent = ["null", #"[""]"#, #""""#, #"["a",null]"#].contains(json)
        #expect(identity.unusedClaims == (isAbsent ? [] : ["roles"]))
    }

    @Test func `A role that is too long is left out`() throws {
        let long = String(repeating: "x", count: 300)
        let identity = try #require(try verdict("groups", "[\"CN=\(long)\",\"ok\"]").identity)
        #expect(identity.roles.contains("ok"))
        #expect(!identity.roles.contains { $0.hasPrefix("CN=") })
        #expect(identity.unusedClaims == ["groups"])
    }

    @Test(arguments: ["name", "preferred_username", "email", "sid", "jti"])
    func `A claim that says more of a caller than is needed never refuses`(name: String) throws {
        let longest = String(repeating: "x", count: 256)
        #expect(try verdict(name, "\"\(longest)\"").identity?.unusedClaims == [])
        for json in ["1", "[]", "{}", "\"\(longest)x\"", #""\u001b[2J""#, "null", #""""#] {
            let identity = try #require(try verdict(name, json).identity, "\(name): \(json)")
            let isAbsent = ["null", #""""#, "[]"].contains(json)
            #expect(identity.unusedClaims == (isAbsent ? [] : [name]), "\(name): \(json)")
            #expect(identity.name == nil && identity.email == nil && identity.session == nil)
        }
    }

    @Test(arguments: ["client_id", "azp", "groups", "at_hash", "cnf", "events", "amr"])
    func `A claim that is null is absent`(name: String) throws {
        #expect(try verdict(name, "null").identity != nil)
    }

    @Test func `Without sub, the first of the configured claims names a service`() throws {
        let claims = Provider.claims.with("sub", nil)
        func identity(_ claims: Members, _ names: [String]? = nil) throws -> VerifiedIdentity? {
            try Provider.verdict(Provider.token(claims)) {
                if let names { $0.subjectClaims = names }
            }.identity
        }
        let machine = try #require(try identity(claims.with("client_id", #""m2m""#)))
        #expect(machine.subject == "m2m")
        #expect(machine.kind == .service)
        #expect(try identity(claims.with("azp", #""web""#))?.subject == "web")
        let both = claims.with("client_id", #""one""#).with("azp", #""two""#)
        #expect(try identity(both)?.subject == "one")
        #expect(try identity(both, ["azp"])?.subject == "two")
        #expect(try identity(both, []) == nil)
        #expect(try identity(claims.with("sub", "null").with("azp", #""web""#))?.subject == "web")
        // What stands in the place of a subject is as strict as a subject, and one that is there is not passed over.
        #expect(try identity(claims.with("client_id", "1").with("azp", #""web""#)) == nil)
        #expect(try identity(claims.with("sub", #""""#).with("azp", #""web""#)) == nil)
        #expect(try identity(claims.with("client_id", #""a\nb""#)) == nil)
    }

    @Test func `An e-mail address that was not checked is left out`() throws {
        let claims = Provider.claims.with("email", #""a@example.com""#)
        func email(_ json: String?) throws -> String? {
            try Provider.verdict(Provider.token(claims.with("email_verified", json))).identity?
                .email
        }
        #expect(try email(nil) == "a@example.com")
        #expect(try email("true") == "a@example.com")
        #expect(try email("false") == nil)
        #expect(try email(#""false""#) == nil)
    }

    @Test func `A token is named by a keyed digest that tells nothing of it`() throws {
        func name(_ claims: Members, key: UInt8 = 7) throws -> String {
            let verifier = try TokenVerifier(
                [Provider.trusted()],
                digestKey: .init(data: [UInt8](repeating: key, count: 32)))
            let token = Array(try Provider.token(claims).utf8)
            let verdict = verifier.verify(token.span, certificateThumbprint: nil, now: Provider.now)
            return try #require(verdict.identity?.authentication.token)
        }
        let one = try name(Provider.claims)
        #expect(one.count == 36)
        #expect(one.hasPrefix("tok_"))
        // The same jti gives the same name whatever else the token says; ECDSA makes each signature anew.
        #expect(try name(Provider.claims.with("name", #""Al""#)) == one)
        #expect(try name(Provider.claims.with("jti", #""j-2""#)) != one)
        #expect(try name(Provider.claims, key: 8) != one)
        let unnamed = Provider.claims.with("jti", nil)
        #expect(try name(unnamed) == name(unnamed))
        #expect(try name(unnamed) != name(unnamed.with("sub", #""bob""#)))
    }

    @Test func `A configuration that would accept too much is refused`() throws {
        func fault(_ change: (inout TrustedIssuer) -> Void) throws -> IdentityConfigurationFault? {
            var trusted = try Provider.trusted()
            change(&trusted)
            do throws(IdentityConfigurationFault) {
                _ = try TokenVerifier([trusted], digestKey: Provider.digestKey)
                return nil
            } catch {
                return error
            }
        }
        #expect(try fault { _ in } == nil)
        #expect(try fault { $0.issuer = "" } == .issuer)
        #expect(try fault { $0.issuer = "a\0b" } == .issuer)
        #expect(try fault { $0.audiences = [] } == .noAudience(issuer: Provider.issuer))
        #expect(try fault { $0.audiences = [""] } == .noAudience(issuer: Provider.issuer))
        #expect(try fault { $0.algorithms = [] } == .noAlgorithm(issuer: Provider.issuer))
        #expect(try fault { $0.types = [] } == .noTokenType(issuer: Provider.issuer))
        #expect(try fault { $0.clockSkew = .seconds(300) } == nil)
        #expect(try fault { $0.clockSkew = .seconds(301) } == .clockSkew(issuer: Provider.issuer))
        #expect(try fault { $0.clockSkew = .seconds(-1) } == .clockSkew(issuer: Provider.issuer))
        #expect(throws: IdentityConfigurationFault.duplicateIssuer(Provider.issuer)) {
            try TokenVerifier(
                [Provider.trusted(), Provider.trusted()], digestKey: Provider.digestKey)
        }
    }
}
