// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import Crypto
import Identity
import TestSupport
import Testing

/// What a reload leaves as it was keeps its generation, and with it all that event loops remember of it.
@Suite struct CredentialGenerationsTests {
    private static let keys = {
        var random = SeededGenerator(seed: 6)
        return (0..<2).map { number in
            MintedAPIKey(
                name: "machine-\(number)", kind: .service, roles: [], expires: nil,
                random: &random
            ).stored
        }
    }()

    private static let one = CredentialSource.issuer("https://one.example")
    private static let two = CredentialSource.issuer("https://two.example")

    /// The sources of a reload.
    private func sources(
        _ number: UInt64, after before: IdentitySources?, keys: [StoredAPIKey] = Self.keys,
        digestKey: SymmetricKey = Provider.digestKey,
        _ change: (inout [TrustedIssuer]) throws -> Void = { _ in }
    ) throws -> IdentitySources {
        var issuers = try ["https://one.example", "https://two.example"].map { name in
            var issuer = try Provider.trusted()
            issuer.issuer = name
            return issuer
        }
        try change(&issuers)
        return IdentitySources(
            generation: SourcesGeneration(number),
            keys: try APIKeyRing([APIKeySource(name: "machines", keys: keys)]),
            tokens: try TokenVerifier(issuers, digestKey: digestKey), certificates: nil,
            after: before)
    }

    private func generations(_ sources: IdentitySources) -> [UInt64?] {
        [.apiKeys, Self.one, Self.two].map { sources.generations[$0]?.number }
    }

    private func otherKeys() throws -> KeySet {
        try KeySet(
            parsing: Provider.keySetText([Provider.jwk(Provider.otherES.publicKey, kid: "es")]))
    }

    @Test func `A reload that changes nothing changes no generation`() throws {
        let first = try sources(1, after: nil)
        let second = try sources(2, after: first)
        #expect(generations(second) == [1, 1, 1])
        #expect(second.generation == SourcesGeneration(2))
        #expect(generations(try sources(3, after: second)) == [1, 1, 1])
    }

    @Test func `Without sources before, nothing goes on holding`() throws {
        #expect(generations(try sources(7, after: nil)) == [7, 7, 7])
    }

    @Test func `New keys of one issuer are a new generation of that issuer alone`() throws {
        let first = try sources(1, after: nil)
        let rotated = try sources(2, after: first) { $0[0].keys = try otherKeys() }
        #expect(generations(rotated) == [1, 2, 1])
        // As before the rotation, but what was verified before it was forgotten meanwhile.
        #expect(generations(try sources(3, after: rotated)) == [1, 3, 1])
    }

    @Test(
        "Whatever a verdict on a token depends on makes a generation",
        arguments: [
            { $0.audiences = ["other"] }, { $0.algorithms = [.es256] },
            { $0.clockSkew = .seconds(1) }, { $0.types = [.jwt] },
            { $0.authorizedParties = ["app"] }, { $0.roleClaims = [] },
            { $0.knownRoles = ["reader"] }, { $0.subjectClaims = ["oid"] },
            { $0.fields = [.xAPIKey] },
            // The same letters to a person, and to `==` of strings.
            { $0.audiences = ["countersign", "https://api.example.com", "caf\u{E9}"] },
        ] as [@Sendable (inout TrustedIssuer) -> Void])
    func dependencies(change: @Sendable (inout TrustedIssuer) -> Void) throws {
        let first = try sources(1, after: nil) { $0[1].audiences.append("cafe\u{301}") }
        let second = try sources(2, after: first) { issuers in
            issuers[1].audiences.append("cafe\u{301}")
            change(&issuers[1])
        }
        #expect(generations(second) == [1, 1, 2])
    }

    @Test func `Issuers come and go`() throws {
        let first = try sources(1, after: nil) { $0.removeLast() }
        #expect(generations(first) == [1, 1, nil])
        let second = try sources(2, after: first)
        #expect(generations(second) == [1, 1, 2])
        #expect(generations(try sources(3, after: second) { $0.removeFirst() }) == [1, nil, 2])
    }

    @Test func `A revoked or removed key is a new generation of all keys, and of no issuer`()
        throws
    {
        let first = try sources(1, after: nil)
        var keys = Self.keys
        keys[1].revoked = Provider.now
        #expect(generations(try sources(2, after: first, keys: keys)) == [2, 1, 1])
        #expect(generations(try sources(2, after: first, keys: [keys[0]])) == [2, 1, 1])
    }

    @Test func `Records name tokens by another key from a generation on`() throws {
        let first = try sources(1, after: nil)
        let other = SymmetricKey(data: [UInt8](repeating: 8, count: 32))
        #expect(generations(try sources(2, after: first, digestKey: other)) == [1, 2, 2])
    }
}
