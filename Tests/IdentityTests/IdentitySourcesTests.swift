// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ByteCoding
import Identity
import TestSupport
import Testing
import X509

/// The order of precedence: an explicit credential decides alone, then the certificate, then nobody.
@Suite struct IdentitySourcesTests {
    private static let key = {
        var random = SeededGenerator(seed: 5)
        return MintedAPIKey(
            name: "ci", kind: .service, roles: [], expires: nil, random: &random)
    }()

    private func sources(certificates: Bool = true) throws -> IdentitySources {
        IdentitySources(
            generation: SourcesGeneration(1),
            keys: try APIKeyRing([APIKeySource(name: "machines", keys: [Self.key.stored])]),
            tokens: try TokenVerifier([Provider.trusted()], digestKey: Provider.digestKey),
            certificates: certificates
                ? try CertificateSource(name: "mesh", subject: .uri, kind: .service, roles: [])
                : nil)
    }

    private func identify(
        authorization: [String] = [], apiKey: [String] = [],
        certificate: PresentedCertificate? = nil, in sources: IdentitySources
    ) -> Identification {
        var head: [UInt8] = []
        var fields = CredentialFields()
        for value in authorization {
            head += Array("Authorization: ".utf8)
            fields.addAuthorization(
                Array(value.utf8).span, at: head.count, sources.places.authorization)
            head += Array(value.utf8)
        }
        for value in apiKey {
            head += Array("X-Api-Key: ".utf8)
            fields.addAPIKey(Array(value.utf8).span, at: head.count, sources.places.xAPIKey)
            head += Array(value.utf8)
        }
        return sources.identify(
            fields.credential, in: head.span,
            binding: Self.binding(certificate), now: Provider.now)
    }

    private static func binding(_ certificate: PresentedCertificate? = nil) -> RequestBinding {
        RequestBinding(
            method: .get, url: BoundURL(isSecure: true, host: 0..<0, path: 0..<0),
            certificate: certificate)
    }

    private func certificate(_ uri: String, source: CertificateSource?) throws
        -> PresentedCertificate
    {
        let der = try ClientCertificateIssuer.certificate([.uniformResourceIdentifier(uri)])
        return PresentedCertificate(der: der, source: source)
    }

    @Test func `Nobody is anonymous`() throws {
        #expect(identify(in: try sources()) == .anonymous)
    }

    @Test func `Each kind of credential identifies`() throws {
        let sources = try sources()
        let presented = try certificate("urn:w", source: sources.certificates)
        #expect(
            identify(authorization: ["Bearer \(try Provider.token())"], in: sources).subject
                == "alice")
        #expect(
            identify(authorization: ["Bearer \(Self.key.text)"], in: sources).subject
                == "ci")
        let basic = Base64.encode(Array("x:\(Self.key.text)".utf8))
        #expect(identify(authorization: ["Basic \(basic)"], in: sources).subject == "ci")
        #expect(identify(apiKey: [Self.key.text], in: sources).subject == "ci")
        #expect(identify(certificate: presented, in: sources).subject == "urn:w")
    }

    @Test func `An explicit credential goes before the certificate`() throws {
        let sources = try sources()
        let presented = try certificate("urn:w", source: sources.certificates)
        let found = identify(apiKey: [Self.key.text], certificate: presented, in: sources)
        #expect(found.subject == "ci")
    }

    @Test func `A bad explicit credential is refused though the certificate is good`() throws {
        let sources = try sources()
        let presented = try certificate("urn:w", source: sources.certificates)
        func refusal(authorization: [String] = [], apiKey: [String] = []) -> Identification {
            identify(
                authorization: authorization, apiKey: apiKey, certificate: presented, in: sources)
        }
        let expired = try Provider.token(Provider.claims.with("exp", "1"))
        #expect(refusal(authorization: ["Bearer \(expired)"]).reason == .tokenExpired)
        #expect(refusal(apiKey: ["csk_unknown"]).reason == .unknownKey)
        #expect(
            refusal(authorization: ["Bearer \(Self.key.text)"], apiKey: [Self.key.text])
                .reason == .ambiguousCredentials)
        #expect(
            refusal(authorization: ["DPoP \(try Provider.token())"]).reason == .tokenType)
        // The first of them is named.
        guard
            case .refused(let two) = refusal(
                authorization: ["Bearer \(try Provider.token())"], apiKey: [Self.key.text])
        else {
            Issue.record("two credentials make one identity")
            return
        }
        #expect(two.reason == .ambiguousCredentials)
        #expect(two.claim?.issuer == Provider.issuer)
        #expect(two.claim?.isVerified == true)
    }

    @Test(arguments: [
        ("exp", nil), ("exp", #""soon""#), ("sub", nil), ("nbf", "true"), ("cnf", "1"),
        ("aud", "{}"),
    ])
    func `A token with a claim that cannot be used is refused for that claim`(
        name: String, value: String?
    ) throws {
        let token = try Provider.token(Provider.claims.with(name, value))
        guard
            case .refused(let refusal) = identify(
                authorization: ["Bearer \(token)"], in: try sources())
        else {
            Issue.record("\(name) may be anything")
            return
        }
        #expect(refusal.reason == .tokenClaims)
        #expect(refusal.detail == "claim \(name)")
    }

    @Test(arguments: [
        "Basic YTpi", "Bearer x", "Bearer abc/+=", "Bearer", "Digest a=b", "Negotiate abc",
        "DPoP a.b.c",
    ])
    func `What is of nobody we know leaves the caller who they are`(value: String) throws {
        let sources = try sources()
        let presented = try certificate("urn:w", source: sources.certificates)
        #expect(
            identify(authorization: [value], certificate: presented, in: sources).subject
                == "urn:w")
        #expect(
            identify(authorization: [value], apiKey: [Self.key.text], in: sources).subject == "ci")
        guard case .foreign = identify(authorization: [value], in: sources) else {
            Issue.record("\(value) is of somebody")
            return
        }
    }

    @Test func `A token of an issuer that we do not know is the service's`() throws {
        let sources = try sources()
        let token = try Provider.token(Provider.claims.with("iss", #""https://other.example""#))
        let found = identify(authorization: ["Bearer \(token)"], in: sources)
        guard case .foreign(let refusal) = found else {
            Issue.record("\(found)")
            return
        }
        #expect(refusal.reason == .tokenIssuer)
        #expect(refusal.claim?.statedIssuer == "https://other.example")
        #expect(refusal.claim?.subject == "alice")
        #expect(refusal.claim?.isVerified == false)
        #expect(
            identify(authorization: ["Bearer \(token)"], apiKey: [Self.key.text], in: sources)
                .subject == "ci")
    }

    @Test func `A token of ours that was mangled is not handed to a service`() throws {
        let sources = try sources()
        let token = try Provider.token()
        let parts = token.split(separator: ".").map(String.init)
        for text in [
            token + "=", token + ".", "." + token, parts[0] + "." + parts[1],
            parts[0] + "." + parts[1] + "==." + parts[2], "x." + parts[1] + ".y", parts[1],
        ] {
            let found = identify(authorization: ["Bearer \(text)"], in: sources)
            guard case .refused(let refusal) = found else {
                Issue.record("\(text) passes")
                continue
            }
            #expect(refusal.reason == .tokenMalformed)
            #expect(refusal.claim?.issuer == Provider.issuer)
        }
        let escaped = Base64URL.encode(
            Array(#"{"iss":"https:\/\/id.example.com","a":1,"a":1}"#.utf8))
        guard
            case .refused = identify(authorization: ["Bearer e30.\(escaped).x"], in: sources)
        else {
            Issue.record("an escaped issuer passes")
            return
        }
    }

    @Test func `A refused credential is named as far as it can be`() throws {
        let sources = try sources()
        func claim(_ identification: Identification) -> ClaimedIdentity? {
            guard case .refused(let refusal) = identification else { return nil }
            return refusal.claim
        }
        let expired = claim(
            identify(
                authorization: ["Bearer \(try Provider.token(Provider.claims.with("exp", "1")))"],
                in: sources))
        #expect(expired?.subject == "alice")
        #expect(expired?.issuer == Provider.issuer)
        #expect(expired?.isVerified == true)
        let parts = try Provider.token().split(separator: ".").map(String.init)
        let other = try Provider.token(Provider.claims.with("sub", #""bob""#))
            .split(separator: ".").map(String.init)
        let forged = claim(
            identify(
                authorization: ["Bearer \(parts[0]).\(parts[1]).\(other[2])"], in: sources))
        #expect(forged?.subject == "alice")
        #expect(forged?.isVerified == false)
        var text = Array(Self.key.text.utf8)
        text[text.count - 1] = text.last == 0x41 ? 0x42 : 0x41
        let unknown = claim(
            identify(apiKey: [String(decoding: text, as: UTF8.self)], in: sources))
        #expect(unknown?.key == Self.key.stored.id)
        #expect(unknown?.issuer == "machines")
        #expect(unknown?.isVerified == false)
        #expect(unknown?.subject == nil)
    }

    @Test func `A certificate that names nobody is refused, not anonymous`() throws {
        let sources = try sources()
        let presented = try certificate("not a uri", source: sources.certificates)
        #expect(
            identify(certificate: presented, in: sources).reason == .certificateInvalid)
    }

    @Test func `Where certificates name nobody by configuration, the caller is anonymous`() throws {
        let sources = try sources(certificates: false)
        let presented = try certificate("urn:w", source: nil)
        #expect(identify(certificate: presented, in: sources) == .anonymous)
    }

    @Test func `A bound token works only over the connection of its certificate`() throws {
        let sources = try sources(certificates: false)
        let presented = try certificate("urn:w", source: nil)
        let token = try Provider.token(
            Provider.claims.with("cnf", "{\"x5t#S256\":\"\(presented.thumbprint)\"}"))
        let bearer = ["Bearer \(token)"]
        #expect(
            identify(authorization: bearer, certificate: presented, in: sources).subject == "alice")
        #expect(identify(authorization: bearer, in: sources).reason == .tokenType)
    }

    @Test func `Without configured sources nothing is looked at`() throws {
        let sources = IdentitySources(
            generation: SourcesGeneration(1), keys: try APIKeyRing([]),
            tokens: try TokenVerifier([], digestKey: Provider.digestKey), certificates: nil)
        #expect(identify(apiKey: [Self.key.text], in: sources) == .anonymous)
        let bearer = ["Bearer \(try Provider.token())"]
        #expect(identify(authorization: bearer, in: sources) == .anonymous)
        #expect(identify(in: sources) == .anonymous)
        #expect(!sources.places.takesBasic)
    }

    @Test func `Sources say in which fields they look`() throws {
        var issuer = try Provider.trusted()
        issuer.fields = [.named("x-goog-iap-jwt-assertion")]
        let sources = IdentitySources(
            generation: SourcesGeneration(1),
            keys: try APIKeyRing([
                APIKeySource(name: "a", keys: [Self.key.stored], fields: [.xAPIKey])
            ]), tokens: try TokenVerifier([issuer], digestKey: Provider.digestKey),
            certificates: nil)
        #expect(sources.places.authorization == [])
        #expect(sources.places.xAPIKey == .keys)
        #expect(sources.places.named.map(\.kinds) == [.tokens])
        #expect(!sources.places.takesBasic)
        #expect(
            identify(authorization: ["Bearer \(Self.key.text)"], in: sources) == .anonymous)
        #expect(identify(apiKey: [Self.key.text], in: sources).subject == "ci")
        let token = Array(try Provider.token().utf8)
        var fields = CredentialFields()
        fields.addNamed(token.span, at: 0, .tokens, isRepeated: false)
        #expect(
            sources.identify(
                fields.credential, in: token.span, binding: Self.binding(), now: Provider.now
            ).subject == "alice")
    }
}

extension Identification {
    fileprivate var subject: String? {
        if case .identified(let identity, by: _) = self { identity.subject } else { nil }
    }
}
