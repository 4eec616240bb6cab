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
            fields.addAuthorization(Array(value.utf8).span, at: head.count)
            head += Array(value.utf8)
        }
        for value in apiKey {
            head += Array("X-Api-Key: ".utf8)
            fields.addAPIKey(Array(value.utf8).span, at: head.count)
            head += Array(value.utf8)
        }
        return sources.identify(
            fields.credential, in: head.span, certificate: certificate, now: Provider.now)
    }

    private func certificate(_ uri: String, source: CertificateSource?) throws
        -> PresentedCertificate
    {
        let der = try TestAuthority.certificate([.uniformResourceIdentifier(uri)])
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
                == Self.key.stored.id)
        #expect(identify(apiKey: [Self.key.text], in: sources).subject == Self.key.stored.id)
        #expect(identify(certificate: presented, in: sources).subject == "urn:w")
    }

    @Test func `An explicit credential goes before the certificate`() throws {
        let sources = try sources()
        let presented = try certificate("urn:w", source: sources.certificates)
        let found = identify(apiKey: [Self.key.text], certificate: presented, in: sources)
        #expect(found.subject == Self.key.stored.id)
    }

    @Test func `A bad explicit credential is refused though the certificate is good`() throws {
        let sources = try sources()
        let presented = try certificate("urn:w", source: sources.certificates)
        func refusal(authorization: [String] = [], apiKey: [String] = []) -> Identification {
            identify(
                authorization: authorization, apiKey: apiKey, certificate: presented, in: sources)
        }
        let expired = try Provider.token(Provider.claims.with("exp", "1"))
        #expect(refusal(authorization: ["Bearer \(expired)"]) == .refused(.tokenExpired))
        #expect(refusal(authorization: ["Bearer x"]) == .refused(.tokenMalformed))
        #expect(refusal(authorization: ["Basic YTpi"]) == .refused(.noCredentials))
        #expect(refusal(apiKey: ["csk_unknown"]) == .refused(.unknownKey))
        #expect(
            refusal(authorization: ["Bearer \(Self.key.text)"], apiKey: [Self.key.text])
                == .refused(.ambiguousCredentials))
    }

    @Test func `A certificate that names nobody is refused, not anonymous`() throws {
        let sources = try sources()
        let presented = try certificate("not a uri", source: sources.certificates)
        #expect(
            identify(certificate: presented, in: sources) == .refused(.certificateInvalid))
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
        #expect(identify(authorization: bearer, in: sources) == .refused(.tokenType))
    }

    @Test func `Without configured sources every credential is refused`() throws {
        let sources = IdentitySources(
            generation: SourcesGeneration(1), keys: try APIKeyRing([]),
            tokens: try TokenVerifier([], digestKey: Provider.digestKey), certificates: nil)
        #expect(identify(apiKey: [Self.key.text], in: sources) == .refused(.unknownKey))
        let bearer = ["Bearer \(try Provider.token())"]
        #expect(identify(authorization: bearer, in: sources) == .refused(.tokenIssuer))
        #expect(identify(in: sources) == .anonymous)
    }
}

extension Identification {
    fileprivate var subject: String? {
        if case .identified(let identity) = self { identity.subject } else { nil }
    }
}
