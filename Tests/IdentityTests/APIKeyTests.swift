// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ByteCoding
import Crypto
import Identity
import TestSupport
import Testing

@Suite struct APIKeyTests {
    private static func mint(_ seed: UInt64, expires: UTCInstant? = nil) -> MintedAPIKey {
        var random = SeededGenerator(seed: seed)
        return MintedAPIKey(
            name: "ci", kind: .service, roles: ["writer", "reader", "writer"], expires: expires,
            random: &random)
    }

    private func verify(_ text: String, _ ring: APIKeyRing, at now: UTCInstant = Provider.now)
        -> CredentialVerdict
    {
        let bytes = Array(text.utf8)
        return ring.verify(bytes.span, now: now)
    }

    private func ring(_ keys: MintedAPIKey...) throws -> APIKeyRing {
        try APIKeyRing([APIKeySource(name: "machines", keys: keys.map(\.stored))])
    }

    @Test func `A minted key names its holder`() throws {
        let key = Self.mint(1)
        let identity = try #require(verify(key.text, try ring(key, Self.mint(2))).identity)
        #expect(identity.issuer == "machines")
        #expect(identity.subject == key.stored.name)
        #expect(identity.name == "ci")
        #expect(identity.kind == .service)
        #expect(identity.roles == ["reader", "writer"])
        #expect(identity.authentication.method == .apikey)
        #expect(identity.authentication.key == key.stored.id)
        #expect(identity.expires == nil)
        #expect(identity.reusableUntil == nil)
    }

    @Test func `A key is a prefix, an id and 32 random bytes, and only its digest is stored`()
        throws
    {
        let key = Self.mint(1)
        let parts = key.text.split(separator: "_", maxSplits: 2)
        #expect(parts[0] == "csk")
        #expect(parts[1] == key.stored.id)
        #expect(Base64URL.decode(parts[2])?.count == 32)
        #expect(
            key.stored.digest.text == "sha256:"
                + Hex.encode(SHA256.hash(data: Array(key.text.utf8))))
        #expect(Self.mint(1) == key)
        #expect(Self.mint(2).text != key.text)
    }

    @Test func `Ids use the whole alphabet and nothing else`() {
        var letters: Set<Character> = []
        for seed in 0..<200 {
            let id = Self.mint(UInt64(seed)).stored.id
            #expect(id.count == 8)
            letters.formUnion(id)
        }
        #expect(String(letters.sorted()) == "234567abcdefghijklmnopqrstuvwxyz")
    }

    @Test func `Every change of one character makes the key unknown`() throws {
        let key = Self.mint(1)
        let ring = try ring(key)
        let text = Array(key.text.utf8)
        for at in text.indices {
            for other in [UInt8(ascii: "A"), UInt8(ascii: "b")] where other != text[at] {
                var changed = text
                changed[at] = other
                #expect(ring.verify(changed.span, now: Provider.now).reason == .unknownKey)
            }
        }
        for length in 0..<text.count {
            let cut = Array(text[..<length])
            #expect(ring.verify(cut.span, now: Provider.now).reason == .unknownKey)
        }
        #expect(verify(key.text + "A", ring).reason == .unknownKey)
        #expect(verify(key.text + "\n", ring).reason == .unknownKey)
    }

    @Test func `A key of no ring is unknown`() throws {
        #expect(verify(Self.mint(3).text, try ring(Self.mint(1))).reason == .unknownKey)
        #expect(verify(Self.mint(3).text, try APIKeyRing([])).reason == .unknownKey)
    }

    @Test func `A key ends exactly when it says`() throws {
        let key = Self.mint(1, expires: Provider.now)
        let ring = try ring(key)
        let before = UTCInstant(microseconds: Provider.now.microseconds - 1)
        #expect(verify(key.text, ring, at: before).identity?.expires == Provider.now)
        #expect(verify(key.text, ring).reason == .keyExpired)
    }

    @Test func `A revoked key is refused as such, and its holder is named`() throws {
        var key = Self.mint(1, expires: UTCInstant(microseconds: Provider.now.microseconds + 1))
            .stored
        key.revoked = Provider.now
        let ring = try APIKeyRing([APIKeySource(name: "machines", keys: [key])])
        let text = Self.mint(1).text
        let before = UTCInstant(microseconds: Provider.now.microseconds - 1)
        #expect(verify(text, ring, at: before).identity != nil)
        guard case .refused(let refusal) = verify(text, ring) else {
            Issue.record("a revoked key is good")
            return
        }
        #expect(refusal.reason == .keyRevoked)
        #expect(refusal.claim?.subject == key.name)
        #expect(refusal.claim?.key == key.id)
        #expect(refusal.claim?.isVerified == true)
    }

    @Test func `All keys of one holder are the same subject`() throws {
        let (one, two) = (Self.mint(1), Self.mint(2))
        let ring = try ring(one, two)
        let subjects = [one, two].map { verify($0.text, ring).identity?.subject }
        #expect(subjects == [one.stored.name, one.stored.name])
        #expect(
            verify(one.text, ring).identity?.authentication.key
                != verify(two.text, ring).identity?.authentication.key)
    }

    @Test func `Keys of several sources are told apart`() throws {
        let (one, two) = (Self.mint(1), Self.mint(2))
        let ring = try APIKeyRing([
            APIKeySource(name: "a", keys: [one.stored]),
            APIKeySource(name: "b", keys: [two.stored]),
        ])
        #expect(ring.count == 2)
        #expect(verify(one.text, ring).identity?.issuer == "a")
        #expect(verify(two.text, ring).identity?.issuer == "b")
    }

    @Test func `Entries that could be mistaken for one another are refused`() throws {
        let (one, two) = (Self.mint(1).stored, Self.mint(2).stored)
        func fault(_ keys: [StoredAPIKey]) -> IdentityConfigurationFault? {
            do throws(IdentityConfigurationFault) {
                _ = try APIKeyRing([APIKeySource(name: "machines", keys: keys)])
                return nil
            } catch {
                return error
            }
        }
        var sameID = two
        sameID.id = one.id
        #expect(fault([one, sameID]) == .duplicateKeyID(one.id))
        var sameDigest = one
        sameDigest.id = two.id
        #expect(fault([one, sameDigest]) == .duplicateKeyDigest(two.id))
        for id in ["", "ABCDEFGH", "abcdefg", "abcdefghi", "abcdefg1", "abcdefg/"] {
            var bad = one
            bad.id = id
            #expect(fault([bad]) == .keyID(id))
        }
        for kind in [Principal.Kind.system, .anonymous] {
            var bad = one
            bad.kind = kind
            #expect(fault([bad]) == .kind(source: "machines"))
        }
    }

    @Test func `A digest has one text`() throws {
        let digest = Self.mint(1).stored.digest
        #expect(APIKeyDigest(digest.text) == digest)
        let hex = String(digest.text.dropFirst(7))
        for text in [
            "", "sha256:", hex, "sha256:" + hex.dropLast(), "sha256:" + hex + "0", "SHA256:" + hex,
            "sha256:" + hex.dropLast(2), "sha512:" + hex, "sha256:" + hex.dropLast() + "G",
        ] {
            #expect(APIKeyDigest(text) == nil, "\(text)")
        }
    }
}
