// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import Identity
import Testing

/// attacks.md, JWT: only one header is accepted, in one form.
@Suite struct CredentialFieldsTests {
    private func read(authorization: [String] = [], apiKey: [String] = []) -> PresentedCredential {
        var fields = CredentialFields()
        var offset = 100
        for value in authorization {
            let bytes = Array(value.utf8)
            fields.addAuthorization(bytes.span, at: offset)
            offset += bytes.count + 20
        }
        for value in apiKey {
            let bytes = Array(value.utf8)
            fields.addAPIKey(bytes.span, at: offset)
            offset += bytes.count + 20
        }
        return fields.credential
    }

    @Test func `No field is no credential`() {
        #expect(CredentialFields().credential == .none)
    }

    @Test(arguments: ["Bearer", "bearer", "BEARER", "bEaReR"])
    func `A bearer token lies behind the scheme and one space`(scheme: String) {
        #expect(read(authorization: [scheme + " abc.def.ghi"]) == .bearer(107..<118))
    }

    @Test func `A bearer credential that starts as an API key is one`() {
        #expect(read(authorization: ["Bearer csk_abcdefgh_x"]) == .apiKey(107..<121))
        #expect(read(authorization: ["Bearer csk_"]) == .apiKey(107..<111))
        #expect(read(authorization: ["Bearer csk"]) == .bearer(107..<110))
        #expect(read(authorization: ["Bearer CSK_abc"]) == .bearer(107..<114))
    }

    @Test func `An API key may have its own field`() {
        #expect(read(apiKey: ["csk_abcdefgh_x"]) == .apiKey(100..<114))
    }

    @Test func `Several fields are ambiguous even when they are equal`() {
        let ambiguous = PresentedCredential.refused(.ambiguousCredentials)
        #expect(read(authorization: ["Bearer a", "Bearer a"]) == ambiguous)
        #expect(read(authorization: ["Bearer a", "Basic b"]) == ambiguous)
        #expect(read(authorization: ["", ""]) == ambiguous)
        #expect(read(apiKey: ["csk_a", "csk_a"]) == ambiguous)
        #expect(read(authorization: ["Bearer a"], apiKey: ["csk_a"]) == ambiguous)
        #expect(read(authorization: ["Basic a"], apiKey: ["csk_a"]) == ambiguous)
        #expect(read(authorization: Array(repeating: "Bearer a", count: 257)) == ambiguous)
    }

    @Test(arguments: [
        "Bearer a,b", "Bearer a, Bearer b", "Bearer  a", "Bearer a ", "Bearer a b", "Bearer a\t",
        "Bearer ,", "Bearer \ta", "Bearer a,",
    ])
    func `A list or more space behind the scheme is ambiguous`(value: String) {
        #expect(read(authorization: [value]) == .refused(.ambiguousCredentials))
    }

    @Test(arguments: ["csk_a,csk_b", "csk_a csk_b", " csk_a"])
    func `A list of keys is ambiguous`(value: String) {
        #expect(read(apiKey: [value]) == .refused(.ambiguousCredentials))
    }

    @Test(arguments: [
        "", " ", "Bearer", "Bearer ", " Bearer a", "Bearer\ta", "Bearer=a", "Bearer a=",
        "Bearer a+b",
        "Bearer a/b", "Bearer \"a\"", "Bearer a\0", "Bearer é", "Bearer a;b", "\"Bearer\" a", ":",
    ])
    func `A field that is no credential is malformed`(value: String) {
        #expect(read(authorization: [value]) == .refused(.tokenMalformed))
    }

    @Test(arguments: ["Basic YTpi", "Negotiate abc", "Digest x=y", "Basic", "Bearerx a", "Beare a"])
    func `Another scheme is no credential of ours`(value: String) {
        #expect(read(authorization: [value]) == .refused(.noCredentials))
    }

    @Test func `A token with proof of possession is not taken without checking it`() {
        #expect(read(authorization: ["DPoP abc"]) == .refused(.tokenType))
    }

    @Test(arguments: ["", "é", "csk_\0", "csk_a=", "a/b"])
    func `A field that is no API key is an unknown one`(value: String) {
        #expect(read(apiKey: [value]) == .refused(.unknownKey))
    }

    @Test func `Every byte is accepted or refused, none crashes`() {
        for byte in UInt8.min ... .max {
            for value in [[byte], Array("Bearer ".utf8) + [byte], [byte] + Array("Bearer a".utf8)] {
                var fields = CredentialFields()
                fields.addAuthorization(value.span, at: 0)
                #expect(fields.credential != .none)
            }
        }
    }
}
