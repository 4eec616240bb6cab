// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import Identity
import Testing

/// Which fields hold a credential of ours, in which form, and what is the service's.
@Suite struct CredentialFieldsTests {
    private func read(
        authorization: [String] = [], apiKey: [String] = [], named: [String] = [],
        _ kinds: CredentialKinds = [.keys, .tokens]
    ) -> PresentedCredential {
        var fields = CredentialFields()
        var offset = 100
        for value in authorization {
            let bytes = Array(value.utf8)
            fields.addAuthorization(bytes.span, at: offset, kinds)
            offset += bytes.count + 20
        }
        for value in apiKey {
            let bytes = Array(value.utf8)
            fields.addAPIKey(bytes.span, at: offset, kinds)
            offset += bytes.count + 20
        }
        for (position, value) in named.enumerated() {
            let bytes = Array(value.utf8)
            fields.addNamed(bytes.span, at: offset, kinds, isRepeated: position > 0)
            offset += bytes.count + 20
        }
        return fields.credential
    }

    private func shown(
        _ form: ShownCredential.Form, _ range: Range<Int>,
        in place: ShownCredential.Place = .authorization
    ) -> PresentedCredential { .one(ShownCredential(form, in: place, range)) }

    @Test func `A comma or white space anywhere in a key makes two of it, whatever its length`() {
        for length in 5...40 {
            for place in 4..<length {
                for separator in [",", " ", "\t"] {
                    var key = Array("csk_" + String(repeating: "k", count: length - 4))
                    key[place] = Character(separator)
                    #expect(read(apiKey: [String(key)]) == .refused(.ambiguousCredentials))
                    #expect(
                        read(authorization: ["Bearer " + String(key)])
                            == .refused(.ambiguousCredentials))
                }
            }
            // Neighbours of the three in the table of characters are none of them.
            let key = "csk_" + String(repeating: "!-+\u{8}\n", count: length)
            #expect(read(apiKey: [key]) == shown(.apiKey, 100..<100 + 4 + 5 * length, in: .xAPIKey))
        }
    }

    @Test func `No field is no credential`() {
        #expect(CredentialFields().credential == .none)
        // A field that no source looks into is the service's, whatever it holds.
        #expect(read(authorization: ["Bearer csk_a"], apiKey: ["csk_a"], []) == .none)
    }

    @Test(arguments: ["Bearer", "bearer", "BEARER", "bEaReR"])
    func `A bearer token lies behind the scheme and one space or more`(scheme: String) {
        #expect(read(authorization: [scheme + " abc.def.ghi"]) == shown(.bearer, 107..<118))
        #expect(read(authorization: [scheme + "   abc.def"]) == shown(.bearer, 109..<116))
    }

    @Test func `A bearer credential that starts as an API key is one`() {
        #expect(read(authorization: ["Bearer csk_abcdefgh_x"]) == shown(.apiKey, 107..<121))
        #expect(read(authorization: ["Bearer csk_"]) == shown(.apiKey, 107..<111))
        #expect(read(authorization: ["Bearer csk"]) == shown(.bearer, 107..<110))
        #expect(read(authorization: ["Bearer CSK_abc"]) == shown(.bearer, 107..<114))
        #expect(read(authorization: ["Bearer csk_a"], .tokens) == shown(.bearer, 107..<112))
        #expect(read(authorization: ["Bearer abc"], .keys) == .foreign(.noCredentials))
    }

    @Test func `An API key may have its own field, or one of the configuration's choice`() {
        #expect(read(apiKey: ["csk_abcdefgh_x"]) == shown(.apiKey, 100..<114, in: .xAPIKey))
        #expect(read(named: ["csk_abcdefgh_x"]) == shown(.apiKey, 100..<114, in: .named))
        #expect(read(named: ["a.b.c"]) == shown(.bearer, 100..<105, in: .named))
    }

    @Test(arguments: [
        "eDpjc2tfYWJj", "YTpjc2tfYWJj", "OmNza19hYmM=", "OmNza19hYmM", "Y3NrX2FiYzo=",
        "Y3NrX2FiYzp4LW9hdXRoLWJhc2lj",
    ])
    func `Basic shows an API key as its password or user, whoever the other is`(pair: String) {
        let value = "Basic " + pair
        #expect(
            read(authorization: [value]) == shown(.basic, 100..<100 + value.utf8.count))
        #expect(read(authorization: [value], .tokens) == .foreign(.noCredentials))
    }

    @Test(arguments: [
        "Basic dTpw", "Basic YTpi", "Basic", "Basic !", "Basic Y3NrX2FiYw==", "Negotiate abc",
        "Digest username=\"x\", realm=\"y\"", "Bearerx a", "Beare a", "Basic Y3NrX2FiYw",
        "AWS4-HMAC-SHA256 Credential=AKIA/20130524/us-east-1/s3/aws4_request, SignedHeaders=host",
    ])
    func `Another scheme, or Basic without a key, is the service's`(value: String) {
        #expect(read(authorization: [value]) == .foreign(.noCredentials))
    }

    @Test func `What is no API key in the field of keys is the service's`() {
        for value in ["", "svc", "a, b", "CSK_a", "caf\u{E9}"] {
            #expect(read(apiKey: [value], .keys) == .foreign(.unknownKey), "\(value)")
        }
    }

    @Test func `What is ours stands beside what is the service's`() {
        let key = shown(.apiKey, 129..<134, in: .xAPIKey)
        #expect(read(authorization: ["Basic YTpi"], apiKey: ["csk_a"]) != .none)
        #expect(read(authorization: ["Basic aaa"], apiKey: ["csk_a"]) == key)
        #expect(
            read(authorization: ["Bearer csk_a"], apiKey: ["svc"], .keys)
                == shown(.apiKey, 107..<112))
        // Whose the token is, is seen only once it is read.
        #expect(
            read(authorization: ["Bearer a.b"], apiKey: ["csk_a"])
                == .several([
                    ShownCredential(.bearer, in: .authorization, 107..<110),
                    ShownCredential(.apiKey, in: .xAPIKey, 130..<135),
                ]))
    }

    @Test func `Two that are ours are ambiguous even when they are equal`() {
        let ambiguous = PresentedCredential.refused(.ambiguousCredentials)
        #expect(read(authorization: ["Bearer csk_a"], apiKey: ["csk_a"]) == ambiguous)
        #expect(read(authorization: ["Basic eDpjc2tfYWJj"], apiKey: ["csk_a"]) == ambiguous)
        // csk_a:csk_b
        #expect(read(authorization: ["Basic Y3NrX2E6Y3NrX2I="]) == ambiguous)
        #expect(read(apiKey: Array(repeating: "csk_a", count: 257)) == ambiguous)
        #expect(read(apiKey: ["csk_a"], named: ["csk_a"]) == ambiguous)
    }

    @Test func `A field that comes twice is ambiguous where either may be ours`() {
        let ambiguous = PresentedCredential.refused(.ambiguousCredentials)
        #expect(read(authorization: ["Bearer a", "Bearer a"]) == ambiguous)
        #expect(read(authorization: ["Bearer csk_a", "Basic b"]) == ambiguous)
        #expect(read(authorization: ["Basic b", "Bearer csk_a"]) == ambiguous)
        #expect(read(named: ["csk_a", "x"]) == ambiguous)
        #expect(read(authorization: ["Basic a", "Basic b"]) == .foreign(.noCredentials))
    }

    @Test(arguments: [
        "Bearer a,b", "Bearer a, Bearer b", "Bearer a ", "Bearer a b", "Bearer a\t", "Bearer ,",
        "Bearer \ta", "Bearer a,", "Basic x, Bearer csk_a", "Digest a=b, csk_a", "csk_a, b c",
    ])
    func `A list that may hold one of ours is ambiguous`(value: String) {
        #expect(read(authorization: [value]) == .refused(.ambiguousCredentials))
    }

    @Test(arguments: ["csk_a,csk_b", "csk_a csk_b", " csk_a", "svc, csk_a", "svc\tcsk_a"])
    func `A list with a key in it is ambiguous`(value: String) {
        #expect(read(apiKey: [value], .keys) == .refused(.ambiguousCredentials))
    }

    @Test(arguments: ["", " ", "Bearer", "Bearer ", " Bearer a", "Bearer\ta", "\"Bearer\" a", ":"])
    func `A field without a scheme or without a credential is no credential`(value: String) {
        #expect(read(authorization: [value]) == .foreign(.tokenMalformed))
    }

    @Test func `A token with proof of possession is not taken for a bearer token`() {
        #expect(read(authorization: ["DPoP abc"]) == shown(.dpop, 105..<108))
        #expect(read(authorization: ["DPoP abc"], .keys) == .foreign(.noCredentials))
    }

    @Test(arguments: ["csk_\0", "csk_a=", "csk_", "csk_\u{E9}"])
    func `A field that begins as an API key is one, however it goes on`(value: String) {
        let end = 100 + value.utf8.count
        #expect(read(apiKey: [value]) == shown(.apiKey, 100..<end, in: .xAPIKey))
    }

    @Test func `Every byte is read in some way, none crashes`() {
        for byte in UInt8.min ... .max {
            for value in [
                [byte], Array("Bearer ".utf8) + [byte], [byte] + Array("Bearer a".utf8),
                Array("Basic ".utf8) + [byte],
            ] {
                var fields = CredentialFields()
                fields.addAuthorization(value.span, at: 0, [.keys, .tokens])
                #expect(fields.credential != .none)
            }
        }
    }
}
